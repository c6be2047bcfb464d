"""Requirements of project files as the lines of a requirements file, with the line that names each."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

from packaging.utils import canonicalize_name

from archlint.syntax.requirements import Line, parse_requirements

MAX_REQUIREMENTS = 10_000
"""Of one project file; what stands below is not read."""

_BREAK = re.compile(r"\r\n|\r|\n")
_HEADER = re.compile(r"\s*\[+\s*([^\[\]]+?)\s*\]+\s*(?:#.*)?\Z")
_KEY = re.compile(r"\s*[\"']?([A-Za-z0-9][A-Za-z0-9._-]*)[\"']?\s*[=.:]")
_QUOTED = re.compile(r"\"((?:[^\"\\]|\\.)*)\"|'([^']*)'")
MAX_LINE = 20_000


class ProjectError(Exception):
    """A project file that cannot be read; the message completes "cannot be read: …"."""

    def __init__(self, message: str, line: int = 1) -> None:
        super().__init__(message)
        self.message = message
        self.line = line


@dataclass(frozen=True, slots=True)
class ProjectFile:
    """What a project file asks for. A line of kind "invalid" stands for what only running the project would tell."""

    lines: tuple[Line, ...] = ()
    extras: Mapping[str, tuple[Line, ...]] = field(default_factory=dict)
    groups: Mapping[str, tuple[Line, ...]] = field(default_factory=dict)
    optional_groups: frozenset[str] = frozenset()
    """Groups that the project's own tool leaves out unless they are asked for."""
    indexes: tuple[str, ...] = ()
    """Addresses, without credentials, of indexes that may serve any of the packages."""


class Places:
    """Finds the lines of keys and of quoted texts, each file's text gone through once. Counts what was read."""

    def __init__(self, text: str) -> None:
        self.left = MAX_REQUIREMENTS
        self._rows = [row if len(row) <= MAX_LINE else "" for row in _BREAK.split(text)]

    @cached_property
    def _headers(self) -> dict[str, int]:
        found: dict[str, int] = {}
        for number, row in enumerate(self._rows, 1):
            if header := _HEADER.match(row):
                found.setdefault(header[1].replace('"', "").replace("'", ""), number)
        return found

    @cached_property
    def _keys(self) -> dict[str, list[int]]:
        found: dict[str, list[int]] = {}
        for number, row in enumerate(self._rows, 1):
            if key := _KEY.match(row):
                found.setdefault(key[1], []).append(number)
        return found

    @cached_property
    def _texts(self) -> dict[str, list[int]]:
        found: dict[str, list[int]] = {}
        for number, row in enumerate(self._rows, 1):
            for double, single in _QUOTED.findall(row):
                found.setdefault((double or single).replace('\\"', '"'), []).append(number)
        return found

    def header(self, name: str) -> int:
        """The line of a table's header; 1 when there is none."""
        return self._headers.get(name, 1)

    def key(self, name: str, table: str) -> int:
        """The line of a key of a table, which may be a table of its own."""
        below = self._headers.get(f"{table}.{name}")
        return below or _first(self._keys.get(name, []), self.header(table))

    def text(self, text: str, after: int) -> int:
        """The first line from `after` on that holds a quoted text; `after` itself when none does."""
        return _first(self._texts.get(text, []), after)

    def bare(self, text: str, after: int) -> int:
        """The first line from `after` on that consists of a text."""
        rows = self._stripped.get(text.strip(), [])
        return _first(rows, after)

    @cached_property
    def _stripped(self) -> dict[str, list[int]]:
        found: dict[str, list[int]] = {}
        for number, row in enumerate(self._rows, 1):
            found.setdefault(row.strip(), []).append(number)
        return found


def _first(numbers: list[int], after: int) -> int:
    at = bisect_left(numbers, after)
    return numbers[at] if at < len(numbers) else after


def requirement(text: str, line: int, places: Places) -> Line | None:
    """One PEP 508 requirement; None for what is none, and once the file has named too many."""
    places.left -= 1
    found = parse_requirements(" ".join(text.split("\n"))) if places.left >= 0 else ()
    return replace(found[0], line=line) if found and found[0].kind == "requirement" else None


def requirements(values: object, places: Places, after: int) -> tuple[Line, ...]:
    """A list of PEP 508 texts that stand from line `after` on."""
    found: list[Line] = []
    for text in texts(values):
        one = requirement(text, places.text(text, after), places)
        if one is not None:
            found.append(one)
    return tuple(found)


def computed(name: str, line: int = 1) -> Line:
    """Stands for dependencies that only running the project would tell."""
    return Line("invalid", line, f"what {name} computes")


def canonical(name: str) -> str:
    """A distribution's, an extra's or a group's name as PEP 503 compares it."""
    return str(canonicalize_name(name))


def table(value: object) -> dict[str, Any]:
    """The value where it is a table, else an empty one."""
    return value if isinstance(value, dict) else {}


def tables(value: object) -> list[dict[str, Any]]:
    """The tables of a list."""
    return [v for v in value if isinstance(v, dict)][:MAX_REQUIREMENTS] if isinstance(value, list) else []


def string(value: object) -> str:
    """The value where it is text, else ""."""
    return value if isinstance(value, str) else ""


def texts(value: object) -> tuple[str, ...]:
    """The texts of a list."""
    return tuple(v for v in value if isinstance(v, str))[:MAX_REQUIREMENTS] if isinstance(value, list) else ()
