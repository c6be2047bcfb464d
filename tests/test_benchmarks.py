"""The benchmarks' generator and picture, and the counts of tools/crater.py; nothing here is timed."""

from __future__ import annotations

import sys
from importlib import import_module
from pathlib import Path
from xml.etree import ElementTree

import pytest

from archlint.config import Config
from archlint.pipeline import scan

TOP = Path(__file__).resolve().parents[1]


@pytest.fixture(autouse=True)
def scripts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "path", [str(TOP / "benchmarks"), str(TOP / "tools"), *sys.path])


def test_a_generated_repository_has_as_many_functions_with_code_as_asked_for(tmp_path: Path) -> None:
    import_module("generate").generate(25, tmp_path / "made")
    result = scan(tmp_path / "made", Config())
    assert len(result.functions) == 25
    assert {deployed.function.defined_at.path.rpartition("/")[2] for deployed in result.functions} == {
        "template.yaml",
        "app.py",
    }
    assert not result.coverage.files_failed


def test_the_same_number_gives_the_same_files(tmp_path: Path) -> None:
    for name in ("one", "two"):
        import_module("generate").generate(12, tmp_path / name)
    texts = [
        {path.relative_to(tmp_path / name): path.read_text() for path in (tmp_path / name).rglob("*") if path.is_file()}
        for name in ("one", "two")
    ]
    assert texts[0] == texts[1]


@pytest.mark.parametrize("lines", [{}, {"archlint": []}, {"a<b": [(1000.0, 2.5)], "floor": [(0.0, 0.0), (5.0, 1.0)]}])
def test_the_picture_is_xml_for_no_one_and_many_lines(lines: dict[str, list[tuple[float, float]]]) -> None:
    picture = ElementTree.fromstring(import_module("picture").growth(lines))
    assert picture.tag.endswith("svg")


def test_the_floor_counts_what_it_reads(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("x = 1\n")
    (tmp_path / "b.py").write_text("x = (\n")
    (tmp_path / "t.yaml").write_text("Resources: {A: {Type: 'AWS::SQS::Queue'}}\n")
    assert import_module("floor").floor(tmp_path) == (3, 1, 1)


def test_crater_counts_by_repository_and_tells_what_changed(tmp_path: Path) -> None:
    crater = import_module("crater")
    (tmp_path / "one").mkdir()
    (tmp_path / "one" / "template.yaml").write_text("Resources: {F: {Type: 'AWS::Lambda::Function'}}\n")
    (tmp_path / "two").mkdir()
    new = crater.crater([tmp_path])
    assert new["repositories"]["one"]["functions"] == 1
    assert new["repositories"]["two"]["exit"] == crater.NOTHING_TO_SCAN
    assert list(crater.differences(new, new)) == []
    old = {"repositories": {"one": {**new["repositories"]["one"], "functions": 0, "rules": {"slow-init": 2}}}}
    assert list(crater.differences(old, new)) == [
        "one: functions 0 -> 1",
        "one: slow-init 2 -> 0",
        "two: only in the new counts",
    ]
