from __future__ import annotations

import os
import random
from pathlib import Path

import pytest
from growing import EDITS, write_repository

from archlint.cache.store import Store
from archlint.config import Config
from archlint.report.json import render_json
from archlint.scanner.pipeline import examine, scan
from archlint.tree import DiskTree


def cold(root: Path) -> str:
    return render_json(scan(root, Config()))


def whole(root: Path) -> str:
    return render_json(examine(DiskTree(root), Config())[1])


def kept(root: Path, store: Store) -> str:
    return render_json(scan(root, Config(), store=store))


@pytest.mark.parametrize("seed", range(12))
def test_after_any_edits_a_scan_with_a_memory_says_what_one_without_says(tmp_path: Path, seed: int) -> None:
    root, store, dice = write_repository(tmp_path / "repository"), Store(tmp_path / "cache"), random.Random(seed)
    before = kept(root, store)
    assert before == cold(root)
    for _ in range(12):
        for edit in dice.choices(EDITS, k=dice.choice([1, 1, 2, 4])):
            edit(root, dice)
        now = kept(root, store)
        assert now == cold(root)
        assert now == whole(root)


def test_the_repository_of_these_tests_joins_its_parts(tmp_path: Path) -> None:
    """Otherwise the edits would show little: a queue of one template is named by code of another, a module is shared,
    a stack is nested, something is excused."""
    _, result = examine(DiskTree(write_repository(tmp_path)), Config())
    assert {"orders/template.yaml#Take", "billing/template.yaml#Bill", "billing/nested.yaml#Inner"} <= {
        deployed.function.id for deployed in result.functions
    }
    assert result.suppressed == 1
    assert {finding.rule for finding in result.findings} >= {"client-created-in-handler", "model-load-in-handler"}


def test_a_second_scan_reads_no_code_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root, store = write_repository(tmp_path / "repository"), Store(tmp_path / "cache")
    first = kept(root, store)
    monkeypatch.setattr("archlint.scanner.evaluate._part", lambda *_: pytest.fail("a part was made again"))
    assert kept(root, store) == first


def test_a_change_makes_only_its_own_part_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root, store = write_repository(tmp_path / "repository"), Store(tmp_path / "cache")
    kept(root, store)
    (root / "infra" / "code" / "thumb.py").write_text("def handler(event, context):\n    return 1\n")
    made = []
    from archlint.scanner import evaluate as work

    original = work._part
    monkeypatch.setattr(work, "_part", lambda homes, bench: made.append(homes) or original(homes, bench))
    assert kept(root, store) == cold(root)
    assert [[home.path for home in homes] for homes in made[:1]] == [["infra/cdk.json"]]


def test_a_change_of_the_same_size_under_the_same_time_is_seen(tmp_path: Path) -> None:
    root, store = write_repository(tmp_path / "repository"), Store(tmp_path / "cache")
    path = root / "orders" / "template.yaml"
    for file in (root, *root.rglob("*")):
        os.utime(file, (1_000_000_000, 1_000_000_000))
    kept(root, store)
    path.write_text(path.read_text().replace("Timeout: 600", "Timeout: 899"))
    os.utime(path, (1_000_000_000, 1_000_000_000))
    assert kept(root, store) == cold(root)


def test_the_settings_are_part_of_what_is_kept(tmp_path: Path) -> None:
    root, store = write_repository(tmp_path / "repository"), Store(tmp_path / "cache")
    everything = scan(root, Config(), store=store)
    little = scan(root, Config(select=frozenset({"timeout-near-limit"})), store=store)
    assert {finding.rule for finding in little.findings} == {"timeout-near-limit"}
    assert scan(root, Config(), store=store).findings == everything.findings
    narrow = scan(root, Config(exclude=("orders/",)), store=store)
    assert not any(deployed.function.id.startswith("orders/") for deployed in narrow.functions)


