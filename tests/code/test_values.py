"""What an expression may stand for, as far as reading tells."""

from __future__ import annotations

import ast

import pytest
from programs import evaluated

from archlint.code.abstract import (
    Abstract,
    ClassValue,
    Constant,
    Container,
    External,
    FunctionValue,
    Instance,
    TextValue,
    Variable,
)

OTHERS = {"settings": "BUCKET = 'models'\nKEY = f'{BUCKET}/m.pt'\ndef name(): return 'm.pt'"}


def shown(value: Abstract) -> object:
    """A value as the tables below write it."""
    if isinstance(value, Constant):
        return value.value
    if isinstance(value, TextValue):
        return f"~{value.pattern}"
    if isinstance(value, External):
        return f"<{value.path}>"
    if isinstance(value, Variable):
        return f"${value.name}"
    if isinstance(value, Container):
        return f"{value.kind}{'' if value.empty else '+'}"
    if isinstance(value, FunctionValue):
        return f"def {value.unit.name}"
    if isinstance(value, ClassValue | Instance):
        return f"{type(value).__name__} {value.cls.name}"
    return type(value).__name__


def values(text: str, unit: str = "<module>") -> list[object]:
    """The values of the expression that a program assigns to `x`."""
    evaluator, found, _ = evaluated(text, unit, **OTHERS)
    binding = found.bindings["x"][-1]
    assert isinstance(binding.node, ast.Name)
    return [shown(value) for value in evaluator.binding(binding, found)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("x = 'cuda'", ["cuda"]),
        ("x = None", [None]),
        ("x = 3", [3]),
        ("x = ...", []),
        ("x = 1j", []),
        ("import torch\nx = 'cuda' if torch.cuda.is_available() else 'cpu'", ["cuda", "cpu"]),
        ("import os\nx = os.environ.get('DEVICE', 'cpu')", ["cpu", "$DEVICE"]),
        ("import os\nx = os.getenv('DEVICE')", ["$DEVICE"]),
        ("import os\nx = os.environ['DEVICE']", ["$DEVICE"]),
        ("import os\nx = os.environ.get('DEVICE') or 'cpu'", ["$DEVICE", "cpu"]),
        ("a = 'x'\nx = f'/tmp/{a}.pt'", ["~/tmp/x.pt"]),
        ("import lib\nx = f'/tmp/{lib.a}.pt'", ["~/tmp/{}.pt"]),
        ("a = 'x'\nx = '/tmp/' + a", ["~/tmp/x"]),
        ("x = '/tmp/%s' % a", ["~/tmp/%s"]),
        ("x = 1 + 2", ["~12"]),
        ("import os\nx = os.path.join('/tmp', 'm', 'a.pt')", ["~/tmp/m/a.pt"]),
        ("from os.path import join\nx = join('/tmp/', 'a.pt')", ["~/tmp/a.pt"]),
        ("from pathlib import Path\nx = Path('/tmp') / 'a.pt'", ["~/tmp/a.pt"]),
        ("from pathlib import Path\nROOT = Path('/opt')\nx = ROOT / 'ml' / 'a.pt'", ["~/opt/ml/a.pt"]),
        ("from pathlib import Path\nx = Path('/tmp', 'a.pt')", ["~/tmp/a.pt"]),
        ("from pathlib import Path\nx = str(Path('/tmp/a.pt'))", ["~/tmp/a.pt"]),
        ("import tempfile\nx = tempfile.mkdtemp() + '/a'", ["~/tmp/{}/a"]),
        ("x = 4 / 2", []),
        ("x, y = 'a', 'b'", ["a"]),
        ("y, x = 'a', 'b'", ["b"]),
        ("y, x = ('a', 'b')", ["b"]),
        ("def f(): return 'a', 'b'\ny, x = f()", ["b"]),
        ("def f(): return ['a', 'b']\n[y, x] = f()", ["b"]),
        ("y, *x = 'a', 'b'", []),
        ("(y, (z, x)) = 'a', ('b', 'c')", ["c"]),
        ("import lib\ny, x = lib.load()", ["<lib.load()[]>"]),
        ("for x in ['a', 'b']: pass", ["a", "b"]),
        ("import lib\nfor x in lib.all(): pass", ["<lib.all()[]>"]),
        ("import lib\nwith lib.open() as x: pass", ["<lib.open()>"]),
        ("x = {}", ["dict"]),
        ("x = {'a': 1}", ["dict+"]),
        ("x = list()", ["list"]),
        ("x = [y for y in z]", ["list+"]),
        ("import collections\nx = collections.deque(maxlen=3)", ["deque"]),
        ("from collections import defaultdict\nx = defaultdict(list)", ["defaultdict+"]),
        ("d = {'a': 'one', 'b': 'two'}\nx = d['a']", ["one"]),
        ("d = {'a': 'one', 'b': 'two'}\nx = d[k]", ["one", "two"]),
        ("def f(): return 'a'\nx = f()", ["a"]),
        ("def f():\n  if y: return 'a'\n  return 'b'\nx = f()", ["a", "b"]),
        ("def f(): return 'a'\nx = f", ["def f"]),
        ("x = lambda: 1", ["def <module>.<lambda>"]),
        ("class A: pass\nx = A", ["ClassValue A"]),
        ("class A: pass\nx = A()", ["Instance A"]),
        ("class A:\n  def __init__(self): self.m = 'a'\nx = A().m", ["a"]),
        ("class A:\n  m = 'a'\nx = A.m", ["a"]),
        ("class B:\n  m = 'a'\nclass A(B): pass\nx = A().m", ["a"]),
        ("class A:\n  @property\n  def m(self): return 'a'\nx = A().m", ["a"]),
        ("class A:\n  def m(self): return 'a'\nx = A().m()", ["a"]),
        ("class A:\n  @classmethod\n  def make(cls): return cls()\nx = A.make()", ["Instance A"]),
        ("class A:\n  def __new__(cls): return super().__new__(cls)\nx = A()", ["Instance A"]),
        ("import lib\nclass A(lib.B): pass\nx = A().m", ["<lib.B().m>"]),
        ("import settings\nx = settings.BUCKET", ["models"]),
        ("from settings import BUCKET as B\nx = B", ["models"]),
        ("from settings import *\nx = KEY", ["~models/m.pt"]),
        ("import settings\nx = '/tmp/' + settings.name()", ["~/tmp/m.pt"]),
        ("import torch\nx = torch.load('m').to('cpu').eval()", ["<torch.load().to().eval()>"]),
        ("import functools, torch\nf = functools.partial(torch.load, weights_only=1)\nx = f()", ["<torch.load()>"]),
        ("import copy, torch\nx = copy.deepcopy(torch.load('m'))", ["<torch.load()>"]),
        ("x = unheard_of", ["<unheard_of>"]),
        ("x = ''.join(y)", ["<str().join()>"]),
        ("x = 'a {}'.format(1)", ["~{}"]),
        ("n = None\nx = n.load", []),
        ("if y: x = 'a'\nelse: x = 'b'", ["b"]),
        ("x = x", []),
        ("x = x.a.b()", ["<?.a.b()>"]),
    ],
)  # fmt: skip
def test_value(text: str, expected: list[object]) -> None:
    assert values(text) == expected


