from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from archlint.cli.main import main
from archlint.report.formats import FORMATS

TEMPLATE = """\
Resources:
  Web:
    Type: AWS::Lambda::Function
    Metadata: {archlint: {ignore: []}}
    Properties:
      Code: src
      Handler: app.handler
      Runtime: python3.13
      MemorySize: 4096
"""
APP = """\
import pdb

def handler(event, context):
    pdb.set_trace()
    return 1
"""
FRONT = """\
---
code: {code}
severity: {severity}
confidence: high
summary: Ours
check:
  {check}
---
## What it does

It looks.

## Why it matters

The platform team pays for it.

## What to do

Ask the platform team.
"""
MEMORY = "property: {type: 'AWS::Lambda::Function', property: memory_mb, within: {max: 3008}}"
DEBUGGER = "call: {call: 'pdb.*'}"


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    write(tmp_path, "template.yaml", TEMPLATE)
    write(tmp_path, "src/app.py", APP)
    write(tmp_path, ".archlint/rules/memory-cap.md", FRONT.format(code="ORG001", severity="error", check=MEMORY))
    write(tmp_path, ".archlint/rules/no-debugger.md", FRONT.format(code="ORG002", severity="warning", check=DEBUGGER))
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("archlint.rulebook.rulebook.site_folders", lambda: ())
    return tmp_path


def write(root: Path, path: str, text: str) -> None:
    root.joinpath(path).parent.mkdir(parents=True, exist_ok=True)
    root.joinpath(path).write_text(text)


def run(*arguments: str) -> Result:
    return CliRunner().invoke(main, [*arguments])


def report(*arguments: str) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(run("scan", "--format", "json", *arguments).stdout)
    return document


def found(*arguments: str) -> list[tuple[str, str, int, str]]:
    findings = report(*arguments)["findings"]
    return [(f["rule"], f["path"], f["line"], f["severity"]) for f in findings if f["code"][:2] != "AL"]


CAP = ("memory-cap", "template.yaml", 9, "error")
DEBUG = ("no-debugger", "src/app.py", 4, "warning")


def test_own_rules_are_judged_with_the_others(repository: Path) -> None:
    assert found() == [DEBUG, CAP]
    assert run("scan").exit_code == 1


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (("--select", "ORG"), [DEBUG, CAP]),
        (("--select", "ORG00"), [DEBUG, CAP]),
        (("--select", "org002"), [DEBUG]),
        (("--select", "memory-cap"), [CAP]),
        (("--select", "AL"), []),
        (("--ignore", "ORG001"), [DEBUG]),
        (("--ignore", "ORG"), []),
        (("--no-config",), []),
    ],
)
def test_they_are_chosen_by_name_code_and_beginning(
    repository: Path, arguments: tuple[str, ...], expected: list[object]
) -> None:
    assert found(*arguments) == expected


def test_a_name_that_only_resembles_one_of_theirs(repository: Path) -> None:
    result = run("scan", "--select", "memory-cup")
    assert (result.exit_code, result.stdout) == (2, "")
    assert "no rule is called 'memory-cup'; did you mean 'memory-cap'?" in result.stderr
    assert "did you mean 'ORG001'?" in run("scan", "--select", "ORG011").stderr


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ('select = ["ORG001"]', [CAP]),
        ('ignore = ["ORG"]', []),
        ('[severity]\nORG = "info"', [(*DEBUG[:3], "info"), (*CAP[:3], "info")]),
        ('[severity]\nmemory-cap = "warning"', [DEBUG, (*CAP[:3], "warning")]),
        ('[per-file-ignores]\n"src/" = ["ORG002"]', [CAP]),
        ('[per-file-ignores]\n"*.yaml" = ["ORG"]', [DEBUG]),
    ],
)
def test_settings_name_them(repository: Path, settings: str, expected: list[object]) -> None:
    write(repository, "archlint.toml", settings)
    assert found() == expected


@pytest.mark.parametrize("name", ["ORG002", "no-debugger"])
def test_a_comment_excuses_one(repository: Path, name: str) -> None:
    write(repository, "src/app.py", APP.replace("trace()", f"trace()  # archlint: ignore[{name}] on purpose"))
    assert found() == [CAP]
    assert not [f for f in report()["findings"] if f["rule"] == "unused-suppression"]


def test_metadata_excuses_one(repository: Path) -> None:
    write(repository, "template.yaml", TEMPLATE.replace("[]", "[{rule: ORG001, reason: agreed}]"))
    assert found() == [DEBUG]


def test_a_suppression_without_a_finding_is_unused(repository: Path) -> None:
    write(repository, "src/app.py", f"# archlint: ignore[ORG002] on purpose\nx = 1\n{APP}")
    messages = [f["message"] for f in report()["findings"] if f["rule"] == "unused-suppression"]
    assert messages == ["This suppression of no-debugger matches no finding: remove it."]


