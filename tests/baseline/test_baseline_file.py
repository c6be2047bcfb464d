"""The file of a baseline, also one from a stranger."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archlint.baseline.entry import BaselineEntry, counted
from archlint.baseline.file import SCHEMA, BaselineError, OtherVersionError, parse, render

ENTRY = BaselineEntry(
    "src/app.py", "model-load-in-handler", "handler", "Captions", "0123456789abcdef", "a model is loaded", 2
)


def document(*rows: object, **keys: object) -> bytes:
    return json.dumps({"schema": SCHEMA, "findings": list(rows), **keys}).encode()


def test_it_is_one_line_an_entry_and_sorted() -> None:
    other = replace(ENTRY, path="a.py", count=1)
    text = render((ENTRY, other, replace(other, message="another")))
    rows = text.splitlines()
    assert len(rows) == 8
    assert [json.loads(row.rstrip(","))["path"] for row in rows[3:6] if "{" in row] == ["a.py", "a.py", "src/app.py"]
    assert text == render((replace(other, message="another"), ENTRY, other))
    assert parse(text.encode()) == counted((ENTRY, other, replace(other, message="another")))


def test_an_empty_one() -> None:
    assert parse(render(()).encode()) == ()
    assert json.loads(render(())) == {"schema": SCHEMA, "findings": []}


def test_equal_entries_are_counted_together() -> None:
    assert counted((ENTRY, replace(ENTRY, count=3))) == (replace(ENTRY, count=5),)
    assert parse(document(*2 * [{"path": "a", "rule": "b"}])) == (BaselineEntry("a", "b", "", "", "", "", 2),)


@given(st.lists(st.builds(BaselineEntry, *6 * [st.text(min_size=1, max_size=8)], st.integers(1, 9)), max_size=5))
def test_what_is_written_is_read_again(entries: list[BaselineEntry]) -> None:
    text = render(entries)
    assert text.isascii()
    assert "##[" not in text
    assert parse(text.encode()) == counted(entries)


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "line 1: is not valid JSON"),
        (b'{\n"schema":', "line 2: is not valid JSON"),
        (b"\xff\xfe\xff", "is not UTF-8"),
        (b"[" * 100_000, "is not JSON that archlint can read"),
        (b"9" * 5_000, "is not JSON that archlint can read"),
        (b"[]", "is not a baseline"),
        (b"{}", "is not a baseline"),
        (b'{"schema": 1}', "is not a baseline"),
        (b'{"schema": "archlint/scan/v1"}', "is not a baseline"),
        (document(findings={}), '"findings" must be a list'),
        (document("x"), "finding 1 must be an object"),
        (document({"rule": "x"}), 'finding 1: "path" must be a string'),
        (document({"path": "x", "rule": ["y"]}), 'finding 1: "rule" must be a string'),
        (document({"path": "x", "rule": "y", "scope": 1}), 'finding 1: "scope" must be a string'),
        (document({"path": "x", "rule": "y", "count": 0}), '"count" must be a whole number'),
        (document({"path": "x", "rule": "y", "count": True}), '"count" must be a whole number'),
        (document({"path": "x", "rule": "y", "count": 1.5}), '"count" must be a whole number'),
        (document({"path": "x", "rule": "y", "count": 10**30}), '"count" must be a whole number'),
        (document({"path": "x", "rule": "y", "count": "1"}), '"count" must be a whole number'),
        (b" " * 50_000_001, "is larger than"),
    ],
)
def test_what_is_no_baseline(data: bytes, words: str) -> None:
    with pytest.raises(BaselineError, match=words):
        parse(data)


def test_another_version_is_told_from_another_file() -> None:
    with pytest.raises(OtherVersionError, match="archlint/baseline/v2"):
        parse(b'{"schema": "archlint/baseline/v2", "findings": 7}')


def test_later_versions_may_add_keys() -> None:
    row = {"path": "a", "rule": "b", "reason": "later"}
    assert parse(document(row, note="x")) == (BaselineEntry("a", "b", "", "", "", ""),)


KEYS = st.sampled_from(("path", "rule", "count", "findings", "x"))
LEAVES = st.none() | st.booleans() | st.integers() | st.text()


@given(st.recursive(LEAVES, lambda inner: st.lists(inner) | st.dictionaries(KEYS, inner)))
def test_no_document_raises_anything_else(value: object) -> None:
    for text in (json.dumps(value), json.dumps({"schema": SCHEMA, "findings": value})):
        try:
            parse(text.encode())
        except BaselineError:
            continue
