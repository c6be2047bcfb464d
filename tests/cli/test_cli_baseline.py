"""`archlint baseline` and `archlint scan --baseline`."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from archlint.cli.main import main

TEMPLATE = """\
Resources:
  Hello:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: src/
      Handler: app.handler
      Runtime: python3.13
      Timeout: 900
"""
APP = "import boto3\n\n\ndef handler(event, context):\n    s3 = boto3.client('s3')\n    return s3\n"
NAME = "archlint-baseline.json"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "src").mkdir()
    (tmp_path / "template.yaml").write_text(TEMPLATE)
    (tmp_path / "src" / "app.py").write_text(APP)
    return tmp_path


def run(*arguments: str | Path, text: str | None = None) -> Result:
    return CliRunner().invoke(main, [str(argument) for argument in arguments], input=text)


def more(folder: Path, line: str = "    sqs = boto3.client('sqs')\n") -> None:
    (folder / "src" / "app.py").write_text(APP.replace("    return", f"{line}    return"))


def test_written_checked_and_scanned(folder: Path) -> None:
    written = run("baseline", "write", folder)
    assert (written.exit_code, written.stdout) == (0, f"{folder / NAME}: 2 findings\n")
    first = (folder / NAME).read_bytes()
    assert run("baseline", "write", folder).exit_code == 0
    assert (folder / NAME).read_bytes() == first
    assert run("baseline", "check", folder, "--fail-on", "info").stdout == "0 new, 2 in the baseline\n"
    scan = run("scan", folder, "--baseline", folder / NAME, "--fail-on", "info")
    assert scan.exit_code == 0
    assert "No findings - 1 function" in scan.stdout
    assert "2 in the baseline" in scan.stdout
    report = json.loads(run("scan", folder, "--baseline", folder / NAME, "--format", "json").stdout)
    assert report["findings"] == report["changes"] == []
    assert report["withheld"] == [{"reason": "baseline", "count": 2}]


def test_what_is_new_fails(folder: Path) -> None:
    run("baseline", "write", folder)
    more(folder)
    checked = run("baseline", "check", folder, "--fail-on", "warning")
    assert checked.exit_code == 1
    assert "src/app.py:6:11: warning AL104 client-created-in-handler: a boto3 client" in checked.stdout
    assert checked.stdout.endswith("1 new, 2 in the baseline\n")
    assert run("baseline", "check", folder).exit_code == 0
    assert run("baseline", "check", folder, "--fail-on", "never").exit_code == 0
    assert run("scan", folder, "--baseline", folder / NAME, "--fail-on", "warning").exit_code == 1


def test_the_folders_own_threshold_counts(folder: Path) -> None:
    (folder / "archlint.toml").write_text('fail-on = "warning"\n')
    run("baseline", "write", folder)
    more(folder)
    assert run("baseline", "check", folder).exit_code == 1
    assert run("baseline", "check", folder, "--no-config").exit_code == 0


def test_what_is_mended_is_told_and_dropped(folder: Path) -> None:
    run("baseline", "write", folder)
    (folder / "src" / "app.py").write_text("def handler(event, context):\n    return event\n")
    checked = run("baseline", "check", folder)
    assert checked.exit_code == 0
    assert "no longer found: src/app.py: client-created-in-handler: a boto3 client" in checked.stdout
    pruned = run("baseline", "prune", folder)
    assert pruned.stdout.endswith(f"{folder / NAME}: 1 finding left\n")
    assert run("baseline", "check", folder).stdout == "0 new, 1 in the baseline\n"
    assert run("baseline", "prune", folder).stdout == f"{folder / NAME}: nothing to drop\n"


def test_pruning_adds_nothing(folder: Path) -> None:
    run("baseline", "write", folder)
    before = (folder / NAME).read_bytes()
    more(folder)
    run("baseline", "prune", folder)
    assert (folder / NAME).read_bytes() == before


def test_pruning_leaves_rules_that_do_not_run(folder: Path) -> None:
    run("baseline", "write", folder)
    before = (folder / NAME).read_bytes()
    (folder / "archlint.toml").write_text('ignore = ["AL104"]\n')
    assert "nothing to drop" in run("baseline", "prune", folder).stdout
    assert (folder / NAME).read_bytes() == before
    document = json.loads(before)
    for row, rule in zip(document["findings"], ("E3012", "a-rule-that-is-no-more"), strict=True):
        row["rule"] = rule
    (folder / NAME).write_text(json.dumps(document))
    assert "dropped: template.yaml: a-rule-that-is-no-more" in run("baseline", "prune", folder).stdout
    assert [row["rule"] for row in json.loads((folder / NAME).read_text())["findings"]] == ["E3012"]


@pytest.mark.parametrize("content", ["", "{}", "important: data\n", '{"schema": "other/v1", "findings": []}'])
def test_another_file_is_not_replaced(folder: Path, content: str) -> None:
    target = folder / "other.json"
    target.write_text(content)
    refused = run("baseline", "write", folder, "--file", target)
    assert refused.exit_code == 2
    assert "--force replaces it" in refused.stderr
    assert target.read_text() == content
    assert run("baseline", "write", folder, "--file", target, "--force").exit_code == 0
    assert run("baseline", "check", folder, "--file", target).exit_code == 0


def test_another_version_is_replaced_when_confirmed(folder: Path) -> None:
    old = '{"schema": "archlint/baseline/v9", "findings": []}'
    (folder / NAME).write_text(old)
    for answer in ("n\n", ""):
        assert run("baseline", "write", folder, text=answer).exit_code == 1
        assert (folder / NAME).read_text() == old
    assert run("baseline", "write", folder, text="y\n").exit_code == 0
    assert "archlint/baseline/v1" in (folder / NAME).read_text()


@pytest.mark.parametrize("command", [("baseline", "check"), ("baseline", "prune"), ("scan",)])
@pytest.mark.parametrize(
    ("content", "words"),
    [
        (None, "does not exist"),
        ("{", "line 1: is not valid JSON"),
        ('{"schema": "archlint/baseline/v9"}', "write it anew"),
        ('{"schema": "archlint/baseline/v1", "findings": [7]}', "finding 1 must be an object"),
        ("[" * 100_000, "is not JSON that archlint can read"),
    ],
)
def test_a_file_that_cannot_be_used(folder: Path, command: tuple[str, ...], content: str | None, words: str) -> None:
    target = folder / "known.json"
    if content is not None:
        target.write_text(content)
    option = "--baseline" if command == ("scan",) else "--file"
    refused = run(*command, folder, option, target)
    assert refused.exit_code == 2
    assert words in refused.stderr
    assert "known.json" in refused.stderr


def test_a_folder_is_no_file(folder: Path) -> None:
    assert run("scan", folder, "--baseline", folder).exit_code == 2
    assert run("baseline", "write", folder, "--file", folder / "src").exit_code == 2
    assert run("baseline", "write", folder, "--file", folder / "none" / "x.json").exit_code == 2


def test_nothing_to_scan(tmp_path: Path) -> None:
    done = run("baseline", "write", tmp_path)
    assert done.exit_code == 3
    assert not (tmp_path / NAME).exists()


def test_a_baseline_is_of_one_folder(folder: Path) -> None:
    run("baseline", "write", folder)
    both = run("scan", folder, folder / "src", "--baseline", folder / NAME)
    assert both.exit_code == 2
    assert "one PATH" in both.stderr


def test_hostile_names_are_shown_harmless(folder: Path) -> None:
    run("baseline", "write", folder)
    document = json.loads((folder / NAME).read_text())
    document["findings"][0].update(path="\x1b[31m##[error]x", message="\x1b]0;x\x07\n::error::y", rule="\u202eevil")
    (folder / NAME).write_text(json.dumps(document))
    for command in ("check", "prune"):
        shown = run("baseline", command, folder).stdout
        assert "no longer found" in shown or "dropped" in shown
        for bad in ("\x1b", "\x07", "\u202e", "##[", "\n::error"):
            assert bad not in shown
