"""`archlint scan --stats`, and what the command does to the interpreter around it."""

from __future__ import annotations

import gc
from pathlib import Path

from click.testing import CliRunner

from archlint.cli.main import main
from archlint.cli.stats import Stopwatch

TEMPLATE = """\
Resources:
  Hello:
    Type: AWS::Serverless::Function
    Properties: {CodeUri: ., Handler: app.handler, Runtime: python3.13}
"""


def repository(folder: Path) -> str:
    (folder / "template.yaml").write_text(TEMPLATE)
    (folder / "app.py").write_text("def handler(event, context):\n    return event\n")
    return str(folder)


def test_stats_leave_the_report_as_it_is(tmp_path: Path) -> None:
    folder = repository(tmp_path)
    plain = CliRunner().invoke(main, ["scan", folder, "--format", "json"])
    timed = CliRunner().invoke(main, ["scan", folder, "--format", "json", "--stats"])
    assert timed.stdout == plain.stdout
    assert timed.exit_code == plain.exit_code
    assert plain.stderr == ""


def test_stats_name_the_stages_and_the_counts(tmp_path: Path) -> None:
    told = CliRunner().invoke(main, ["scan", repository(tmp_path), "--stats"]).stderr
    for word in ("collect", "templates", "linking", "sizes", "code", "rules AL1", "report", "peak memory"):
        assert word in told
    assert "2 files read" in told
    assert "  1 function, " in told


def test_an_inner_stage_takes_its_time_from_the_outer_one() -> None:
    watch = Stopwatch()
    with watch("outer"):
        with watch("inner"):
            sum(range(200_000))
        inner = watch.seconds["inner"]
    assert inner > watch.seconds["outer"]
    assert set(watch.seconds) == {"outer", "inner"}


def test_the_collector_of_cycles_runs_again_after_a_command(tmp_path: Path) -> None:
    assert gc.isenabled()
    CliRunner().invoke(main, ["scan", repository(tmp_path)])
    assert gc.isenabled()
