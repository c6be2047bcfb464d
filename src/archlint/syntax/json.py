"""JSON to nodes with places; the standard parser gives none."""

from __future__ import annotations

import json
import re
from bisect import bisect_right
from math import isfinite

from archlint.model.place import Place
from archlint.syntax.node import MAX_DEPTH, MAX_NODES, DocumentError, Entry, Mapping, Node, Scalar, Sequence

_BLANK = re.compile(r"[ \t\r\n]*")
_ATOM = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?|true|false|null")
MAX_DIGITS = 20

_DECODER = json.JSONDecoder(strict=False)
_WORDS: dict[str, bool | None] = {"true": True, "false": False, "null": None}


def parse_json(text: str, path: str) -> Node:
    """Raises DocumentError with the line on malformed input or on nesting above MAX_DEPTH."""
    reader = _Reader(text.removeprefix("\ufeff"), path)
    node, end = reader.value(reader.blank(0), 0)
    end = reader.blank(end)
    if end != len(reader.text):
        raise reader.error("text after the end of the document", end)
    return node


class _Reader:
    def __init__(self, text: str, path: str) -> None:
        self.text = text
        self.path = path
        self.left = MAX_NODES
        self.starts = [0, *(match.end() for match in re.finditer("\n", text))]

    def blank(self, at: int) -> int:
        match = _BLANK.match(self.text, at)
        return match.end() if match else at

    def position(self, at: int) -> tuple[int, int]:
        line = bisect_right(self.starts, at)
        return line, at - self.starts[line - 1] + 1

    def place(self, start: int, end: int) -> Place:
        return Place(self.path, *self.position(start), *self.position(end))

    def error(self, message: str, at: int) -> DocumentError:
        return DocumentError(message, *self.position(min(at, len(self.text))))

    def value(self, at: int, depth: int) -> tuple[Node, int]:
        if depth > MAX_DEPTH:
            raise self.error(f"nested more than {MAX_DEPTH} levels deep", at)
        self.left -= 1
        if self.left < 0:
            raise self.error(f"it has more than {MAX_NODES:,} nodes", at)
        first = self.text[at : at + 1]
        if first == "{":
            return self.mapping(at, depth)
        if first == "[":
            return self.sequence(at, depth)
        if first == '"':
            content, end = self.string(at)
            return Scalar(content, self.place(at, end)), end
        match = _ATOM.match(self.text, at)
        if not match:
            raise self.error("a value was expected", at)
        word = match.group()
        if word in _WORDS:
            return Scalar(_WORDS[word], self.place(at, match.end())), match.end()
        return Scalar(_number(word), self.place(at, match.end())), match.end()

    def string(self, at: int) -> tuple[str, int]:
        try:
            content, end = _DECODER.raw_decode(self.text, at)
        except json.JSONDecodeError as error:
            raise self.error(error.msg.removesuffix(" starting at"), error.pos) from error
        return str(content), end

    def sequence(self, at: int, depth: int) -> tuple[Node, int]:
        items: list[Node] = []
        end = self.blank(at + 1)
        while self.text[end : end + 1] != "]":
            item, end = self.value(end, depth + 1)
            items.append(item)
            end = self.separator(end, "]")
        return Sequence(tuple(items), self.place(at, end + 1)), end + 1

    def mapping(self, at: int, depth: int) -> tuple[Node, int]:
        entries: list[Entry] = []
        end = self.blank(at + 1)
        while self.text[end : end + 1] != "}":
            if self.text[end : end + 1] != '"':
                raise self.error("a quoted key was expected", end)
            start = end
            key, end = self.string(start)
            key_place = self.place(start, end)
            end = self.blank(end)
            if self.text[end : end + 1] != ":":
                raise self.error("':' was expected after the key", end)
            value, end = self.value(self.blank(end + 1), depth + 1)
            entries.append(Entry(key, key_place, value))
            end = self.separator(end, "}")
        return Mapping(tuple(entries), self.place(at, end + 1)), end + 1

    def separator(self, at: int, closing: str) -> int:
        """Past a comma and its blanks, or at the closing bracket."""
        at = self.blank(at)
        if self.text[at : at + 1] == ",":
            at = self.blank(at + 1)
            if self.text[at : at + 1] == closing:
                raise self.error("a value was expected after the comma", at)
            return at
        if self.text[at : at + 1] != closing:
            raise self.error(f"',' or '{closing}' was expected", at)
        return at


def _number(word: str) -> int | float | str:
    """Whole numbers of more digits than CloudFormation has use for stay text, and so does what no float holds."""
    if not word.lstrip("-").isdigit():
        number = float(word)
        return number if isfinite(number) else word
    return int(word) if len(word) < MAX_DIGITS else word
