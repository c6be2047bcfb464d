from __future__ import annotations

import json
from importlib.resources import files
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from click.testing import CliRunner, Result

from archlint.cli.main import main
from archlint.rulebook import registry

SCHEMA: dict[str, Any] = json.loads(files("archlint.report").joinpath("rules.v1.schema.json").read_text())
OWN = """\
---
code: ORG7
severity: warning
confidence: high
summary: Ours ::group::x
check: {call: {call: pdb.set_trace}}
---
## What it does

It looks at ##[group] things.

## What to do

Ask us.
"""


def run(*arguments: str) -> Result:
    return CliRunner().invoke(main, ["rule", *arguments])


def strict(schema: Any) -> Any:
    """Later versions may add keys; here every key has to be described."""
    if isinstance(schema, dict):
        more = {"additionalProperties": False} if "properties" in schema else {}
        return {key: strict(value) for key, value in schema.items()} | more
    return [strict(item) for item in schema] if isinstance(schema, list) else schema


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    tmp_path.joinpath(".archlint", "rules").mkdir(parents=True)
    tmp_path.joinpath(".archlint", "rules", "no-debugger.md").write_text(OWN)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_all_pages_as_one_document(repository: Path) -> None:
    result = run("--all", "--format", "json")
    assert (result.exit_code, result.stderr) == (0, "")
    document = json.loads(result.stdout)
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    jsonschema.validate(document, strict(SCHEMA), cls=jsonschema.Draft202012Validator)
    assert [rule["name"] for rule in document["rules"]] == [*registry.pages(), "no-debugger"]
    first, last = document["rules"][0], document["rules"][-1]
    assert first["sections"][0]["heading"] == "What it does"
    assert (first["origin"], last["origin"]) == (None, ".archlint/rules/no-debugger.md")
    assert last["sections"][1] == {"heading": "What to do", "text": "Ask us."}


def test_all_pages_as_text(repository: Path) -> None:
    text = run("--all").stdout
    assert text.startswith("# AL001 unreadable-file\n")
    assert "\n# ORG7 no-debugger\n" in text


@pytest.mark.parametrize("name", ["ORG7", "org7", "no-debugger"])
def test_a_rule_of_the_current_folder(repository: Path, name: str) -> None:
    text = run(name).stdout
    assert "*warning, high confidence, from .archlint/rules/no-debugger.md*" in text
    assert "Ask us." in text


@pytest.mark.parametrize("arguments", [(), ("ORG7",), ("--all",), ("--format", "json"), ("ORG7", "--format", "json")])
def test_no_build_machine_obeys_a_page(repository: Path, arguments: tuple[str, ...]) -> None:
    text = run(*arguments).stdout
    assert "ORG7" in text
    assert "##[group]" not in text
    assert "json" in arguments or " ::group::" not in text


def test_the_list_names_them(repository: Path) -> None:
    assert run().stdout.splitlines()[-1].split()[:3] == ["ORG7", "no-debugger", "warning"]
    assert json.loads(run("--format", "json").stdout)[-1]["code"] == "ORG7"


def test_a_broken_page_leaves_archlints_own_rules_readable(repository: Path) -> None:
    repository.joinpath(".archlint", "rules", "broken.md").write_text("no page")
    assert run("AL101").exit_code == 0
    for arguments in ((), ("ORG7",), ("--all",)):
        result = run(*arguments)
        assert (result.exit_code, result.stdout) == (2, "")
        assert ".archlint/rules/broken.md:1: it does not begin with front matter" in result.stderr


def test_a_name_or_all() -> None:
    result = run("AL101", "--all")
    assert (result.exit_code, "not both" in result.stderr) == (2, True)