def test_the_report_quotes_their_pages(repository: Path) -> None:
    text = run("scan", "--select", "ORG").stdout
    assert "error[ORG001] memory-cap" in text
    assert "The platform team pays for it." in text
    assert "Ask the platform team." in text
    explained = run("explain", "memory-cap").stdout
    assert "What to do\n  Ask the platform team." in explained


@pytest.mark.parametrize("name", list(FORMATS))
def test_every_format_can_show_them(repository: Path, name: str) -> None:
    result = run("scan", "--format", name)
    assert (result.exit_code, result.stderr) == (1, "")
    assert "ORG001" in result.stdout or "memory-cap" in result.stdout


def test_values_that_are_not_known_are_listed(repository: Path) -> None:
    write(repository, "template.yaml", f"Parameters: {{M: {{Type: Number}}}}\n{TEMPLATE.replace('4096', '!Ref M')}")
    gaps = [gap for gap in report()["coverage"]["not_evaluated"] if gap["rule"] == "memory-cap"]
    assert [(gap["function"], gap["attribute"]) for gap in gaps] == [("template.yaml#Web", "memory_mb")]


def test_a_page_that_cannot_be_used_ends_the_scan_with_its_line(repository: Path) -> None:
    write(repository, ".archlint/rules/memory-cap.md", FRONT.format(code="AL001", severity="error", check=MEMORY))
    result = run("scan")
    assert (result.exit_code, result.stdout) == (2, "")
    assert ".archlint/rules/memory-cap.md:2: `code` must be 2 to 10 capital letters" in result.stderr
    assert run("scan", "--no-config").exit_code in (0, 1)


def test_pages_outside_are_not_read(repository: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    outside = tmp_path_factory.mktemp("outside")
    write(outside, "secret.md", "hunter2")
    repository.joinpath(".archlint", "rules", "leak.md").symlink_to(outside / "secret.md")
    result = run("scan")
    assert result.exit_code == 2
    assert "leak.md:1: it cannot be read" in result.stderr
    assert "hunter2" not in result.output


def test_each_of_several_folders_has_its_own(repository: Path) -> None:
    for name, code in (("one", "ORG001"), ("two", "ABC9")):
        write(repository, f"{name}/template.yaml", TEMPLATE)
        write(repository, f"{name}/src/app.py", APP)
        page = FRONT.format(code=code, severity="error", check=MEMORY).replace("Ask the", f"Ask {name}'s")
        write(repository, f"{name}/.archlint/rules/cap-{name}.md", page)
    assert found("one", "two") == [
        ("cap-one", "one/template.yaml", 9, "error"),
        ("cap-two", "two/template.yaml", 9, "error"),
    ]
    text = run("scan", "one", "two").stdout
    assert "Ask one's platform team." in text
    assert "Ask two's platform team." in text


def test_nothing_of_the_environment_shows(repository: Path) -> None:
    variables = "      Environment: {Variables: {TOKEN: hunter2}}\n"
    write(repository, "template.yaml", TEMPLATE + variables)
    page = FRONT.format(
        code="ORG003", severity="error", check="call: {call: 'pdb.*'}\nmessage: '{name} {value} {limit}'"
    )
    write(repository, ".archlint/rules/all-of-it.md", page)
    assert "hunter2" not in run("scan", "--select", "ORG", "--format", "json").output


def test_a_rule_of_a_package_that_fails_costs_one_finding(
    repository: Path, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = tmp_path_factory.mktemp("site-packages")
    page = FRONT.replace("check:\n  {check}\n", "").format(code="TEAM1", severity="error")
    write(
        home, "team_rules_for_archlint/__init__.py", "from importlib.resources import files\nPAGES = files(__name__)\n"
    )
    write(home, "team_rules_for_archlint/always-fails.md", page)
    write(home, "team_rules_for_archlint/always_fails.py", "def check(project, page):\n    raise OSError('hunter2')\n")
    write(home, "team_rules_for_archlint-3.dist-info/METADATA", "Metadata-Version: 2.1\nName: team-rules\nVersion: 3\n")
    points = "[archlint.rules]\nours = team_rules_for_archlint\nmore = team_rules_missing\n"
    write(home, "team_rules_for_archlint-3.dist-info/entry_points.txt", points)
    monkeypatch.setattr("archlint.rulebook.rulebook.site_folders", lambda: (os.path.realpath(home),))
    monkeypatch.syspath_prepend(str(home))
    monkeypatch.delenv("ARCHLINT_DEBUG")
    result = run("scan", "--format", "json")
    assert result.stderr == "archlint: rules of team-rules 3 are left out: there is no module team_rules_missing\n"
    findings = json.loads(result.stdout)["findings"]
    assert [f["message"][:30] for f in findings if "TEAM1" in f["message"]] == ["TEAM1: archlint failed on it w"]
    assert {"memory-cap", "no-debugger"} <= {f["rule"] for f in findings}
    assert "from team-rules 3" in run("rule", "TEAM1").stdout
