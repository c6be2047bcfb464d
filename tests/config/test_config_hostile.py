from __future__ import annotations

import tomllib
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archlint.config import ConfigError, read_config
from archlint.config.reader import KEYS
from archlint.syntax.toml import key_lines
from archlint.tree import MemoryTree

PARTS = st.sampled_from(["a", "b-c", '"x.y"', "'q\"'", '"\\u00e9"', '"]"', "'#'"])
VALUES = st.sampled_from(
    ["1", "'x'", "'''\n[a]\nb = 1\n'''", '"""\n# "\\"""" ', "[\n  1, # ]\n  2\n]", "{a = 1, b = ']'}", "[[1], ['[']]"]
)
LINES = st.one_of(
    st.tuples(PARTS, PARTS).map(lambda pair: f"[{pair[0]} . {pair[1]}] # c"),
    st.tuples(PARTS, VALUES).map(" = ".join),
    st.tuples(PARTS, PARTS, VALUES).map(lambda parts: f"{parts[0]}.{parts[1]}={parts[2]}"),
    st.sampled_from(["", "# [x]", "  "]),
)


def paths(table: dict[str, object], prefix: tuple[str, ...] = ()) -> set[tuple[str, ...]]:
    found: set[tuple[str, ...]] = set()
    for key, value in table.items():
        found.add((*prefix, key))
        if isinstance(value, dict):
            found |= paths(value, (*prefix, key))
    return found


@settings(max_examples=300, deadline=None)
@given(st.lists(LINES, max_size=8))
def test_every_key_of_a_valid_text_has_the_line_that_names_it(lines: list[str]) -> None:
    text = "\n".join(lines)
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        return
    found = key_lines(text)
    assert {path for path in found if len(path) == 1} == {(key,) for key in table}
    assert set(found) <= paths(table)
    rows = text.split("\n")
    for path, line in found.items():
        assert any(part in rows[line - 1] for part in (path[-1], "\\u00e9", "q"))


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=200))
def test_no_bytes_raise_anything_else(data: bytes) -> None:
    for path in ("archlint.toml", "pyproject.toml"):
        with suppress(ConfigError):
            read_config(MemoryTree({path: data + b"\n[tool.archlint]\n"}))


@settings(max_examples=300, deadline=None)
@given(st.text(max_size=100))
def test_no_text_raises_anything(text: str) -> None:
    key_lines(text)
    with suppress(ConfigError):
        read_config(MemoryTree({"archlint.toml": text.encode("utf-8", "replace")}))


@pytest.mark.parametrize("key", KEYS)
@pytest.mark.parametrize(
    "value",
    ["[" * 90 + "]" * 90, "{a = " * 90 + "1" + "}" * 90, "[" + "'AL1'," * 50_000 + "]", "1e400", "-0.0", "07:32:00"],
)
def test_deep_and_huge_values(key: str, value: str) -> None:
    with suppress(ConfigError):
        read_config(MemoryTree({"archlint.toml": f"{key} = {value}"}))


def test_many_entries_are_read_in_time() -> None:
    rows = "\n".join(f'"folder{number}/**" = ["AL1"]' for number in range(5_000))
    config = read_config(MemoryTree({"archlint.toml": f"[per-file-ignores]\n{rows}\n"}))
    assert len(config.per_file_ignores) == 5_000
