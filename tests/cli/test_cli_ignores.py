from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from archlint.cli.main import main

TEMPLATE = """\
Transform: AWS::Serverless-2016-10-31
Resources:
  Score:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: src
      Handler: app.handler
      Runtime: python3.13
      Timeout: 890
"""

CODE = """\
import boto3

def handler(event, context):
    s3 = boto3.client("s3")
    return s3.list_buckets()
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    root = tmp_path / "repo"
    (root / "src").mkdir(parents=True)
    (root / "template.yaml").write_text(TEMPLATE)
    (root / "src/app.py").write_text(CODE)
    return root


def run(*args: str | Path) -> Result:
    return CliRunner().invoke(main, ["scan", *map(str, args)])


def add(*args: str | Path) -> Result:
    return run("--add-ignores", "--reason", "known since May", *args)


def texts(folder: Path) -> dict[str, str]:
    return {str(path.relative_to(folder)): path.read_text() for path in folder.rglob("*") if path.is_file()}


def test_the_next_scan_is_silent(folder: Path) -> None:
    os.chmod(folder / "src/app.py", 0o755)
    result = add(folder)
    assert (result.exit_code, result.stdout) == (0, "2 findings suppressed in 2 files.\n")
    assert "    # archlint: ignore[client-created-in-handler] known since May\n    s3 =" in texts(folder)["src/app.py"]
    assert (folder / "src/app.py").stat().st_mode & 0o777 == 0o755
    after = run(folder, "--fail-on", "info")
    assert after.exit_code == 0
    assert "Suppressed: 2, each with its reason in the source." in after.stdout
    before = texts(folder)
    assert add(folder).stdout == "0 findings suppressed in 0 files.\n"
    assert texts(folder) == before


def test_chosen_rules_only(folder: Path) -> None:
    assert add(folder, "--select", "AL1", "--fail-on", "warning").exit_code == 1
    assert texts(folder)["template.yaml"] == TEMPLATE
    assert "archlint: ignore" in texts(folder)["src/app.py"]


def test_a_diff_that_git_applies(folder: Path) -> None:
    result = add(folder, "--diff")
    assert result.exit_code == 1
    assert result.stderr == "2 findings would be suppressed.\n"
    assert texts(folder) == {"template.yaml": TEMPLATE, "src/app.py": CODE}
    subprocess.run(["git", "apply", "-p1"], cwd=folder, input=result.stdout.encode(), check=True, capture_output=True)
    assert run(folder, "--fail-on", "info").exit_code == 0
    assert add(folder, "--diff").exit_code == 0


def test_nothing_is_written_through_a_link(folder: Path) -> None:
    (folder / "src/app.py").rename(folder / "src/real.py")
    (folder / "src/app.py").symlink_to("real.py")
    result = add(folder, "--select", "AL1")
    assert texts(folder)["src/real.py"] == CODE
    assert "it lies behind a symbolic link" in result.stdout


def test_what_is_left_is_said(folder: Path) -> None:
    (folder / "src/app.py").write_text(CODE.replace('boto3.client("s3")', 'f"""\n{boto3.client("s3")}\n"""'))
    result = add(folder, "--fail-on", "warning")
    assert result.exit_code == 1
    assert "left src/app.py:5 AL104 client-created-in-handler: a comment on its line" in result.stdout
    assert "1 finding suppressed in 1 file." in result.stdout


@pytest.mark.parametrize(
    ("options", "complaint"),
    [
        (("--add-ignores",), "--add-ignores needs --reason TEXT"),
        (("--add-ignores", "--reason", "  "), "--add-ignores needs --reason TEXT"),
        (("--add-ignores", "--reason", "---"), "--reason: it has no words"),
        (("--add-ignores", "--reason", "a\nb"), "--reason: it has characters that cannot be printed"),
        (("--add-ignores", "--reason", "why", "--select", "nope"), "no rule is called 'nope'"),
        (("--add-ignores", "--reason", "why", "--format", "json"), "--add-ignores goes without --format"),
        (("--add-ignores", "--reason", "why", "--online"), "--add-ignores goes without --online"),
        (("--reason", "why"), "--reason belongs to --add-ignores"),
        (("--diff",), "--diff belongs to --add-ignores"),
    ],
)
def test_wrong_usage(folder: Path, options: tuple[str, ...], complaint: str) -> None:
    result = run(folder, *options)
    assert result.exit_code == 2
    assert complaint in result.stderr
    assert texts(folder) == {"template.yaml": TEMPLATE, "src/app.py": CODE}


def test_files_are_refused(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(folder)
    result = add("src/app.py")
    assert (result.exit_code, "takes folders" in result.stderr) == (2, True)


def test_several_folders(folder: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.mkdir()
    (other / "template.yaml").write_text(TEMPLATE)
    assert add(folder, other).exit_code == 0
    assert "archlint: ignore" in texts(other)["template.yaml"]
