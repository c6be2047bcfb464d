"""Adds one setting to settings that are there already."""

from __future__ import annotations

import re

from archlint.syntax.toml import parse_toml

_TABLE = re.compile(r"\s*\[\s*tool\s*\.\s*archlint\s*\]\s*(?:#.*)?\Z")


def with_setting(text: str, table: tuple[str, ...], line: str) -> str | None:
    """`text` with `line`, one key of the table () or tool.archlint, as an early line of that table. None where the
    place is not certain, and where the outcome would say anything else than before."""
    lines = text.splitlines(keepends=True)
    place = _below_header(lines) if table else _before_first(lines)
    if place is None or text.startswith("\ufeff"):
        return None
    ending = "\r\n" if "\r\n" in text else "\n"
    gap = ending if place and not lines[place - 1].endswith(("\n", "\r")) else ""
    changed = "".join((*lines[:place], gap, line, ending, *lines[place:]))
    return changed if _says_the_same(text, changed, table, line) else None


def _below_header(lines: list[str]) -> int | None:
    found = [number for number, line in enumerate(lines, 1) if _TABLE.match(line)]
    return found[0] if len(found) == 1 else None


def _before_first(lines: list[str]) -> int:
    """Before the first key or table with the comment right above it; else at the end."""
    first = next((n for n, line in enumerate(lines) if line.strip() and not line.lstrip().startswith("#")), None)
    if first is None:
        return len(lines)
    while first and lines[first - 1].strip():
        first -= 1
    return first


def _says_the_same(before: str, after: str, table: tuple[str, ...], line: str) -> bool:
    try:
        old, new, added = parse_toml(before), parse_toml(after), parse_toml(line)
    except ValueError:
        return False
    own = old
    for name in table:
        own = own[name]
    if added.keys() & own.keys():
        return False
    own.update(added)
    return bool(old == new)