def test_nothing_is_reported_where_it_is_excluded(tmp_path: Path) -> None:
    """Although a template elsewhere leads there."""
    root = write_repository(tmp_path)
    found = scan(root, Config(exclude=("infra/code/", "image/look.py", "orders/src/*.txt")))
    everything = scan(root, Config())
    places = {finding.place.path for finding in everything.findings}
    assert "infra/code/thumb.py" in places
    assert {finding.place.path for finding in found.findings} == {
        path for path in places if not path.startswith("infra/code/") and path != "orders/src/requirements.txt"
    }


def test_further_processes_change_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root = write_repository(tmp_path / "repository")
    monkeypatch.setattr("archlint.scanner.scheduler.MANY", 2)
    alone = cold(root)
    assert render_json(scan(root, Config(), jobs=2)) == alone
    store = Store(tmp_path / "cache")
    assert render_json(scan(root, Config(), store=store, jobs=2)) == alone
    monkeypatch.setattr("archlint.scanner.evaluate._part", lambda *_: pytest.fail("a part was made again"))
    assert kept(root, store) == alone


@pytest.mark.parametrize("now", [0.0, 1e12])
def test_a_wrong_clock_changes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, now: float) -> None:
    root, store = write_repository(tmp_path / "repository"), Store(tmp_path / "cache")
    monkeypatch.setattr("archlint.tree.time.time", lambda: now)
    assert kept(root, store) == cold(root)
    path = root / "orders" / "template.yaml"
    path.write_text(path.read_text().replace("Timeout: 600", "Timeout: 899"))
    assert kept(root, store) == cold(root)
    assert '"timeout_s": 899' in kept(root, store)


def test_an_error_of_its_own_costs_one_part(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """And says nothing of what the error says, which may quote the repository."""
    root = write_repository(tmp_path / "repository")
    right = scan(root, Config())

    def broken(*_: object) -> None:
        raise RuntimeError("secret")

    monkeypatch.delenv("ARCHLINT_DEBUG", raising=False)
    monkeypatch.setattr("archlint.readers.cdk.apps.read_apps", broken)
    found = scan(root, Config())
    (error,) = (finding for finding in found.findings if finding.place.path == "infra/cdk.json")
    assert error.rule == "unreadable-file"
    assert error.message == "archlint failed on it with an error of its own (RuntimeError); please report that"
    others = [finding for finding in right.findings if not finding.place.path.startswith("infra/")]
    assert [finding for finding in found.findings if finding is not error] == others
    monkeypatch.setenv("ARCHLINT_DEBUG", "1")
    with pytest.raises(RuntimeError):
        scan(root, Config())


@pytest.mark.parametrize("jobs", [1, 2])
@pytest.mark.parametrize(
    "broken", ["archlint.readers.cdk.apps.read_apps", "archlint.rules.configuration.timeout_near_limit.check"]
)
def test_an_error_of_its_own_is_not_remembered(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, broken: str, jobs: int
) -> None:
    """Memory may have been short, or a file system slow."""
    root, store = write_repository(tmp_path / "repository"), Store(tmp_path / "cache")
    right = cold(root)

    def short(*_: object) -> None:
        raise MemoryError

    monkeypatch.delenv("ARCHLINT_DEBUG", raising=False)
    monkeypatch.setattr("archlint.scanner.scheduler.MANY", 2)
    with monkeypatch.context() as patch:
        patch.setattr(broken, short)
        failed = render_json(scan(root, Config(), store=store, jobs=jobs))
    assert "an error of its own (MemoryError)" in failed
    assert render_json(scan(root, Config(), store=store, jobs=jobs)) == right


def test_a_rule_that_fails_costs_its_own_findings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root = write_repository(tmp_path / "repository")
    right = scan(root, Config())

    def broken(*_: object) -> None:
        raise KeyError("secret")

    monkeypatch.delenv("ARCHLINT_DEBUG", raising=False)
    monkeypatch.setattr("archlint.rules.configuration.timeout_near_limit.check", broken)
    found = scan(root, Config())
    errors = [finding for finding in found.findings if finding.rule == "unreadable-file"]
    assert errors
    assert all(finding.message.startswith("AL301: archlint failed on it") for finding in errors)
    others = [finding for finding in right.findings if finding.rule != "timeout-near-limit"]
    assert [finding for finding in found.findings if finding not in errors] == others
