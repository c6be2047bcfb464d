"""The benchmarks' generator and picture, and the counts of tools/crater.py; nothing here is timed."""

from __future__ import annotations

import sys
from importlib import import_module
from itertools import pairwise
from pathlib import Path
from xml.etree import ElementTree

import pytest

from archlint.config import Config
from archlint.scanner.pipeline import scan

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


@pytest.mark.parametrize(
    "lines",
    [
        {},
        {"archlint": []},
        {"a<b": [(1000.0, 2.5)], "floor": [(0.0, 0.0), (5.0, 1.0)]},
        {"archlint": [(1000.0, 10.0)]},
        {"archlint": [(1000.0, 1.0), (20_000.0, 90.0)], "floor": [(1000.0, 0.2), (20_000.0, 5.0)]},
    ],
)
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


def test_labels_of_the_picture_do_not_cover_each_other() -> None:
    picture = import_module("picture")
    heights = picture._apart([100.0, 101.0, 102.0, 110.0, 300.0])
    assert all(after - before >= picture.LABEL_HEIGHT - 1e-9 for before, after in pairwise(heights))
    assert heights[-1] == 300.0


def test_each_way_to_scan_is_measured_on_a_small_tree(tmp_path: Path) -> None:
    scans, measured = import_module("scans"), import_module("measured")
    tree = tmp_path / "tree"
    import_module("generate").generate(3, tree)
    floor = import_module("others").floor("3 functions", tree, 3)
    found = [row.beside(floor) for row in scans.Scans("3 functions", tree, tmp_path, measured.Often(1), 3).rows()]
    assert [row.tool for row in found] == [scans.COLD, scans.TWO, scans.WARM, scans.ONE_FILE, scans.HOOK]
    assert all(0 <= row.exit_code < scans.FAILED and row.cpu_s > 0 and row.of_floor > 0 for row in found)
    assert sum("CHANGED_0 = 0" in path.read_text() for path in tree.rglob("*.py")) == 2
    assert list((tmp_path / "cache").glob("*.parts"))


def test_a_scan_that_fails_or_reports_something_else_ends_the_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    scans, measured = import_module("scans"), import_module("measured")
    one = scans.Scans("one", tmp_path, tmp_path, measured.Often(1))
    (tmp_path / "report.json").write_text("{}")
    with pytest.raises(scans.ScanError, match="something else"):
        one._same("another", scans.WARM)
    monkeypatch.setattr(scans, "ARCHLINT", (sys.executable, "-c", "raise SystemExit(4)"))
    with pytest.raises(scans.ScanError, match="exit code 4"):
        one.rows()


def test_a_command_is_ended_at_its_limit_with_its_children() -> None:
    measured = import_module("measured")
    found = measured.cost(measured.Launch((sys.executable, "-c", "import time; time.sleep(60)"), limit_s=0.3))
    assert found.over_limit
    assert found.wall_s < 30
    row = measured.measured("one", "slow", [found])
    assert "| >" in import_module("run").table([row.beside(row)])


def test_figures_are_medians_and_long_commands_run_less_often() -> None:
    measured = import_module("measured")
    costs = [measured.Cost(wall, wall, 10.0, 0) for wall in (1.0, 9.0, 2.0)]
    assert measured.measured("one", "tool", costs).cpu_s == 2.0
    assert len(measured.repeated(costs.__getitem__, measured.Often(3, 5.0))) == 2


def test_cfn_lint_counts_templates_that_it_fails_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from cfnlint.runner import Runner

    def run(runner: Runner) -> list[object]:
        if runner.config.templates[0].endswith("b.yaml"):
            raise RecursionError
        return []

    monkeypatch.setattr(Runner, "run", run)
    paths = []
    for name in ("a.yaml", "b.yaml"):
        (tmp_path / name).write_text("Resources: {A: {Type: 'AWS::SQS::Queue'}}\n")
        paths.append(str(tmp_path / name))
    assert import_module("cfn_lint_files").main(paths) == 1
