"""Whatever a repository holds, a scan ends soon and without an exception."""

from __future__ import annotations

import re
import time
from collections.abc import Mapping
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from archlint.config import Config
from archlint.scanner.pipeline import scan_tree
from archlint.tree import MemoryTree
from expectations import TEMPLATE

SEEDS = tuple(path.read_text(encoding="utf-8") for path in sorted((Path(__file__).parent / "seeds").glob("*.txt")))
PIECES = (
    """( ) [ ] { } : , ' \" \"\"\" \\ \t \0 \f = += @ * ** 1 é lambda: yield await return"""
    " _ import~app~ from~app~import~*~ global~handler~ class~handler(handler):~pass~ handler=handler~ if~x:~ print~'x'~"
).split(" ")
"""With a line end for each `~` at the end of a piece and a space for the others."""


def run(files: Mapping[str, str | bytes], seconds: float = 20) -> None:
    start = time.monotonic()
    scan_tree(MemoryTree({"template.yaml": TEMPLATE, **files}), Config())
    assert time.monotonic() - start < seconds


def _piece(text: str) -> str:
    return re.sub("~$", "\n", text).replace("~", " ")


@st.composite
def mutated(draw: st.DrawFn) -> str:
    """A seed with some lines deleted, doubled or swapped, and some pieces put in."""
    lines = draw(st.sampled_from(SEEDS)).splitlines(keepends=True)
    for _ in range(draw(st.integers(1, 6))):
        here = draw(st.integers(0, len(lines) - 1))
        there = draw(st.integers(0, len(lines) - 1))
        kind = draw(st.sampled_from(("delete", "double", "swap", "insert", "indent")))
        if kind == "delete" and len(lines) > 1:
            del lines[here]
        elif kind == "double":
            lines.insert(there, lines[here])
        elif kind == "swap":
            lines[here], lines[there] = lines[there], lines[here]
        elif kind == "indent":
            lines[here] = "    " + lines[here]
        else:
            column = draw(st.integers(0, len(lines[here])))
            lines[here] = lines[here][:column] + _piece(draw(st.sampled_from(PIECES))) + lines[here][column:]
    return "".join(lines)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(mutated(), st.one_of(st.none(), mutated()))
def test_mutated_modules(app: str, other: str | None) -> None:
    run(
        {"app.py": app}
        if other is None
        else {"app.py": app, "boto3.py": other, "torch/__init__.py": "from app import *"}
    )


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=200))
def test_any_bytes(raw: bytes) -> None:
    run({"app.py": raw})


HANDLER = "\ndef handler(e, c): return x()\n"


@pytest.mark.parametrize(
    "files",
    [
        {"app.py": "import app\nfrom app import handler as h\nfrom app import *" + HANDLER},
        {"app.py": "from app import handler"},
        {"app.py": "from a import *", "a.py": "from b import *", "b.py": "from a import *"},
        {"app.py": "import requests\n" + HANDLER, "requests.py": "from requests import get\nget('x')"},
        {"app.py": "import boto3\nx = boto3.client('s3')" + HANDLER, "boto3.py": "from boto3 import *"},
        {"app.py": "from . import app\nfrom .. import app\nfrom ........ import x" + HANDLER},
        {"app.py": "import " + ".".join(["a"] * 3000) + HANDLER},
        {"app.py": "x = 1\n" * 100_000 + HANDLER},
        {"app.py": "x = x.y\n" * 3000 + HANDLER},
        {"app.py": "x = f(x)\n" * 3000 + HANDLER},
        {"app.py": "x = " + "+".join(["1"] * 50_000) + HANDLER},
        {"app.py": "x = " + "+".join(["'a'"] * 900) + HANDLER},
        {"app.py": "x = a" + ".b()" * 900 + HANDLER},
        {"app.py": "x = [" * 90 + "]" * 90 + HANDLER},
        {"app.py": "x = lambda: " * 60 + "1" + HANDLER},
        {"app.py": "if a: pass\n" + "elif a is None: pass\n" * 3000 + HANDLER},
        {"app.py": "".join(" " * n + "if x:\n" for n in range(95)) + " " * 95 + "pass\n" + HANDLER},
        {"app.py": "".join(f"class A{n}(A{n - 1}): pass\n" for n in range(1, 2000)) + "x = A1999().run" + HANDLER},
        {"app.py": "".join(f"def f{n}(): return f{n + 1}()\n" for n in range(3000)) + "x = f0" + HANDLER},
        {"app.py": "".join(f"def f{n}(): return f{n - 1}(), f{n - 2}()\n" for n in range(500)) + "x = f499" + HANDLER},
        {"app.py": "import m0" + HANDLER} | {f"m{n}.py": f"import m{n + 1}" for n in range(1500)},
        {"app.py": "from m0 import x" + HANDLER} | {f"m{n}.py": f"from m{n + 1} import x" for n in range(1500)},
        {"app.py": "".join(f"@d{n}\ndef d{n + 1}(f): return f\n" for n in range(500)) + "x = d500" + HANDLER},
        {"app.py": "x = {" + ",".join(f"'{n}': lambda: x[{n}]()" for n in range(2000)) + "}" + HANDLER},
        {"app.py": "".join(f"def f{n}(a): return a(f{n})\n" for n in range(300)) + "x = f0" + HANDLER},
        {"app.py": "class A(A, metaclass=A): pass\nx = A" + HANDLER},
        {"app.py": "import importlib\nx = importlib.import_module('app').x\nimportlib.import_module('..')" + HANDLER},
        {"app.py": "global x\nnonlocal y\nreturn 3\nyield 4\nawait z\n" + HANDLER},
        {"app.py": "x: int\ndel x\ndel x[0], y.z\n(a := 1)\n[*b] = c\n" + HANDLER},
        {"app.py": "x = y = z" + HANDLER, "x-1.dist-info/RECORD": b"\xff,,\n,", "y-1.dist-info/top_level.txt": "\n/"},
    ],
    ids=range(30),
)  # fmt: skip
def test_hostile_programs(files: dict[str, str | bytes]) -> None:
    run(files)
