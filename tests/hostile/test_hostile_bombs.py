"""A repository that is built to exhaust its reader costs seconds and at most one finding a file; its neighbour none."""

from __future__ import annotations

import time

import pytest
from hostile_bombs import BOMBS, SOUND

from archlint.config import Config
from archlint.report.formats import FORMATS, Screen
from archlint.scanner.pipeline import scan_tree
from archlint.tree import MemoryTree

SECONDS = 20.0
"""Of processor time, with room for slow machines: on a usual one 100,000 statements take 10, the others up to 3."""

ELSEWHERE = ("toml: configuration", "config: pattern")
"""Read before the scan: test_hostile_promises.py."""


@pytest.mark.parametrize("name", [name for name in BOMBS if name not in ELSEWHERE])
def test_a_bomb(name: str) -> None:
    started = time.process_time()
    result = scan_tree(MemoryTree({**BOMBS[name](), **SOUND}), Config())
    for render in FORMATS.values():
        render(result, Screen())
    assert time.process_time() - started < SECONDS
    found = [(finding.place.path, finding.place.line, finding.rule) for finding in result.findings]
    assert ("sound/app.py", 3, "model-load-in-handler") in found
    unreadable = [path for path, _, rule in found if rule == "unreadable-file"]
    assert len(unreadable) == len(set(unreadable)) == len(result.coverage.files_failed)
