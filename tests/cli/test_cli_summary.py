from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from archlint.cli import output
from archlint.cli.main import main
from expectations import TEMPLATE
from report_results import many


@pytest.fixture
def target(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / "summary.md"
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(path))
    return path


def test_annotations_come_with_a_summary(target: Path) -> None:
    target.write_text("# Before\n")
    output.add("github", many())
    assert target.read_text().startswith("# Before\n## archlint: 20 errors, 20 warnings, 20 notes\n")


def test_other_formats_write_none(target: Path) -> None:
    output.add("text", many())
    assert not target.exists()


def test_outside_github_there_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("GITHUB_STEP_SUMMARY", raising=False)
    output.add("github", many())


@pytest.mark.parametrize("there", [0, 1_000_000, output.MOST_BYTES - 10, output.MOST_BYTES + 10])
def test_it_never_outgrows_what_github_takes(target: Path, there: int) -> None:
    target.write_bytes(b"x" * there)
    output.add("github", many(6_000))
    assert there <= target.stat().st_size <= max(there, output.MOST_BYTES)


def test_a_summary_that_cannot_be_written_stops_nothing(target: Path, capsys: pytest.CaptureFixture[str]) -> None:
    target.mkdir()
    output.add("github", many())
    assert "could not be written" in capsys.readouterr().err


def test_a_scan_in_a_job(target: Path, tmp_path: Path) -> None:
    folder = tmp_path / "service"
    folder.mkdir()
    (folder / "template.yaml").write_text(TEMPLATE)
    (folder / "app.py").write_text("import joblib\ndef handler(event, context):\n    joblib.load('m.joblib')\n")
    result = CliRunner().invoke(main, ["scan", str(folder), "--format", "github"])
    assert "::warning file=app.py,line=3,endLine=3,col=5,endColumn=28,title=AL101 model-load" in result.stdout
    assert "| warning | `AL101 model-load-in-handler` | `app.py:3` |" in target.read_text()
