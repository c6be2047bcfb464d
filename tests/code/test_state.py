"""State that outlives an invocation and changes with it."""

from __future__ import annotations

import textwrap

import pytest
from programs import reach_of

from archlint.rules.code.stateful_module_cache import changes


def found(app: str, **others: str) -> list[tuple[str, int]]:
    """The name and line of each change."""
    files = {"app.py": app} | {f"{name}.py": text for name, text in others.items()}
    return [(change.name, getattr(change.node, "lineno", 0)) for change in changes(reach_of(files))]


@pytest.mark.parametrize(
    ("app", "name", "line"),
    [
        ("n = 0\ndef handler(e, c):\n  global n\n  n += 1", "n", 3),
        ("n = 0\ndef handler(e, c):\n  global n\n  n = n + 1", "n", 3),
        ("n = {}\ndef handler(e, c):\n  n['a'] += 1", "n['a']", 3),
        ("class A:\n  n = 0\ndef handler(e, c):\n  A.n += 1", "A.n", 4),
        ("xs = []\ndef handler(e, c):\n  xs.append(e)", "xs", 3),
        ("xs = []\ndef handler(e, c):\n  xs.extend(e)", "xs", 3),
        ("xs = set()\ndef handler(e, c):\n  xs.add(e)", "xs", 3),
        ("xs = []\ndef log(e):\n  xs.append(e)\ndef handler(e, c):\n  log(e)", "xs", 3),
        ("xs = []\ndef handler(e, c):\n  ys = xs\n  ys.append(e)", "ys", 4),
        ("class A:\n  xs = []\n  def run(self, e):\n    self.xs.append(e)\ndef handler(*a): A().run(a)", "self.xs", 4),
        ("class A:\n  xs = []\ndef handler(e, c):\n  A.xs.append(e)", "A.xs", 4),
    ],
)  # fmt: skip
def test_change(app: str, name: str, line: int) -> None:
    assert found(app) == [(name, line)]


@pytest.mark.parametrize(
    ("app", "others"),
    [
        ("import state\ndef handler(e, c):\n  state.xs.append(e)", {"state": "xs = []"}),
        ("from state import xs\ndef handler(e, c):\n  xs.append(e)", {"state": "xs = []"}),
        ("from state import add\ndef handler(e, c):\n  add(e)", {"state": "xs = []\ndef add(e): xs.append(e)"}),
    ],
)
def test_change_of_another_module(app: str, others: dict[str, str]) -> None:
    assert len(found(app, **others)) == 1


@pytest.mark.parametrize(
    "app",
    [
        "N = 3\ndef handler(e, c):\n  return N + 1",
        "def handler(e, c):\n  n = 0\n  n += 1",
        "def handler(e, c):\n  xs = []\n  xs.append(e)",
        "xs = []\ndef handler(e, c):\n  xs = []\n  xs.append(e)",
        "xs = []\nxs.append(1)\ndef handler(e, c):\n  return xs",
        "xs = []\ndef fill():\n  xs.append(1)\nfill()\ndef handler(e, c):\n  return xs",
        "xs = []\ndef handler(e, c):\n  xs.clear()\n  xs.append(e)",
        "xs = []\ndef handler(e, c):\n  xs.append(e)\n  del xs[:]",
        "xs = []\ndef handler(e, c):\n  xs[:] = []\n  xs.append(e)",
        "xs = []\ndef handler(e, c):\n  global xs\n  xs = []\n  xs.append(e)",
        "xs = []\ndef handler(e, c):\n  xs.append(e)\n  while xs:\n    xs.pop()",
        "from collections import deque\nxs = deque(maxlen=10)\ndef handler(e, c):\n  xs.append(e)",
        "import boto3\ns3 = None\ndef handler(e, c):\n  global s3\n  if s3 is None:\n    s3 = boto3.client('s3')",
        "m = None\ndef load():\n  global m\n  m = open('m')\nload()\ndef handler(e, c):\n  return m",
        "import cachetools\nxs = cachetools.TTLCache(10, 60)\ndef handler(e, c):\n  xs['a'] = e",
        "xs = []\ndef never(e):\n  xs.append(e)\ndef handler(e, c):\n  pass",
        "class A:\n  def __init__(s): s.xs = []\n  def run(s, e): s.xs.append(e)\ndef handler(e, c): A().run(e)",
        "def handler(e, c):\n  e['xs'].append(1)",
        "xs = []\ndef handler(e, c):\n  if not xs:\n    xs.append(open('m'))",
    ],
)  # fmt: skip
def test_no_change(app: str) -> None:
    assert found(textwrap.dedent(app)) == []
