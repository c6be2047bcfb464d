"""TOML, after a look at how deep it goes: the standard parser needs time and memory for each level of each key."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from typing import Any

KeyPath = tuple[str, ...]

_BLANK = re.compile(r"(?:[ \t\r\n]++|#[^\n]*+)*+")
_PART = r"""(?:[A-Za-z0-9_-]++|"(?:[^"\\\n]|\\.)*+"|'[^'\n]*+')"""
_KEY = re.compile(rf"{_PART}(?:[ \t]*+\.[ \t]*+{_PART})*+")
_PARTS = re.compile(_PART)
_HEADER = re.compile(rf"\[\[?[ \t]*+(?P<key>{_KEY.pattern})[ \t]*+\]\]?")
_EQUALS = re.compile(r"[ \t]*+=")
_LINE_TOKEN = re.compile(
    r"""\"{3}(?:[^"\\]|\\.|"(?!""))*+"{3}"{0,2}|'{3}(?:[^']|'(?!''))*+'{3}'{0,2}|"(?:[^"\\\n]|\\.)*+"|'[^'\n]*+'"""
    r"""|\#[^\n]*+|[\[\]{}\n]""",
    re.DOTALL,
)


def key_lines(text: str) -> Mapping[KeyPath, int]:
    """The 1-based line on which each table and key of a text that is valid TOML first stands, by its full path. Keys of
    inline tables count as part of the key that holds them; of a text that is not TOML, what stands before the error."""
    text = text.removeprefix("\ufeff")
    found: dict[KeyPath, int] = {}
    table: KeyPath = ()
    position, line, counted = 0, 1, 0
    while True:
        position = _end(_BLANK, text, position)
        line += text.count("\n", counted, position)
        counted = position
        header = _HEADER.match(text, position)
        if header is not None:
            table = _parts(header["key"])
            _note(found, table, line)
            position = header.end()
            continue
        key = _KEY.match(text, position)
        equals = _EQUALS.match(text, key.end()) if key is not None else None
        if key is None or equals is None:
            return found
        path = (*table, *_parts(key[0]))
        _note(found, path, line)
        position = _after_value(text, equals.end())


def _note(found: dict[KeyPath, int], path: KeyPath, line: int) -> None:
    for length in range(1, len(path) + 1):
        found.setdefault(path[:length], line)


def _end(pattern: re.Pattern[str], text: str, position: int) -> int:
    match = pattern.match(text, position)
    return match.end() if match is not None else position


def _after_value(text: str, position: int) -> int:
    """The end of the line on which the value that begins here ends."""
    depth = 0
    for token in _LINE_TOKEN.finditer(text, position):
        if token[0] in "[{":
            depth += 1
        elif token[0] in "]}":
            depth -= 1
        elif token[0] == "\n" and depth <= 0:
            return token.start()
    return len(text)


def _parts(key: str) -> KeyPath:
    return tuple(_unquoted(part) for part in _PARTS.findall(key))


def _unquoted(part: str) -> str:
    if part[0] == "'":
        return part[1:-1]
    if part[0] != '"':
        return part
    try:
        return str(tomllib.loads(f"k={part}")["k"])
    except tomllib.TOMLDecodeError:
        return part


MAX_PARTS = 30
"""Parts of a dotted key; real ones have up to six."""

MAX_DEPTH = 100
"""Nested arrays and inline tables."""

_LONG_KEY = re.compile(rf"(?<![\w.-]){_PART}(?:[ \t]*+\.[ \t]*+{_PART}){{{MAX_PARTS}}}")
_TOKEN = re.compile(
    r"""\"{3}(?:[^"\\]|\\.|"(?!""))*+"{3}|'{3}(?:[^']|'(?!''))*+'{3}|"(?:[^"\\\n]|\\.)*+"|'[^'\n]*+'"""
    r"""|\#[^\n]*+|[\[\]{}]""",
    re.DOTALL,
)


class TomlError(ValueError):
    """What is no TOML, or is built to exhaust its reader. The message never quotes the text."""

    def __init__(self, message: str, line: int = 1) -> None:
        super().__init__(message)
        self.lineno = line


def parse_toml(text: str) -> dict[str, Any]:
    """Raises TomlError and nothing else."""
    text = text.removeprefix("\ufeff")
    _refuse_depth(text)
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        line = re.search(r"at line (\d+)", str(error))
        raise TomlError("it is not valid TOML", int(line[1]) if line else 1) from error
    except (ValueError, RecursionError, MemoryError, TypeError, KeyError, IndexError, AttributeError) as error:
        raise TomlError("it is not valid TOML") from error


def _refuse_depth(text: str) -> None:
    key = _LONG_KEY.search(text)
    if key is not None:
        raise TomlError(f"a key has more than {MAX_PARTS} parts", text.count("\n", 0, key.start()) + 1)
    depth = 0
    for token in _TOKEN.finditer(text):
        if token[0] in "[{":
            depth += 1
            if depth > MAX_DEPTH:
                line = text.count("\n", 0, token.start()) + 1
                raise TomlError(f"nested more than {MAX_DEPTH} levels deep", line)
        elif token[0] in "]}":
            depth = max(0, depth - 1)