def test_every_assignment_counts() -> None:
    evaluator, body, _ = evaluated("x = 'a'\nif y:\n  x = 'b'\ndef f():\n  global x\n  x = 'c'", "<module>")
    assert [shown(value) for value in evaluator.name("x", body)] == ["a", "b", "c"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("def f(e):\n  x = e", ["Parameter"]),
        ("def f(e):\n  x = e['a']['b']", ["Parameter"]),
        ("def f(e):\n  x = e.get('a')", ["Parameter"]),
        ("def f(e='cpu'):\n  x = e", ["Parameter"]),
        ("class A: pass\ndef f(e: A):\n  x = e", ["Parameter", "Instance A"]),
        ("class A: pass\ndef f(e: A | None = None):\n  x = e", ["Parameter", "Instance A"]),
        ("import typing as t\nclass A: pass\ndef f(e: t.Optional[A] = None): x = e", ["Parameter", "Instance A"]),
        ("y = 'a'\ndef f(e):\n  x = y", ["a"]),
        ("y = 'a'\ndef f(e):\n  y = 'b'\n  x = y", ["b"]),
        ("def f(e):\n  if (x := 'a'): pass", ["a"]),
        ("def f(e):\n  x = [y for y in e]", ["list+"]),
    ],
)  # fmt: skip
def test_value_in_a_function(text: str, expected: list[object]) -> None:
    assert values(text, "f") == expected


def test_many_alternatives_are_bounded() -> None:
    text = "def a(): return 1\n" + "".join(f"if y: x = {n}\n" for n in range(500))
    evaluator, body, _ = evaluated(text, "<module>")
    assert len(evaluator.name("x", body)) <= 12


@pytest.mark.parametrize(
    "text",
    [
        "def f(): return g()\ndef g(): return f()\nx = f()",
        "class A(B): pass\nclass B(A): pass\nx = A().m",
        "class A(A): pass\nx = A()",
        "a = b\nb = a\nx = a",
        "x = f = lambda: f()",
        "def f(n): return f(n - 1)\nx = f(3)",
        "import app\nx = app.x",
        "from app import x",
        "from app import *\nx = y",
        "".join(f"a{n} = a{n + 1}.b()\n" for n in range(2000)) + "x = a0",
        "x = a" + ".b()" * 60,
        "x = a" + "[0]" * 150,
        "x = " + "+".join(["'a'"] * 500),
    ],
)
def test_what_refers_to_itself_ends(text: str) -> None:
    evaluator, body, _ = evaluated(text, "<module>")
    evaluator.name("x", body)
