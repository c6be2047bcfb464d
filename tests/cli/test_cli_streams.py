from __future__ import annotations

import errno
import subprocess
import sys
from io import StringIO
from pathlib import Path

import pytest
from click.testing import CliRunner

from archlint.cli import output
from archlint.cli.main import main

TEMPLATE = """\
Resources:
  One:
    Type: AWS::Serverless::Function
    Properties: {CodeUri: src, Handler: app.handler, Runtime: python3.13, Timeout: 900, MemorySize: 20480}
"""


class FullDisk(StringIO):
    encoding = "utf-8"

    def flush(self) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    def fileno(self) -> int:
        raise OSError(errno.EBADF, "no descriptor")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    tmp_path.joinpath("template.yaml").write_text(TEMPLATE)
    return tmp_path


def test_a_dash_is_standard_output(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(folder)
    plain = CliRunner().invoke(main, ["scan", "--format", "json"])
    dashed = CliRunner().invoke(main, ["scan", "--format", "json", "--output", "-"])
    assert (dashed.exit_code, dashed.stdout) == (plain.exit_code, plain.stdout)
    assert not folder.joinpath("-").exists()


def test_a_full_disk_is_no_mistake_of_archlint(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdout", FullDisk())
    with pytest.raises(output.OutputError) as caught:
        output.write("text", None)
    assert caught.value.exit_code == 2
    assert caught.value.message == "cannot write to standard output: No space left on device"


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux has /dev/full")
@pytest.mark.parametrize("arguments", [["scan"], ["init", "--dry-run"], ["rule"]])
def test_a_full_disk_behind_standard_output(folder: Path, arguments: list[str]) -> None:
    with open("/dev/full", "w") as full:
        done = subprocess.run(
            [sys.executable, "-m", "archlint", *arguments],
            cwd=folder,
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
    assert done.returncode == 2
    assert "No space left on device" in done.stderr
    assert "please report" not in done.stderr


@pytest.mark.parametrize("closed", ["stdout", "stderr", "stdin"])
def test_a_closed_stream_changes_no_exit_code(folder: Path, closed: str) -> None:
    code = f"import sys\nsys.{closed} = None\nfrom archlint.cli.main import main\nmain(sys.argv[1:])"
    for arguments, expected in ((["scan", "--no-cache"], 1), (["init"], 0), (["scan", "none"], 2)):
        done = subprocess.run(
            [sys.executable, "-c", code, *arguments], cwd=folder, capture_output=True, text=True, check=False
        )
        assert done.returncode == expected, done.stderr
        assert "failed on an error of its own" not in done.stdout + done.stderr


def test_also_is_named_where_its_file_cannot_be_written(folder: Path) -> None:
    done = CliRunner().invoke(main, ["scan", str(folder), "--also", f"sarif={folder / 'none' / 'a.sarif'}"])
    assert done.exit_code == 2
    assert "Error: --also: there is no folder" in done.stderr


@pytest.mark.parametrize("arguments", [[], ["baseline"]])
def test_no_command_is_described_by_half_a_sentence(arguments: list[str]) -> None:
    shown = CliRunner().invoke(main, [*arguments, "--help"]).stdout
    assert "Commands:" in shown
    assert not [line for line in shown.split("Commands:")[1].splitlines() if line.endswith("...")]


def test_init_counts_in_the_words_of_a_scan(folder: Path) -> None:
    shown = CliRunner().invoke(main, ["init", str(folder), "--dry-run"]).stdout
    counted = CliRunner().invoke(main, ["scan", str(folder), "--format", "concise"]).stdout
    (found,) = (line.removeprefix("Findings:").strip() for line in shown.splitlines() if line.startswith("Findings:"))
    assert f"archlint: {found} in 1 function" in counted
    assert "(1 fails now)" in shown


def test_a_hint_ends_its_sentence_once(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(folder)
    assert "'?; " not in CliRunner().invoke(main, ["rule", "AL99"]).stderr
    assert "is called 'none-such'; `archlint rule`" in CliRunner().invoke(main, ["rule", "none-such"]).stderr


def test_a_reader_that_goes_away_is_no_failure(folder: Path) -> None:
    run = [sys.executable, "-c", "import archlint.cli.main as c; c.main(['init', '--dry-run'])"]
    with subprocess.Popen(run, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        said = process.stderr.read()
    assert (process.returncode, said) == (141, "")
