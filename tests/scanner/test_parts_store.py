from __future__ import annotations

import errno
import os
import pickle
import signal
import subprocess
import sys
from array import array
from multiprocessing import get_context
from pathlib import Path

import pytest
from growing import write_repository

from archlint.cache import store as stores
from archlint.cache.frozen import FrozenError, freeze, thaw
from archlint.cache.incremental import CacheEntry, CacheSnapshot
from archlint.cache.store import Store
from archlint.config import Config
from archlint.model.place import Place
from archlint.report.json import render_json
from archlint.scanner.pipeline import scan


def kept(root: Path, store: Store) -> str:
    return render_json(scan(root, Config(), store=store))


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return write_repository(tmp_path / "repository")


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "cache")


def files(store: Store) -> list[Path]:
    """Without the data files of archlint that were parsed on the way."""
    return sorted(path for path in store.folder.iterdir() if path.suffix != ".table")


def test_what_is_saved_is_loaded(store: Store) -> None:
    saved = CacheSnapshot(["ra.py"], ["00"], ["1 2"], {"part": CacheEntry(array("L", [0]), b"data")})
    assert store.save("name", saved)
    assert store.load("name") == saved
    assert [(path.name, path.stat().st_mode & 0o777) for path in files(store)] == [("name", 0o600)]


@pytest.mark.parametrize("harm", ["empty", "cut", "flipped", "other", "text", "folder"])
def test_a_damaged_cache_is_as_good_as_none(root: Path, store: Store, harm: str) -> None:
    right = kept(root, store)
    (path,) = files(store)
    data = path.read_bytes()
    if harm == "folder":
        path.unlink()
        path.mkdir()
    else:
        path.write_bytes(
            {
                "empty": b"",
                "cut": data[: len(data) // 2],
                "flipped": data[:-9] + bytes([data[-9] ^ 1]) + data[-8:],
                "other": data.replace(b"parts 2", b"parts 1", 1),
                "text": b"hello",
            }[harm]
        )
    assert kept(root, store) == right
    assert kept(root, store) == right


def test_every_entry_may_be_rubbish(root: Path, store: Store) -> None:
    right = kept(root, store)
    (path,) = files(store)
    whole = store.load(path.name)
    assert whole is not None
    rubbish = [b"", b"\x80", freeze("text"), freeze(None), pickle.dumps(print)]
    for number, entry in enumerate(whole.entries.values()):
        entry.data = rubbish[number % len(rubbish)]
    store.save(path.name, whole)
    assert kept(root, store) == right


def test_a_full_disk_costs_only_the_cache(root: Path, store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "replace", full)
    assert kept(root, store) == render_json(scan(root, Config()))
    assert files(store) == []


@pytest.mark.parametrize("place", ["a file", "below a file"])
def test_a_folder_that_cannot_be_is_no_error(root: Path, tmp_path: Path, place: str) -> None:
    (tmp_path / "taken").write_text("")
    folder = tmp_path / "taken" if place == "a file" else tmp_path / "taken" / "cache"
    assert kept(root, Store(folder)) == render_json(scan(root, Config()))


def test_a_killed_scan_leaves_what_was_there(root: Path, store: Store) -> None:
    right = kept(root, store)
    code = f"""
import os, signal
from pathlib import Path
from archlint.config import Config
from archlint.cache.store import Store
from archlint.scanner.pipeline import scan
os.replace = lambda *_: os.kill(os.getpid(), signal.SIGKILL)
Path({str(root)!r}, "orders/src/new.py").write_text("")
scan(Path({str(root)!r}), Config(), store=Store(Path({str(store.folder)!r})))
"""
    ended = subprocess.run([sys.executable, "-c", code], check=False)
    assert ended.returncode == -signal.SIGKILL
    (root / "orders" / "src" / "new.py").unlink()
    assert kept(root, store) == right


def _scan(paths: tuple[Path, Path]) -> str:
    root, folder = paths
    return kept(root, Store(folder))


def test_scans_at_once_are_all_right(root: Path, store: Store) -> None:
    right = render_json(scan(root, Config()))
    with get_context("spawn").Pool(3) as pool:
        assert pool.map(_scan, [(root, store.folder)] * 6) == [right] * 6
    assert kept(root, store) == right


def test_the_oldest_files_go_when_there_is_too_much(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    some = CacheSnapshot(["r"], ["0"], [""], {"part": CacheEntry(array("L"), b"x" * 1_000)}, 1)
    monkeypatch.setattr(stores, "MAX_BYTES", 4_000)
    for number in range(5):
        store.save(f"{number}", some)
        os.utime(store.folder / f"{number}", (2_000_000_000 + number,) * 2)
    assert sum(path.stat().st_size for path in files(store)) <= 4_000
    assert (store.folder / "4").exists()


def test_files_that_nobody_uses_go(store: Store) -> None:
    some = CacheSnapshot([], [], [], {})
    store.save("old", some)
    os.utime(store.folder / "old", (1_000_000_000,) * 2)
    store.save("new", some)
    assert [path.name for path in files(store)] == ["new"]


def test_only_frozen_values_come_back() -> None:
    place = Place("a.py", 2)
    assert thaw(freeze((place, frozenset({1}), {"a": None}))) == (place, frozenset({1}), {"a": None})


class Evil:
    def __reduce__(self) -> tuple[object, ...]:
        return os.system, ("touch evil",)


@pytest.mark.parametrize(
    "data",
    [
        pickle.dumps(Evil()),
        pickle.dumps(os.system),
        pickle.dumps(eval),
        pickle.dumps(Path("a")),
        b"carchlint.parts.store\nos\n.",
        b"carchlint.parts.frozen\nimport_module\n.",
        b"cbuiltins\ngetattr\n.",
        b"",
    ],
)
def test_nothing_else_is_built(data: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(FrozenError):
        thaw(data)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("harm", ["nothing", "cut", "changed", "empty"])
def test_data_files_are_kept_parsed_and_checked(tmp_path: Path, harm: str, monkeypatch: pytest.MonkeyPatch) -> None:
    from archlint.knowledge import store as knowledge

    read = knowledge.read_yaml.__wrapped__
    plain = read("limits.yaml")
    monkeypatch.setattr(knowledge, "_parsed_in", [tmp_path])
    assert read("limits.yaml") == plain
    (path,) = tmp_path.iterdir()
    data = path.read_bytes()
    path.write_bytes({"nothing": data, "cut": data[:-50], "changed": data.replace(b"900", b"901"), "empty": b""}[harm])
    parsed = []
    monkeypatch.setattr(knowledge.yaml, "load", lambda raw, **_: parsed.append(raw) or plain)
    assert read("limits.yaml") == plain
    assert bool(parsed) is (harm != "nothing")
