"""Texts with the bytes that they came from."""

from __future__ import annotations

import codecs

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archlint.edits.text import Text
from archlint.model.place import Place
from archlint.tree import MemoryTree, UnreadableError


def test_offsets_count_characters() -> None:
    text = Text(MemoryTree({"a.yaml": "é😀: 1\r\nb: 2\rc: 3\nd"}))
    assert text.read("a.yaml")[text.offset("a.yaml", 1, 5) :].startswith("1")
    assert [text.line("a.yaml", n) for n in range(1, 6)] == ["é😀: 1", "b: 2", "c: 3", "d", ""]
    assert text.span(Place("a.yaml", 2, 4, 2, 5)) == (text.offset("a.yaml", 2, 4), text.offset("a.yaml", 2, 5))
    assert text.span(Place("a.yaml", 2, 4)) == (text.offset("a.yaml", 2, 4),) * 2
    assert text.newline("a.yaml") == "\r\n"
    assert text.line_of("a.yaml", text.offset("a.yaml", 3)) == 3
    assert text.offset("a.yaml", 1, 99) == text.line_end("a.yaml", 1)


@pytest.mark.parametrize(
    ("path", "data"),
    [
        ("a.yaml", codecs.BOM_UTF8 + "a: é\r\n".encode()),
        ("a.py", "# coding: latin-1\nx = 'é'\n".encode("latin-1")),
        ("a.py", codecs.BOM_UTF8 + b"x = 1\n"),
        ("a.txt", b"no line end"),
        ("a.txt", b""),
    ],
)
def test_what_is_written_back_is_the_same(path: str, data: bytes) -> None:
    file = Text(MemoryTree({path: data})).file(path)
    assert file.encode(file.text) == data
    assert not file.text.startswith("\ufeff")


@pytest.mark.parametrize(
    ("path", "data"),
    [
        ("a.yaml", "a: é".encode("latin-1")),
        ("a.yaml", "a: é".encode("utf-16")),
        ("a.py", b"# coding: nonsense\n"),
        ("a.py", b"# coding: utf-7\n"),
    ],
)
def test_other_files_are_refused(path: str, data: bytes) -> None:
    with pytest.raises(UnreadableError):
        Text(MemoryTree({path: data})).read(path)


def test_a_character_that_the_encoding_lacks() -> None:
    file = Text(MemoryTree({"a.py": b"# coding: latin-1\n"})).file("a.py")
    with pytest.raises(UnreadableError):
        file.encode("\u20ac")


@given(st.text(alphabet="ab é😀\r\n\t", max_size=40))
def test_every_offset_is_found_again(source: str) -> None:
    text = Text(MemoryTree({"a": source.encode()}))
    for offset in range(len(source) + 1):
        line = text.line_of("a", offset)
        start = text.line_start("a", line)
        assert start <= offset
        assert text.offset("a", line, offset - start + 1) <= offset
