"""TOML, after a look at how deep it goes: the standard parser needs time and memory for each level of each key."""

from __future__ import annotations

import re
import tomllib
from typing import Any

MAX_PARTS = 30
"""Parts of a dotted key; real ones have up to six."""

MAX_DEPTH = 100
"""Nested arrays and inline tables."""

_PART = r"""(?:[A-Za-z0-9_-]++|"(?:[^"\\\n]|\\.)*+"|'[^'\n]*+')"""
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
