"""The texts that `archlint init` writes. Actions are pinned by commit, with the release that it belongs to."""

from __future__ import annotations

from archlint import __version__

BASELINE = "archlint-baseline.json"
PACKAGE = f"archlint-aws=={__version__}"

_SETTINGS = """\
# Settings of archlint, which looks for architecture problems in AWS Lambda repositories. Every key may be left out.
# Rules are given by name, by code, or by the beginning of a code; `archlint rule` lists them.

# A scan fails from this severity on: "error", "warning", "info" or "never".
fail-on = "error"

# Only these rules; all of them without this key.
# select = ["AL1", "AL2"]

# But not these.
# ignore = ["AL104"]

# Findings that are accepted, as `archlint baseline write` lists them; only further ones fail.
{baseline}

# Where nothing is reported; patterns as in .gitignore.
# exclude = ["legacy/"]

# [severity]
# timeout-near-limit = "info"

# [per-file-ignores]
# "tests/**" = ["AL1"]
"""

_WORKFLOW = """\
name: archlint

on:
  push:
    branches: [main, master]
  pull_request:

permissions: {{}}

concurrency:
  group: archlint-${{{{ github.ref }}}}
  cancel-in-progress: true

jobs:
  archlint:
    name: archlint
    runs-on: ubuntu-latest
    timeout-minutes: 10
    permissions:
      contents: read
    steps:
      - uses: actions/checkout@3d3c42e5aac5ba805825da76410c181273ba90b1 # v7.0.1
        with:
          persist-credentials: false
      - uses: actions/setup-python@5fda3b95a4ea91299a34e894583c3862153e4b97 # v7.0.0
        with:
          python-version: "3.13"
      - name: Install archlint
        run: pip install {package}
      - name: Scan
        run: archlint scan --format github{options}
"""

_HOOK = """\
- repo: local
  hooks:
    - id: archlint
      name: archlint
      entry: archlint scan --allow-nothing{options}
      args: ["--"]
      language: python
      additional_dependencies: ["{package}"]
      files: >-
        (?x)^(?!-).*(
          \\.(pyi?|ya?ml|json|template|tsx?|js|toml|lock|cfg|txt|in)
          |([Dd]ocker|[Cc]ontainer)file[^/]*|Pipfile|\\.dockerignore
        )$
      require_serial: true
"""

_GITLAB = """\
archlint:
  image: python:3.13-slim
  script:
    - pip install {package}
    - archlint scan --format concise --also gitlab=archlint.json{options}
  artifacts:
    when: always
    reports:
      codequality: archlint.json
"""


def settings(baseline: bool) -> str:
    return _SETTINGS.format(baseline=setting() if baseline else f"# {setting()}")


def setting() -> str:
    """The line of the settings that names the baseline."""
    return f'baseline = "{BASELINE}"'


def workflow(baseline: bool) -> str:
    """For GitHub; it needs no permission but to read. With `baseline`, the command names it, for where the settings do
    not; so for the other texts."""
    return _WORKFLOW.format(package=PACKAGE, options=_options(baseline))


def hook(baseline: bool) -> str:
    """An item of `repos` in .pre-commit-config.yaml, without indentation."""
    return _HOOK.format(package=PACKAGE, options=_options(baseline))


def gitlab(baseline: bool) -> str:
    """A job for .gitlab-ci.yml."""
    return _GITLAB.format(package=PACKAGE, options=_options(baseline))


def _options(baseline: bool) -> str:
    return f" --baseline {BASELINE}" if baseline else ""
