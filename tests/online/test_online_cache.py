from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from archlint.online.cache import Cache, Resolution
from archlint.online.wheels import WheelContents
from archlint.packaging.sizes.measurer import Unmeasured, WheelFile

CONTENTS = WheelContents(1, 2, 3, 4, 5, 6, 7)


def test_the_cache_survives_what_others_write(tmp_path: Path) -> None:
    Cache(tmp_path).keep_wheels({"a": CONTENTS})
    file = tmp_path / "wheels-1.jsonl"
    good = file.read_bytes()
    bad = [b"{", b'{"key": 1}', b'{"key": "b", "unzipped": "x"}', b"\xff\xfe", b"[" * 5_000, b"null", good[:-20]]
    file.write_bytes(good + b"\n".join(bad))
    Cache(tmp_path).keep_wheels({"c": CONTENTS})
    cache = Cache(tmp_path)
    cache.keep_wheels({"d": CONTENTS})
    assert [cache.wheel(key) for key in ("a", "b", "c")] == [CONTENTS, None, CONTENTS]


def test_two_runs_at_once_keep_both(tmp_path: Path) -> None:
    one, other = Cache(tmp_path), Cache(tmp_path)
    assert one.wheel("a") is None
    assert other.wheel("a") is None
    one.keep_wheels({"a": CONTENTS})
    other.keep_wheels({"b": CONTENTS})
    assert [Cache(tmp_path).wheel(key) for key in ("a", "b")] == [CONTENTS, CONTENTS]


def test_resolves_age(tmp_path: Path) -> None:
    cache = Cache(tmp_path)
    now = datetime.now(UTC)
    wheels = (WheelFile("a", "1", "a-1-py3-none-any.whl", "https://h/a-1-py3-none-any.whl", "0" * 64, 5),)
    for key, age, kept in (("aa", timedelta(hours=23), True), ("bb", timedelta(days=2), False)):
        found = Resolution(wheels, (Unmeasured("x", "y"),), (now - age).isoformat())
        cache.keep_resolution(key, found)
        assert cache.resolution(key) == (found if kept else None)
    future = Resolution((), (), (now + timedelta(days=1)).isoformat())
    cache.keep_resolution("cc", future)
    assert cache.resolution("cc") is None


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[]",
        '{"at": "x", "wheels": [], "unknown": []}',
        '{"at": "2026-11-22T00:00:00", "wheels": [{}]}',
        "[" * 9_999,
    ],
)
def test_broken_resolves(tmp_path: Path, text: str) -> None:
    (tmp_path / "resolves-1").mkdir()
    (tmp_path / "resolves-1" / "aa.json").write_text(text)
    assert Cache(tmp_path).resolution("aa") is None


def test_a_cache_that_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    cache = Cache(tmp_path / "file")
    cache.keep_wheels({"a": CONTENTS})
    cache.keep_resolution("aa", Resolution((), (), datetime.now(UTC).isoformat()))
    assert (cache.wheel("a"), cache.resolution("aa")) == (CONTENTS, None)
