"""Hostile apps: bounded, never executed, never a traceback."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from running import functions, kept, run, run_script

from archlint.readers.cdk.values import Open

HOSTILE = [
    "while True: pass",
    "i = 0\nwhile True: i += 1",
    "def f(): return f()\nf()",
    "def f(n): return f(n + 1) + f(n + 2)\nf(0)",
    "x = 'a' * 10**9",
    "x = [0] * 10**9",
    "for i in range(10**9): pass",
    "x = 'a'\nfor i in range(100): x = x + x",
    "x = [1]\nfor i in range(100): x = x + x",
    "import json\nx, y = [1], [1]\nfor i in range(100): x, y = [x, x], [y, y]\nz = x == y\njson.dumps(x)\nstr(x)",
    "x = []\nx.append(x)\nx == [x]\nimport copy\ncopy.deepcopy(x)",
    "d = {}\nd['d'] = d\nimport json\njson.dumps(d)",
    "x = 9 ** 9 ** 9 ** 9",
    "x = 1 << 10**9",
    "x = 10.0 ** 308 * 10",
    "x = '{:>1000000000}'.format(1)",
    "x = f'{1:>1000000000}'",
    "x = '%1000000000d' % 1",
    "x = 'a'.ljust(10**9)",
    "x = 'a'.replace('', 'b' * 1000).replace('b', 'c' * 10000)",
    "x = '{0.__class__.__mro__}'.format(1)",
    "import os\nos.system('touch /tmp/archlint-was-here')",
    "import subprocess\nsubprocess.run(['touch', '/tmp/archlint-was-here'])",
    "eval('1')\nexec('x = 1')\n__import__('os').remove('x')",
    "class A(A): pass\nA()",
    "class A:\n    def __init__(self): A()\nA()",
    "class A:\n    @property\n    def x(self): return self.x\nA().x",
    "import app",
    "from app import *",
    "x = " + "(" * 150 + "1" + ")" * 150,
    "x = " + "not " * 1000 + "1",
    "x = " + "-".join(["1"] * 3000),
    "\n".join(f"{' ' * n}if open_{n}:" for n in range(90)) + "\n" + " " * 90 + "pass",
    "\n".join(f"{' ' * n}for x{n} in open_{n}:" for n in range(18)) + "\n" + " " * 18 + "pass",
    "f = lambda: [g() for g in [f, f]]\nf()",
    "x = [[y for y in range(5000)] for z in range(5000)]",
    "x = {i: 'a' * 100000 for i in range(10000)}",
    "raise SystemExit",
    "import sys\nsys.exit(1)",
    "from pathlib import Path\nlist(Path('/').rglob('*'))\nlist(Path('..').rglob('*'))\nPath('a/' * 5000).parents",
    "import glob\nglob.glob('/**/*', recursive=True)\nglob.glob('*' * 300 + 'b')",
    "open('/dev/zero').read()",
    "''.join(None)\n[].pop()\n{}['x']\nNone.x.y()\nlen(5)\nint([])\nsorted([1, 'a'])\nmax([])",
    "x, y = 1\n(a, b), *c = [[1], 2]\ndel q",
    "'x'.split('')\n[][1:2:0]\nrange(1, 2, 0)\n1 % 0\n{}.update(5)\n{[]: 1}\n{{}: 1}",
    "print(*range(3), **{'end': 1})\nlen()\nlen(1, 2, 3)\nrange(machine=1)\nstr(at=2)",
    "sorted([3, 1], key=lambda x: sorted([x], key=lambda y: 1 / 0))",
    "def f(*a, **k): return f(*a, *a, **k)\nf(1, b=2)",
    "x = 'ab'[10**30]\ny = [1][10**30]\nz = 'a'[::10**30]",
    "a = 1\n" * 3000,
]


@pytest.mark.parametrize("app", HOSTILE)
def test_hostile_python_is_bounded(app: str) -> None:
    start = time.process_time()
    run(app)
    assert time.process_time() - start < 10


HOSTILE_SCRIPT = [
    "while (true) {}",
    "for (;;) {}",
    "do { } while (true);",
    "const f = () => f(); f();",
    "const f = (n: number): any => [f(n + 1), f(n + 2)]; f(0);",
    "'a'.repeat(1e9); new Array(1e9).fill(0); Array.from({length: 1e9}); 'a'.padEnd(1e9, 'b');",
    "let x: any = {}; x.x = x; JSON.stringify(x); structuredClone(x);",
    "class A extends A {}\nnew A();",
    "class A { x = new A(); }\nnew A();",
    "require('child_process').execSync('touch /tmp/archlint-was-here');",
    "import './app'; export * from './app'; export { z } from './app'; import { z } from './app'; keep(z);",
    "null.x; undefined.y(); (5)(); [].reduce((a, b) => a); ({}).a.b.c;",
    "const [a, b] = null; const { c, d: { e } } = undefined; [] = 5;",
    "process.exit(1); throw new Error('x');",
    "throw new Error('x');",
    "[1, 2].map(async x => { await Promise.all([x].map(f)); function f(y: any): any { return [y].map(f); } });",
    "'x'.split('').slice('a' as any); parseInt({} as any); Math.max('a' as any); Math.pow(1e300, 1e300);",
    "let i = 0; while (process.env.X) { i++; }",
    "switch (process.env.X) { case 'a': while (true) {} default: break; }",
    "const x = " + "[".join([""] * 120) + "]" * 119 + ";",
    "let s = 'a'; for (let i = 0; i < 100; i++) { s += s; }",
    "let a: any = [1]; for (let i = 0; i < 100; i++) { a = [...a, ...a]; }",
    "const o: any = {}; for (let i = 0; i < 1e9; i++) { o[i] = i; }",
]


@pytest.mark.parametrize("app", HOSTILE_SCRIPT)
def test_hostile_typescript_is_bounded(app: str) -> None:
    start = time.process_time()
    run(app, entry="app.ts")
    assert time.process_time() - start < 10


def test_a_spent_budget_is_a_gap() -> None:
    found = run("lambda_.Function(None, 'A')\nfor i in range(9000):\n    for j in range(9000): pass\n")
    assert [made.arguments[1] for made in functions(found)] == ["A"]
    assert [reason for reason, _ in found.gaps] == ["the app takes more than 300,000 steps"]


def test_limits_are_gaps_with_a_reason_and_the_rest_goes_on() -> None:
    found = run(
        "x = range(10**9)\nwhile True: pass\ndef f(): return f()\ny = f()\n"
        "keep(x)\nkeep(y)\nlambda_.Function(None, 'A')"
    )
    assert all(isinstance(value, Open) for value in kept(found))
    assert len(functions(found)) == 1
    assert [reason for reason, _ in found.gaps] == [
        "a list of more than 10,000 elements",
        "a loop of more than 1,000 rounds",
        "functions call each other more deeply than archlint follows",
    ]


def test_an_entry_that_is_not_there_or_no_program() -> None:
    assert run("def (").gaps[0][1].path == "app.py"
    assert run_script("", entry="app.json").made == []
    from archlint.readers.cdk.evaluator.machine import run_app
    from archlint.tree import MemoryTree

    assert run_app(MemoryTree({}), "app.py", "", {}).made == []


def test_a_loop_in_doubt_does_not_multiply() -> None:
    app = "import os\nxs = os.environ['X']\n"
    app += "\n".join(f"{' ' * n}for x{n} in xs:" for n in range(8)) + "\n" + " " * 8 + "lambda_.Function(None, 'A')"
    assert len(functions(run(app))) == 1


_NAMES = st.sampled_from(
    ["a", "b", "f", "os.environ['X']", "1", "'x'", "[a, b]", "{'k': a}", "range(9)", "None", "f(a)"]
)
_LINES = st.one_of(
    st.builds("{} = {}".format, st.sampled_from(["a", "b"]), _NAMES),
    st.builds("a = a + {}".format, _NAMES),
    st.builds("b = [{} for x in {}]".format, _NAMES, _NAMES),
    st.builds("keep({}, k={})".format, _NAMES, _NAMES),
    st.builds("if {}: a = {}".format, _NAMES, _NAMES),
    st.builds("for a in {}: b = {}".format, _NAMES, _NAMES),
    st.builds("while {}: a = {}".format, _NAMES, _NAMES),
    st.builds("def f(x): return {}".format, _NAMES),
    st.builds("try: a = {}.k['z']\nexcept E: b = {}".format, _NAMES, _NAMES),
    st.builds("{}.append({})".format, _NAMES, _NAMES),
    st.builds("class f(f): k = {}".format, _NAMES),
)


@settings(max_examples=150, deadline=None)
@given(st.lists(_LINES, max_size=12))
def test_every_program_ends(lines: list[str]) -> None:
    run("import os\na = b = 1\n" + "\n".join(lines), steps=5_000)
