from __future__ import annotations

import json

import pytest
from click.testing import CliRunner

from archlint.cli import output
from archlint.cli.main import main
from archlint.report.formats import Screen

pytestmark = pytest.mark.usefixtures("catalogue")


def test_the_list() -> None:
    result = CliRunner().invoke(main, ["rule"])
    assert result.exit_code == 0
    assert result.stdout.splitlines()[2] == "AL101  model-load-in-handler      error    About model-load-in-handler"
    assert len(result.stdout.splitlines()) == 5


def test_the_list_as_json() -> None:
    rules = json.loads(CliRunner().invoke(main, ["rule", "--format", "json"]).stdout)
    assert [rule["code"] for rule in rules] == ["AL001", "AL002", "AL101", "AL104", "AL301"]
    assert rules[2] == {
        "code": "AL101",
        "name": "model-load-in-handler",
        "severity": "error",
        "confidence": "high",
        "summary": "About model-load-in-handler",
        "since": "0.1.0",
        "fix": "unsafe",
    }


@pytest.mark.parametrize("name", ["model-load-in-handler", "AL101", "al101"])
def test_a_page_is_markdown_away_from_a_terminal(name: str) -> None:
    result = CliRunner().invoke(main, ["rule", name])
    assert result.exit_code == 0
    assert result.stdout.startswith(
        "# AL101 model-load-in-handler\n\nAbout model-load-in-handler\n\n*error, high confi"
    )
    assert "## When to allow it\n\nNever say never.\n" in result.stdout


def test_a_page_is_rendered_on_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(output, "screen", lambda to_file: Screen(80, color=True))
    result = CliRunner().invoke(main, ["rule", "AL101"], color=True)
    assert "\x1b[" in result.stdout
    assert "## " not in result.stdout.replace("## not a heading", "")


def test_a_page_as_json() -> None:
    page = json.loads(CliRunner().invoke(main, ["rule", "AL101", "--format", "json"]).stdout)
    assert page["name"] == "model-load-in-handler"
    assert page["text"].startswith("## What it does\n")


def test_an_unknown_rule() -> None:
    result = CliRunner().invoke(main, ["rule", "model-lod-in-handler"])
    assert (result.exit_code, result.stdout) == (2, "")
    assert "did you mean 'model-load-in-handler'?" in result.stderr


@pytest.mark.parametrize(
    ("terminal", "environment", "expected"),
    [
        (True, {}, Screen(120, color=True)),
        (True, {"NO_COLOR": "1"}, Screen(120)),
        (True, {"NO_COLOR": ""}, Screen(120, color=True)),
        (True, {"TERM": "dumb"}, Screen(120)),
        (False, {}, Screen()),
    ],
)
def test_what_the_screen_can_do(
    monkeypatch: pytest.MonkeyPatch, terminal: bool, environment: dict[str, str], expected: Screen
) -> None:
    monkeypatch.setattr("sys.stdout.isatty", lambda: terminal, raising=False)
    for name, value in {"TERM": "xterm", "NO_COLOR": "", "COLUMNS": "120", **environment}.items():
        monkeypatch.setenv(name, value)
    assert output.screen(to_file=False) == expected
    assert output.screen(to_file=True) == Screen()
