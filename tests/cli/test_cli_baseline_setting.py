"""`baseline` in archlint.toml: in `scan`, in `archlint baseline`, and where `archlint init` writes it."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from archlint.cli.main import main
from archlint.setup.texts import with_setting

TEMPLATE = """\
Resources:
  Hello:
    Type: AWS::Serverless::Function
    Properties: {CodeUri: src/, Handler: app.handler, Runtime: python3.13, Timeout: 900, MemorySize: 20480}
"""
NAME = "archlint-baseline.json"
SETTING = f'baseline = "{NAME}"\n'


def repository(root: Path) -> Path:
    (root / "src").mkdir(parents=True)
    (root / "template.yaml").write_text(TEMPLATE)
    (root / "src" / "app.py").write_text("def handler(event, context):\n    return event\n")
    return root


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return repository(tmp_path / "one")


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(main, [str(argument) for argument in arguments])


def accept(folder: Path, setting: str = SETTING) -> None:
    (folder / "archlint.toml").write_text(setting)
    done = run("baseline", "write", folder)
    assert done.exit_code == 0, done.stderr


def findings(*arguments: str | Path) -> list[str]:
    done = run("scan", *arguments, "--format", "json", "--fail-on", "never")
    assert done.exit_code == 0, done.stderr
    return [f"{finding['path']} {finding['rule']}" for finding in json.loads(done.stdout)["findings"]]


def test_the_settings_name_the_baseline(folder: Path) -> None:
    assert run("scan", folder).exit_code == 1
    accept(folder)
    done = run("scan", folder, "--fail-on", "info")
    assert done.exit_code == 0
    assert "in the baseline" in done.stdout
    assert run("scan", folder, "--no-baseline").exit_code == 1
    assert run("scan", folder, "--no-config").exit_code == 1


def test_the_option_wins_over_the_settings(folder: Path) -> None:
    accept(folder)
    (folder / "none.json").write_text('{"schema": "archlint/baseline/v1", "findings": []}')
    assert run("scan", folder, "--baseline", folder / "none.json").exit_code == 1
    (folder / NAME).unlink()
    assert run("scan", folder, "--baseline", folder / "none.json").exit_code == 1, "the settings' file is not read"
    both = run("scan", folder, "--baseline", folder / "none.json", "--no-baseline")
    assert both.exit_code == 2
    assert "exclude each other" in both.stderr


def test_each_folder_has_its_own(tmp_path: Path, folder: Path) -> None:
    other = repository(tmp_path / "two")
    (other / "ci").mkdir()
    accept(folder)
    accept(other, 'baseline = "ci/known.json"\n')
    assert (other / "ci" / "known.json").is_file()
    assert findings(folder, other) == []
    (other / "archlint.toml").unlink()
    left = findings(folder, other)
    assert left
    assert all("two/template.yaml" in finding for finding in left)


def test_it_is_relative_to_the_scanned_folder(tmp_path: Path, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    accept(folder)
    monkeypatch.chdir(tmp_path)
    assert findings("one") == []
    monkeypatch.chdir(folder)
    assert findings() == findings("template.yaml") == []


@pytest.mark.parametrize("where", ["archlint.toml", "pyproject.toml"])
def test_a_file_that_is_missing_is_an_error_of_the_settings(folder: Path, where: str) -> None:
    table = "" if where == "archlint.toml" else "[tool.archlint]\n"
    (folder / where).write_text(f"{table}\n{SETTING}")
    done = run("scan", folder)
    assert done.exit_code == 2
    line = 2 if where == "archlint.toml" else 3
    message = f"{where}:{line}: baseline: '{NAME}' does not exist; `archlint baseline write` makes it"
    assert message in " ".join(done.stderr.split())
    assert run("scan", folder, "--no-baseline").exit_code == 1
    for command in ("check", "prune"):
        assert f"{where}:{line}: baseline: '{NAME}' does not exist" in run("baseline", command, folder).stderr
    assert run("baseline", "write", folder).exit_code == 0
    assert run("scan", folder).exit_code == 0


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ('"../x.json"', "below the scanned folder"),
        ('"/etc/passwd"', "below the scanned folder"),
        ('"a/../../x.json"', "below the scanned folder"),
        ('".."', "below the scanned folder"),
        ('"."', "below the scanned folder"),
        ('" "', "below the scanned folder"),
        ('"a\\u0000b"', "below the scanned folder"),
        ("3", "must be a path, not an integer"),
        ('["a.json"]', "must be a path, not a list"),
    ],
)
def test_a_value_that_is_no_path_in_the_folder(folder: Path, value: str, words: str) -> None:
    (folder / "archlint.toml").write_text(f"baseline = {value}\n")
    for command in (("scan",), ("baseline", "write"), ("baseline", "check")):
        done = run(*command, folder)
        assert done.exit_code == 2
        assert "archlint.toml:1: baseline: must be" in done.stderr
        assert words in " ".join(done.stderr.split())


@pytest.mark.parametrize("content", ["{", "[]", '{"schema": "archlint/baseline/v9"}'])
def test_a_file_that_is_no_baseline(folder: Path, content: str) -> None:
    (folder / "archlint.toml").write_text(SETTING)
    (folder / NAME).write_text(content)
    done = run("scan", folder)
    assert done.exit_code == 2
    assert f"archlint.toml:1: baseline: '{NAME}'" in done.stderr


@pytest.mark.parametrize("name", ["known.json", "up/known.json", "src"])
def test_nothing_outside_the_folder_is_read_or_written(tmp_path: Path, folder: Path, name: str) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "known.json").write_text('{"schema": "archlint/baseline/v1", "findings": []}')
    (folder / "known.json").symlink_to(outside / "known.json")
    (folder / "up").symlink_to(outside)
    before = (outside / "known.json").read_bytes()
    (folder / "archlint.toml").write_text(f'baseline = "{name}"\n')
    for command in (("scan",), ("baseline", "check"), ("baseline", "prune"), ("baseline", "write", "--force")):
        done = run(*command, folder)
        assert done.exit_code == 2, command
        assert str(outside) not in done.stderr
    assert [path.name for path in outside.iterdir()] == ["known.json"]
    assert (outside / "known.json").read_bytes() == before


def test_a_pipe_is_not_waited_for(folder: Path) -> None:
    os.mkfifo(folder / NAME)
    (folder / "archlint.toml").write_text(SETTING)
    for command in (("scan",), ("baseline", "check"), ("baseline", "write")):
        assert run(*command, folder).exit_code == 2


def test_the_commands_use_it(folder: Path) -> None:
    accept(folder, 'baseline = "known.json"\n')
    assert not (folder / NAME).exists()
    assert run("baseline", "check", folder, "--fail-on", "info").stdout.startswith("0 new, ")
    assert f"{folder / 'known.json'}: nothing to drop" in run("baseline", "prune", folder).stdout
    assert run("baseline", "check", folder, "--no-config").exit_code == 2, "the usual name"
    assert run("baseline", "write", folder, "--file", folder / "other.json").exit_code == 0
    assert (folder / "other.json").read_bytes() == (folder / "known.json").read_bytes()


def told(folder: Path, *options: str) -> tuple[object, list[tuple[str, str | None]]]:
    done = run("scan", folder, "--show-settings", "--format", "json", *options)
    (shown,) = [s for s in json.loads(done.stdout)["folders"][0]["settings"] if s["key"] == ["baseline"]]
    return shown["value"], [(origin["kind"], origin["text"]) for origin in shown["origins"]]


def test_shown_settings_name_it(folder: Path) -> None:
    assert told(folder) == (None, [("default", None)])
    (folder / "archlint.toml").write_text(SETTING)
    assert told(folder) == (NAME, [("file", "archlint.toml")])
    assert told(folder, "--baseline", "x.json") == ("x.json", [("option", "--baseline")])
    assert told(folder, "--no-baseline") == (None, [("option", "--no-baseline")])
    assert told(folder, "--no-config") == (None, [("default", None)])
    text = run("scan", folder, "--show-settings", "--no-baseline").stdout
    assert "none  (command line, --no-baseline)" in text


@pytest.mark.parametrize(
    ("text", "table", "wanted"),
    [
        ("", (), SETTING),
        ("# ours", (), f"# ours\n{SETTING}"),
        ("# ours\n\n# first\nignore = []\n", (), f"# ours\n\n{SETTING}# first\nignore = []\n"),
        ("[severity]\nAL1 = 'info'\n", (), f"{SETTING}[severity]\nAL1 = 'info'\n"),
        ("ignore = []\r\n", (), f"{SETTING.strip()}\r\nignore = []\r\n"),
        ("[tool.archlint]\nignore = []\n", ("tool", "archlint"), f"[tool.archlint]\n{SETTING}ignore = []\n"),
        ("[a]\n\n[ tool . archlint ] # x", ("tool", "archlint"), f"[a]\n\n[ tool . archlint ] # x\n{SETTING}"),
        ("[tool]\narchlint = {ignore = []}\n", ("tool", "archlint"), None),
        ("[tool.archlint.severity]\nAL1 = 'info'\n", ("tool", "archlint"), None),
        ('[tool.archlint]\n[x]\na = """\n[tool.archlint]\n"""\n', ("tool", "archlint"), None),
        ('x = """\n[tool.archlint]\n"""\ntool.archlint.ignore = []\n', ("tool", "archlint"), None),
        ("baseline = 'x'\n", (), None),
        ("\ufeffignore = []\n", (), None),
        ("[", (), None),
    ],
)
def test_where_a_setting_goes(text: str, table: tuple[str, ...], wanted: str | None) -> None:
    assert with_setting(text, table, SETTING.strip()) == wanted


@pytest.mark.parametrize("where", ["archlint.toml", "pyproject.toml"])
def test_init_adds_it_to_settings_that_are_there(folder: Path, where: str) -> None:
    (folder / ".git").mkdir()
    table = "" if where == "archlint.toml" else "[tool.archlint]\n"
    (folder / where).write_text(f'{table}ignore = ["AL9999"]\n'.replace("AL9999", "AL104"))
    assert run("init", folder, "--yes").exit_code == 0
    assert (folder / where).read_text() == f'{table}{SETTING}ignore = ["AL104"]\n'
    assert "--baseline" not in (folder / ".pre-commit-config.yaml").read_text()
    assert run("scan", folder).exit_code == 0
    assert run("init", folder, "--yes").stdout.endswith("Everything is in place.\n")


def test_init_names_it_in_the_commands_where_the_settings_cannot(folder: Path) -> None:
    (folder / ".git").mkdir()
    (folder / "pyproject.toml").write_text("[tool]\narchlint = {ignore = []}\n")
    done = run("init", folder, "--yes")
    assert f"to be added by hand:\n\n    {SETTING}" in done.stdout
    assert f"--baseline {NAME}" in (folder / ".github/workflows/archlint.yml").read_text()
    assert f"--baseline {NAME}" in (folder / ".pre-commit-config.yaml").read_text()


def test_init_writes_the_file_that_the_settings_name(folder: Path) -> None:
    (folder / ".git").mkdir()
    (folder / "archlint.toml").write_text('baseline = "known.json"\n')
    assert run("init", folder, "--yes").exit_code == 0
    assert (folder / "known.json").is_file()
    assert not (folder / NAME).exists()
    assert (folder / "archlint.toml").read_text() == 'baseline = "known.json"\n'
    assert run("scan", folder).exit_code == 0
