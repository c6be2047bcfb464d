from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from archlint.cli.main import main
from archlint.finding import Finding
from archlint.model.deployed import Dependency
from archlint.model.place import Place
from archlint.results.merge import merge
from archlint.results.narrow import touching
from samples import TRACE, make_deployed, make_finding, make_function, make_result

TEMPLATE = """\
Resources:
  {name}:
    Type: AWS::Serverless::Function
    Properties: {{CodeUri: {folder}, Handler: app.handler, Runtime: python3.13, Timeout: 900}}
"""
HANDLER = "from common import answer\n\n\ndef handler(event, context):\n    return answer(event)\n"


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Two functions with a warning each, `timeout-near-limit`."""
    for name in ("One", "Two"):
        folder = tmp_path / name.lower()
        folder.mkdir()
        folder.joinpath("template.yaml").write_text(TEMPLATE.format(name=name, folder="src"))
        folder.joinpath("src").mkdir()
        folder.joinpath("src/app.py").write_text(HANDLER)
        folder.joinpath("src/common.py").write_text("def answer(event):\n    return event\n")
    tmp_path.joinpath("notes.txt").write_text("nothing\n")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def run(*args: str) -> Result:
    return CliRunner().invoke(main, ["scan", *args])


def scan(*args: str) -> dict[str, list[dict[str, object]]]:
    result = run(*args, "--format", "json", "--fail-on", "never")
    assert (result.exit_code, result.stderr) == (0, "")
    report: dict[str, list[dict[str, object]]] = json.loads(result.stdout)
    return report


def places(*args: str) -> list[object]:
    return [finding["path"] for finding in scan(*args)["findings"]]


def test_only_findings_of_the_files_are_reported(repository: Path) -> None:
    assert places() == ["one/template.yaml", "two/template.yaml"]
    assert places("one/template.yaml") == ["one/template.yaml"]
    assert places("two/src/app.py") == ["two/template.yaml"], "the handler of the finding's function"
    assert places("one/src/app.py", "./two/template.yaml") == ["one/template.yaml", "two/template.yaml"]
    assert places("notes.txt", "one/src/common.py") == []


def test_a_commit_without_relation_gets_one_line(repository: Path) -> None:
    assert run("notes.txt").stdout == "No findings in the files given - 6 files read.\n"
    repository.joinpath("one/template.yaml").write_text(TEMPLATE.format(name="One", folder="src").replace("900", "9"))
    assert run("one/src/app.py", "one/template.yaml").stdout.count("\n") == 1
    assert run("one/template.yaml", "two/template.yaml").stdout.count("\n") > 1
    assert run("one").stdout.count("\n") > 1, "a folder is reported whole"
    repository.joinpath("one/template.yaml").write_text(TEMPLATE.format(name="One", folder="src") + "  - {")
    assert "one/template.yaml" in run("one/template.yaml").stdout, "what cannot be read is said"


def test_absolute_paths_and_links_name_the_same_files(repository: Path) -> None:
    assert places(str(repository / "one/template.yaml")) == ["one/template.yaml"]
    repository.joinpath("again.yaml").symlink_to("two/template.yaml")
    assert places("again.yaml") == ["two/template.yaml"]
    assert places("one/../two/template.yaml") == ["two/template.yaml"]


def test_functions_without_a_part_in_it_are_left_out_unless_none_would_be_left(repository: Path) -> None:
    assert [function["name"] for function in scan("one/src/app.py")["functions"]] == ["One"]
    assert [function["name"] for function in scan("notes.txt")["functions"]] == ["One", "Two"]
    assert "No Lambda function" not in run("notes.txt").stdout


def test_the_exit_code_counts_what_is_reported(repository: Path) -> None:
    assert run("--fail-on", "warning", "one/template.yaml").exit_code == 1
    assert run("--fail-on", "warning", "notes.txt").exit_code == 0


def test_settings_of_the_current_folder_count(repository: Path) -> None:
    repository.joinpath("archlint.toml").write_text('ignore = ["timeout-near-limit"]\n')
    assert places("one/template.yaml") == []


@pytest.mark.parametrize(
    ("args", "complaint"),
    [
        (("one", "notes.txt"), "PATH 'one' is a folder and PATH 'notes.txt' a file"),
        (("gone.py",), "'gone.py' does not exist"),
        (("one/template.yaml", "gone\x1b.py"), "'gone\\x1b.py' does not exist"),
        (("../outside.py",), "'../outside.py' is a file outside the current folder"),
        (("/dev/null",), "'/dev/null' is neither a file nor a folder"),
        (("",), "'' does not exist"),
    ],
)
def test_wrong_paths(repository: Path, monkeypatch: pytest.MonkeyPatch, args: tuple[str, ...], complaint: str) -> None:
    repository.joinpath("outside.py").write_text("")
    args = tuple("../template.yaml" if arg == "one/template.yaml" else arg for arg in args)
    monkeypatch.chdir(repository / "one" if "../outside.py" in args else repository)
    repository.parent.joinpath("template.yaml").write_text("")
    result = run(*args)
    assert result.exit_code == 2
    assert complaint in " ".join(result.stderr.split())


def test_nothing_to_scan_can_be_allowed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    tmp_path.joinpath("notes.txt").write_text("nothing\n")
    assert run("notes.txt").exit_code == 3
    result = run("--allow-nothing", "notes.txt")
    assert result.exit_code == 0
    assert result.stdout == ""
    assert "nothing to scan" in result.stderr


def kept(finding: Finding, *files: str) -> bool:
    deployed = make_deployed()
    function = replace(deployed, dependencies=(Dependency("torch", Place("requirements.txt", 3)),))
    return touching(make_result(finding, functions=(function,)), files).findings == (finding,)


def test_what_a_finding_has_to_do_with() -> None:
    finding = make_finding(path="src/model.py", functions=("template.yaml#CaptionFunction",), trace=TRACE)
    assert kept(finding, "src/model.py")
    assert kept(finding, "src/app.py"), "a step of the way"
    assert kept(finding, "template.yaml"), "the declaration"
    assert not kept(finding, "requirements.txt")
    assert not kept(finding, "src/other.py", "src", "")


def test_the_function_as_a_whole_has_to_do_with_its_dependency_files() -> None:
    finding = make_finding(path="template.yaml", functions=("template.yaml#CaptionFunction",))
    assert kept(finding, "requirements.txt")
    assert not kept(finding, "other/requirements.txt")


def test_what_is_left_out_is_counted() -> None:
    findings = [make_finding(path="a.py"), make_finding(path="b.py"), make_finding(path="c.py")]
    result = replace(make_result(*findings), withheld=(("baseline", 2),))
    narrowed = touching(result, ["b.py"])
    assert narrowed.findings == (findings[1],)
    assert narrowed.withheld == (("baseline", 2), ("other files", 2))
    assert touching(result, ["a.py", "b.py", "c.py"]).withheld == (("baseline", 2),)


def test_undecided_checks_of_other_functions_are_left_out() -> None:
    other = make_deployed(make_function("Other", template="other.yaml"))
    result = make_result(make_finding(path="other.yaml", functions=()), functions=(make_deployed(), other))
    assert touching(result, ["other.yaml"]).coverage.not_evaluated == ()
    assert len(touching(result, ["template.yaml"]).coverage.not_evaluated) == 1


def test_the_report_is_written_in_further_formats(repository: Path) -> None:
    result = run("--also", "json=report.json", "--also", "text=report.txt")
    assert result.exit_code == 0
    assert len(json.loads(repository.joinpath("report.json").read_text())["findings"]) == 2
    assert repository.joinpath("report.txt").read_text() == result.stdout


def test_paths_can_be_prefixed_with_a_single_folder(repository: Path) -> None:
    plain, prefixed = scan("one"), scan("--prefix-paths", "./one/")
    assert [finding["path"] for finding in plain["findings"]] == ["template.yaml"]
    assert [finding["path"] for finding in prefixed["findings"]] == ["one/template.yaml"]
    assert prefixed["functions"][0]["id"] == "one/template.yaml#One"
    assert prefixed["findings"][0]["fingerprint"] == plain["findings"][0]["fingerprint"]
    assert scan("--prefix-paths") == scan()


def test_what_is_left_out_adds_up_over_folders() -> None:
    parts = [replace(make_result(), withheld=(("baseline", 2),)), replace(make_result(), withheld=(("baseline", 1),))]
    assert merge([("one", parts[0]), ("two", parts[1])]).withheld == (("baseline", 3),)


@pytest.mark.parametrize(
    ("text", "complaint"),
    [("json", "not FORMAT=FILE"), ("json=", "not FORMAT=FILE"), ("xls=a", "not one of"), ("json=no/a", "no folder")],
)
def test_wrong_further_formats(repository: Path, text: str, complaint: str) -> None:
    result = run("--also", text)
    assert result.exit_code == 2
    assert complaint in result.stderr
