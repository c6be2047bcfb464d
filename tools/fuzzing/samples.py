"""Sound files of kinds that no repository of fixtures/ holds."""

from __future__ import annotations

import json

USAGE = (
    b"""\
region: us-east-1
free_tier: false
defaults: {latency: batch, cold_share: 0.01}
functions:
  NAME:
    provenance: measured
    monthly_requests: {low: 1800000, estimate: 2000000, high: 2200000}
    request_duration_ms: [800, 1000, 1500]
    init_ms: 3000
    max_memory_mb: 1500
    gpu_speedup: {low: 5, high: 15}
    duration_by_memory_ms: {1024: 2000, 2048: 1000, 3008: 800.5}
    private_network: true
    latency: interactive
""",
    b"""\
version: 0.1
resource_type_default_usage:
  aws_lambda_function: {monthly_requests: 100000}
resource_usage:
  aws_lambda_function.NAME: {monthly_requests: 100000, request_duration_ms: 500}
""",
)
ANSWERS = (
    b"""\
second_provider: false
defaults: {latency: batch}
functions:
  NAME: {gpu_speedup: 10, private_network: true, training_size: large, max_memory_mb: [1, 2, 3]}
""",
)
_REPORT = (
    "REPORT RequestId: 8f5ba5f1-0000-4000-8000-00000000000{}\tDuration: 102.25 ms\tBilled Duration: 103 ms\t"
    "Memory Size: 128 MB\tMax Memory Used: 80 MB\tInit Duration: 600.5 ms"
)
_PLATFORM = {
    "time": "2026-11-01T10:00:00.000Z",
    "type": "platform.report",
    "record": {
        "requestId": "8f5ba5f1-0000-4000-8000-000000000001",
        "metrics": {"durationMs": 101.5, "billedDurationMs": 102, "memorySizeMB": 512, "maxMemoryUsedMB": 33},
    },
}
_TUNING = {
    "power": 512,
    "cost": 1e-6,
    "duration": 800.5,
    "stats": [{"value": 128, "averagePrice": 1e-7, "averageDuration": 3000.5}, {"value": 512, "averageDuration": 800}],
    "functionARN": "arn:aws:lambda:us-east-1:123456789012:function:Captions",
}
_ROW = {"@timestamp": "2026-11-01 10:00:00.000", "@log": "1:/aws/lambda/Captions", "@message": _REPORT.format(3)}
_TEXT = "".join(f"2026-11-0{n}T10:00:00.000Z /aws/lambda/Captions {_REPORT.format(n)}\n" for n in range(1, 9))
_EVENTS = {
    "events": [
        {"logStreamName": "s", "timestamp": 1762000000000 + n * 86_400_000, "message": _REPORT.format(n) + "\n"}
        for n in range(5)
    ],
    "logGroup": "/aws/lambda/Search",
}
LOGS = (
    _TEXT.encode(),
    json.dumps(_EVENTS, indent=2).encode(),
    json.dumps(_EVENTS).encode(),
    (json.dumps(_PLATFORM) + "\n" + json.dumps(_EVENTS["events"]) + "\n").encode(),
    json.dumps(_TUNING).encode(),
    json.dumps({"results": [[{"field": key, "value": value} for key, value in _ROW.items()]]}).encode(),
    ("@timestamp,@log,@message\n" + ",".join(f'"{value}"' for value in _ROW.values()) + "\n").encode(),
    ("timestamp,message\n" + f'1762000000000,"{_REPORT.format(4)}"\n').encode(),
)
HOOKS = (
    b"""\
# hooks
repos:
  - repo: https://github.com/astral-sh/ruff-pre-commit
    rev: v0.14.0
    hooks:
      - id: ruff-check
        args: [--fix]
  - repo: local
    hooks:
    - id: mine
      entry: mine --all
      language: system
""",
    b"default_stages: [pre-commit]\nrepos:\n- repo: meta\n  hooks:\n  - {id: identity}\n\nci:\n  skip: []\n",
)
COMMENTS = (
    b"# archlint: ignore[RULE] because it is meant",
    b"# archlint:ignore[RULE,AL1] fine",
    b"x = 1  # archlint: ignore[RULE, unused-suppression] why",
    b"// archlint: ignore[RULE] because",
    b"# archlint: ignore",
    b"'''# archlint: ignore[RULE] in a text'''",
)
_GITIGNORE = b"# built\n*.pyc\n/build/\n!keep\n**/node_modules/\na[!b-d]?.py\n\\#x \nlib/**/x\n"
_REQUIREMENTS = b"""\
numpy==2.1.0 ; python_version >= '3.11'
-r other.txt
-c constraints.txt
--extra-index-url https://u:p@example.org/simple
torch[a,b]>=2,<3 \\
    --hash=sha256:aa
-e ./lib
x @ git+https://example.org/x.git@main#egg=x
"""
_UV = b"""\
version = 1
requires-python = ">=3.11"

[[package]]
name = "app"
version = "0.1"
source = { virtual = "." }
dependencies = [{ name = "numpy", marker = "sys_platform == 'linux'" }]

[[package]]
name = "numpy"
version = "2.1.0"
source = { registry = "https://example.org/simple" }
wheels = [
    { url = "https://example.org/numpy-2.1.0-cp313-cp313-manylinux_2_17_x86_64.whl", hash = "sha256:aa", size = 16 },
]
"""
_POETRY = b"""\
[[package]]
name = "numpy"
version = "2.1.0"
optional = false
python-versions = ">=3.10"
groups = ["main"]
files = [
    {file = "numpy-2.1.0-cp313-cp313-manylinux_2_17_x86_64.whl", hash = "sha256:aa"},
]

[package.dependencies]
x = {version = ">=1", markers = "sys_platform == 'linux'", optional = true}

[metadata]
lock-version = "2.1"
"""
_PYLOCK = b"""\
lock-version = "1.0"

[[packages]]
name = "numpy"
version = "2.1.0"
wheels = [{ name = "numpy-2.1.0-cp313-cp313-manylinux_2_17_x86_64.whl", size = 5 }]
"""
_PIPFILE_LOCK = b"""\
{"_meta": {"requires": {"python_version": "3.11"}},
 "default": {"numpy": {"version": "==2.1.0", "markers": "python_version >= '3.10'", "hashes": ["sha256:aa"]}},
 "develop": {}}
"""
_PYPROJECT = b"""\
[project]
name = "app"
requires-python = ">=3.11"
dependencies = ["numpy>=2", "torch==2.1; python_version<'4'"]
[project.optional-dependencies]
dev = ["pytest"]
[tool.poetry.dependencies]
python = "^3.11"
x = {version = "^1", extras = ["a"]}
[tool.uv.sources]
torch = { index = "cpu" }
[[tool.uv.index]]
name = "cpu"
url = "https://u:p@example.org"
"""
_PIPFILE = b"""\
[packages]
numpy = "*"
torch = {version = "==2.1", markers = "os_name == 'posix'"}
"""
_SETUP_CFG = b"[metadata]\nname = a\n[options]\ninstall_requires =\n  numpy>=2\n  torch; python_version<'4'\n"
_SETUP_PY = b"""\
from setuptools import setup
NEEDS = ['numpy>=2']
setup(name='a', install_requires=NEEDS + ['b'], extras_require={'x': ['c']})
"""
_CONDA = b"name: a\nchannels: [conda-forge]\ndependencies:\n  - numpy=2.1\n  - pip\n  - pip:\n    - torch\n"
_INDEX_2 = b"DIRC\0\0\0\2\0\0\0\2" + b"".join(
    bytes(60) + b"\0\x06" + name + bytes(4) for name in (b"app.py", b"lib/ab")
)
_INDEX_4 = b"DIRC\0\0\0\4\0\0\0\2" + bytes(60) + b"\0\x06\0app.py\0" + bytes(60) + b"\0\x06\x02pb\0"

SAMPLES: dict[str, tuple[bytes, ...]] = {
    "gitignore": (_GITIGNORE,),
    "requirements.txt": (_REQUIREMENTS,),
    "uv.lock": (_UV,),
    "poetry.lock": (_POETRY,),
    "pdm.lock": (_POETRY,),
    "pylock.toml": (_PYLOCK,),
    "Pipfile.lock": (_PIPFILE_LOCK,),
    "p.toml": (_UV, _POETRY, _PYPROJECT, _PIPFILE),
    "pyproject.toml": (_PYPROJECT,),
    "Pipfile": (_PIPFILE,),
    "setup.cfg": (_SETUP_CFG,),
    "setup.py": (_SETUP_PY,),
    "environment.yml": (_CONDA,),
    "index": (_INDEX_2, _INDEX_4),
}
"""By the names that readers.py gives them."""
