from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from archlint.cli.main import main
from expectations import TEMPLATE

HANDLER = "def handler(event, context):\n    return 1\n"
TWO = TEMPLATE + TEMPLATE.partition("Resources:\n")[2].replace("Function:", "Other:").replace(
    "CodeUri: .", "CodeUri: o"
)


def run(*args: str | Path) -> Result:
    return CliRunner().invoke(main, ["size", *map(str, args)])


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    (tmp_path / "template.yaml").write_text(TWO)
    (tmp_path / "app.py").write_text(HANDLER)
    (tmp_path / "requirements.txt").write_text("torch\n")
    (tmp_path / "o").mkdir()
    (tmp_path / "o" / "app.py").write_text(HANDLER)
    return tmp_path


def test_the_table(repository: Path) -> None:
    result = run(repository)
    assert result.exit_code == 0
    lines = result.stdout.splitlines()
    assert lines[0].split()[0] == "unzipped"
    assert [line.split()[-3:] for line in lines[1:3]] == [["over", "zip", "Function"], ["under", "zip", "Other"]]
    assert "  do " in result.stdout


def test_json_has_every_part(repository: Path) -> None:
    result = run(repository, "--format", "json", "--top", 1)
    document = json.loads(result.stdout)
    assert (result.exit_code, document["schema"]) == (0, "archlint/size/v1")
    first, second = document["functions"]
    assert [first["name"], second["name"]] == ["Function", "Other"]
    assert len(first["size"]["parts"]) > 10
    assert first["advice"].startswith("Even if you ") or first["advice"].startswith("Drop torch")
    assert second["advice"] is None


def test_one_function(repository: Path) -> None:
    named = run(repository, "--function", "Other")
    assert " Function\n" not in named.stdout
    by_id = run(repository, "--function", "template.yaml#Other")
    assert named.stdout == by_id.stdout
    wrong = run(repository, "--function", "Nobody")
    assert wrong.exit_code == 2
    assert "no function is called 'Nobody'; there are: Function, Other" in wrong.stderr


def test_top(repository: Path) -> None:
    assert "more" in run(repository, "--top", "2").stdout
    assert "sympy" in run(repository, "--top", "0").stdout
    assert run(repository, "--top", "-1").exit_code == 2


def test_into_a_file(repository: Path, tmp_path: Path) -> None:
    result = run(repository, "--format", "json", "--output", tmp_path / "sizes.json")
    assert (result.exit_code, result.stdout) == (0, "")
    assert json.loads((tmp_path / "sizes.json").read_text())["functions"]
    assert run(repository, "--output", tmp_path / "gone" / "sizes.json").exit_code == 2


def test_nothing_to_scan(tmp_path: Path) -> None:
    result = run(tmp_path)
    assert (result.exit_code, result.stdout) == (3, "")
    assert "nothing to scan" in result.stderr
    empty = run(tmp_path, "--format", "json", "--function", "Any")
    assert (empty.exit_code, json.loads(empty.stdout)["functions"]) == (3, [])


@pytest.mark.parametrize("path", ["nowhere", "template.yaml"])
def test_no_folder(repository: Path, path: str) -> None:
    result = run(repository / path)
    assert result.exit_code == 2
    assert "size takes a folder" in result.stderr


def test_a_broken_config(repository: Path) -> None:
    (repository / "archlint.toml").write_text("exclude = 3\n")
    assert run(repository).exit_code == 2
    assert run(repository, "--no-config").exit_code == 0


def test_excluded_folders_are_not_read(repository: Path) -> None:
    (repository / "archlint.toml").write_text('exclude = ["template.yaml"]\n')
    assert run(repository).exit_code == 3


def test_it_is_among_the_commands() -> None:
    assert "size" in CliRunner().invoke(main, ["--help"]).stdout
