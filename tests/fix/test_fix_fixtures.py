"""`fix --unsafe` on every fixture repository: it never breaks one, and never adds a finding that is an error."""

from __future__ import annotations

import shutil
from collections import Counter
from pathlib import Path

import pytest

from archlint.config import Config
from archlint.config.settings import shown
from archlint.edits.write import write
from archlint.fix.run import run
from archlint.scanner.pipeline import scan
from archlint.tree import DiskTree

FIXTURES = Path(__file__).parents[2] / "fixtures"


@pytest.mark.parametrize("name", sorted(path.name for path in FIXTURES.iterdir() if path.is_dir()))
def test_a_repository(name: str, tmp_path: Path) -> None:
    root = tmp_path / name
    shutil.copytree(FIXTURES / name, root, symlinks=True)
    before = scan(root, Config())
    outcome = run(DiskTree(root), Config(), unsafe=True)
    for path, (old, new) in outcome.changed.items():
        write(root, path, old, new)
    after = scan(root, Config())

    assert [f.sort_key for f in shown(after, Config()).findings] == [f.sort_key for f in outcome.findings]
    assert len(after.functions) == len(before.functions)
    assert after.coverage.files_failed == before.coverage.files_failed
    errors = Counter(f.rule for f in after.findings if f.severity == "error")
    assert errors <= Counter(f.rule for f in before.findings if f.severity == "error")
    assert not run(DiskTree(root), Config(), unsafe=True).changed


def test_the_wrong_one_gets_better() -> None:
    outcome = run(DiskTree(FIXTURES / "captioning-wrong"), Config(), unsafe=True)
    assert {"deprecated-runtime", "memory-too-small-for-ml"} <= {one.finding.rule for one in outcome.done}
