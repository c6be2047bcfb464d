"""What a handler's entry runs, and what the report says about values that nobody knows."""

from __future__ import annotations

import sys

import pytest

from archlint.model.coverage import NotEvaluated
from archlint.project import Project
from archlint.tree import MemoryTree
from archlint.values import Known, Unknown
from samples import make_function


def project_of(files: dict[str, str], handler: str = "app.handler") -> Project:
    from dataclasses import replace

    from archlint.code.program import Sources
    from archlint.link import link
    from archlint.model.function import FolderCode, Setting

    tree = MemoryTree(files)
    sources = Sources(tree)
    function = replace(make_function(), code=FolderCode(""), layers=(), handler=Setting(Known(handler)))
    return Project(tree, sources, (link(function, tree, sources),))


def names(files: dict[str, str]) -> set[str]:
    """The units that run."""
    project = project_of(files)
    return {unit.name for _, reach in project.python_functions() for unit in reach.best}


@pytest.mark.parametrize(
    ("app", "expected"),
    [
        ("def handler(e, c): pass", {"handler"}),
        ("def a(e, c): pass\nhandler = a", {"a"}),
        ("handler = lambda e, c: 1", {"<module>.<lambda>"}),
        ("class A:\n  def __call__(self, e, c): pass\nhandler = A()", {"A.__call__"}),
        ("class A:\n  def __init__(s): pass\n  def run(s, e, c): pass\nhandler = A().run", {"A.__init__", "A.run"}),
        ("class handler:\n  def __init__(self, e, c): pass", {"handler.__init__"}),
        ("import lib\ndef a(e, c): pass\nhandler = lib.wrap(a)", {"a"}),
        ("import lib\ndef a(e, c): pass\nhandler = lib.wrap(x=lib.y(a))", {"a"}),
        ("handler = 3", set()),
        ("handler = None", set()),
        ("import lib\nhandler = lib.handler", set()),
    ],
)  # fmt: skip
def test_entry(app: str, expected: set[str]) -> None:
    assert names({"app.py": app}) == {"<module>"} | expected


def test_a_function_without_code_runs_nothing() -> None:
    project = project_of({"other.py": ""})
    assert list(project.python_functions()) == []
    assert project.reach(project.functions[0].function.id) is None


def test_the_module_counts_where_the_function_is_missing() -> None:
    assert names({"app.py": "import torch\ndef a(): pass"}) == {"<module>"}


def test_reach_is_worked_out_once() -> None:
    project = project_of({"app.py": "def handler(e, c): pass"})
    function = project.functions[0].function.id
    assert project.reach(function) is project.reach(function)


def test_what_is_not_known_is_reported_once() -> None:
    project = project_of({"app.py": ""})
    function = make_function()
    assert project.known("timeout-near-limit", function, "timeout_s", Known(3)) == 3
    for _ in range(2):
        assert project.known("timeout-near-limit", function, "timeout_s", Unknown("parameter T")) is None
    expected = NotEvaluated("timeout-near-limit", function.id, "timeout_s", "parameter T")
    assert project.not_evaluated == {expected}


def test_deep_code_is_a_problem_and_no_exception() -> None:
    limit = sys.getrecursionlimit()
    chain = "".join(f"class A{n}(A{n - 1}): pass\n" for n in range(1, 400))
    calls = "".join(f"def f{n}(): return f{n + 1}()\n" for n in range(400))
    app = f"class A0: pass\n{chain}{calls}def f400(): return A399()\ndef handler(e, c): return f0().run()\n"
    list(project_of({"app.py": app}).python_functions())
    assert sys.getrecursionlimit() == limit
