"""The texts that `archlint init` writes. Actions are pinned by commit, with the release that it belongs to."""

from __future__ import annotations

import re

from archlint import __version__
from archlint.syntax.toml import parse_toml

_TABLE = re.compile(r"\s*\[\s*tool\s*\.\s*archlint\s*\]\s*(?:#.*)?\Z")


def with_setting(text: str, table: tuple[str, ...], line: str) -> str | None:
    """`text` with `line`, one key of the table () or tool.archlint, as an early line of that table. None where the
    place is not certain, and where the outcome would say anything else than before."""
    lines = text.splitlines(keepends=True)
    place = _below_header(lines) if table else _before_first(lines)
    if place is None or text.startswith("\ufeff"):
        return None
    ending = "\r\n" if "\r\n" in text else "\n"
    gap = ending if place and not lines[place - 1].endswith(("\n", "\r")) else ""
    changed = "".join((*lines[:place], gap, line, ending, *lines[place:]))
    return changed if _says_the_same(text, changed, table, line) else None


def _below_header(lines: list[str]) -> int | None:
    found = [number for number, line in enumerate(lines, 1) if _TABLE.match(line)]
    return found[0] if len(found) == 1 else None


def _before_first(lines: list[str]) -> int:
    """Before the first key or table with the comment right above it; else at the end."""
    first = next((n for n, line in enumerate(lines) if line.strip() and not line.lstrip().startswith("#")), None)
    if first is None:
        return len(lines)
    while first and lines[first - 1].strip():
        first -= 1
    return first


def _says_the_same(before: str, after: str, table: tuple[str, ...], line: str) -> bool:
    try:
        old, new, added = parse_toml(before), parse_toml(after), parse_toml(line)
    except ValueError:
        return False
    own = old
    for name in table:
        own = own[name]
    if added.keys() & own.keys():
        return False
    own.update(added)
    return bool(old == new)


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
