"""A few of the damaged repositories that tools/fuzz.py makes; many more are for it alone."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest

TOOL = Path(__file__).parents[2] / "tools" / "fuzz.py"
RUNS = 60


@pytest.fixture(scope="module")
def fuzz() -> ModuleType:
    spec = importlib.util.spec_from_file_location("archlint_fuzz", TOOL)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_damaged_repositories(fuzz: ModuleType) -> None:
    repositories = fuzz.seeds()
    assert len(repositories) > 100
    for number, files in fuzz.inputs(20261122, RUNS, repositories):
        assert fuzz.run(files) == "", f"input {number}"
