"""The wheel brings everything along: it runs from an empty folder, without the checkout."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the wheel's content."""
    folder = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(folder / "dist"), str(ROOT)]
    done = subprocess.run(build, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    (wheel,) = (folder / "dist").glob("archlint_aws-*.whl")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(folder / "site")
    return folder / "site"


def run(installed: Path, folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "archlint", *arguments],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(installed)},
        capture_output=True,
        text=True,
        check=False,
    )


def test_it_knows_its_rules(installed: Path, tmp_path: Path) -> None:
    done = run(installed, tmp_path, "rule", "model-load-in-handler", "--format", "json")
    assert json.loads(done.stdout)["code"] == "AL101"


def test_it_scans(installed: Path, tmp_path: Path) -> None:
    (tmp_path / "template.yaml").write_text(
        "Resources:\n"
        "  Slow:\n"
        "    Type: AWS::Serverless::Function\n"
        "    Properties: {CodeUri: ., Handler: app.handler, Runtime: python3.13, Timeout: 900}\n"
    )
    (tmp_path / "app.py").write_text("def handler(event, context):\n    return event\n")
    done = run(installed, tmp_path, "scan", "--format", "json")
    report = json.loads(done.stdout)
    assert [finding["rule"] for finding in report["findings"]] == ["timeout-near-limit"]
    assert done.returncode == 0


def test_an_empty_folder_holds_nothing_to_scan(installed: Path, tmp_path: Path) -> None:
    done = run(installed, tmp_path, "scan", "--format", "json")
    assert done.returncode == 3
    assert json.loads(done.stdout)["functions"] == []
