"""A few of the inputs that tools/fuzz.py makes; many more are for it alone."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path
from types import ModuleType

import pytest

from archlint.config import Config
from archlint.report.formats import FORMATS
from archlint.scanner.pipeline import scan_tree
from archlint.tree import MemoryTree
from expectations import TEMPLATE

TOOLS = Path(__file__).parents[2] / "tools"
SEED = 20261122
SECRET = "hunter2-s3cr3t"


@pytest.fixture(scope="module")
def fuzz() -> ModuleType:
    sys.path.insert(0, str(TOOLS))
    try:
        import fuzz
    finally:
        sys.path.remove(str(TOOLS))
    return fuzz


@pytest.fixture(autouse=True)
def errors_are_raised(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("ARCHLINT_DEBUG", "1")
    monkeypatch.setenv("ARCHLINT_CACHE_DIR", str(tmp_path / "cache"))


@pytest.mark.parametrize(
    ("target", "runs"),
    [
        *(
            ("scan", 25),
            ("apps", 10),
            ("settings", 10),
            ("fix", 5),
            ("ignores", 5),
            ("remembered", 5),
            ("commands", 10),
        ),
        *(("parsers", 100), ("usage", 20), ("answers", 20), ("accepted", 20), ("logs", 30), ("baseline", 20)),
        *(("hooks", 20), ("suppressions", 20), ("git", 10), ("cache", 20)),
    ],
)
def test_damaged_inputs(fuzz: ModuleType, target: str, runs: int) -> None:
    for number in range(runs):
        assert fuzz.problem(target, fuzz.made(target, SEED, number)) == "", f"--seed {SEED} --only {target}:{number}"


def test_every_target_is_run(fuzz: ModuleType) -> None:
    (mark,) = test_damaged_inputs.pytestmark
    assert {target for target, _ in mark.args[1]} == set(fuzz.TARGETS)


def test_the_same_number_is_the_same_input(fuzz: ModuleType) -> None:
    for target in fuzz.TARGETS:
        if target != "cache":  # a cache holds the times of files
            assert fuzz.made(target, 7, 3) == fuzz.made(target, 7, 3)


def test_a_run_goes_on_where_it_ended(fuzz: ModuleType, tmp_path: Path) -> None:
    state = tmp_path / "state.json"
    for done in (2, 4):
        run = fuzz.Run(5, state)
        run.one("hooks")
        run.one("hooks")
        run.save()
        assert fuzz.Run(5, state).done == {"hooks": done}


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("a \x1b[31m", "unsafe"),
        ("##vso[x]", "unsafe"),
        ("\n  ::error::x", "workflow command"),
        ("failed with an error of its own", "error of its own"),
        (f"a {SECRET}", "secret"),
        ("a", ""),
    ],
)
def test_wrong_output_is_seen(fuzz: ModuleType, text: str, problem: str) -> None:
    from fuzzing.outputs import wrong_text

    assert problem in wrong_text(text, secret=True)
    assert bool(problem) == bool(wrong_text(text, secret=True))


def test_wrong_reports_are_seen(fuzz: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    from fuzzing import outputs

    code = "import joblib\ndef handler(e, c):\n    return joblib.load('a.joblib')\n"
    result = scan_tree(MemoryTree({"template.yaml": TEMPLATE, "app.py": code}), Config())
    assert result.findings
    assert outputs.wrong_reports(result, secret=False) == ""
    for name, render in FORMATS.items():
        if name in ("json", "sarif", "gitlab", "junit", "github"):
            lacking = {name: lambda _, screen, render=render: render(replace(result, findings=()), screen)}
            monkeypatch.setattr(outputs, "FORMATS", lacking)
            assert bool(outputs.wrong_reports(result, secret=False)) == (name != "github")
