"""What the readers of lock files share: the shape of a lock, and plain values out of its tables."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote

from archlint.syntax.project_files import ProjectFile
from archlint.syntax.requirements import Line

MAX_PACKAGES = 20_000
MAIN = "main"
"""The group of what is installed without asking."""


class LockError(Exception):
    """A lock file that cannot be read; the message completes "cannot be read: …"."""

    def __init__(self, message: str, line: int = 1) -> None:
        super().__init__(message)
        self.message = message
        self.line = line


@dataclass(frozen=True, slots=True)
class LockEdge:
    """`extras` are those asked of `name`; `version` is "" when the lock holds only one; `marker` is PEP 508 text."""

    name: str
    version: str = ""
    extras: tuple[str, ...] = ()
    marker: str = ""


@dataclass(frozen=True, slots=True)
class LockedFile:
    """`size` is the compressed bytes, None where the lock does not tell."""

    name: str
    size: int | None = None


@dataclass(frozen=True, slots=True)
class Locked:
    """`markers` must all hold (pylock) or one of them (uv's resolution markers); `indexed` is False for git, path and
    URL sources; `path` is that of a local one; `own` marks the project itself, whose files are not installed from
    anywhere."""

    name: str
    version: str
    wheels: tuple[LockedFile, ...] = ()
    sdist: LockedFile | None = None
    markers: tuple[str, ...] = ()
    edges: tuple[LockEdge, ...] = ()
    extras: Mapping[str, tuple[LockEdge, ...]] = field(default_factory=dict)
    indexed: bool = True
    own: bool = False
    path: str | None = None
    groups: frozenset[str] = frozenset({MAIN})
    optional: bool = False
    """Only an extra installs it."""
    line: int = 1
    index: str = ""
    """The address of its index, without credentials; "" where the lock does not name one."""


@dataclass(frozen=True, slots=True)
class Lock:
    """`roots` is None when every package of the wanted groups whose markers hold is installed, and else where the walk
    starts; `groups` and `extras` are further starts."""

    packages: tuple[Locked, ...]
    roots: tuple[LockEdge, ...] | None = None
    groups: Mapping[str, tuple[LockEdge, ...]] = field(default_factory=dict)
    extras: Mapping[str, tuple[LockEdge, ...]] = field(default_factory=dict)
    named: frozenset[str] | None = None
    """Packages that the project itself names; None when the lock and its project file do not tell."""
    default_groups: frozenset[str] = frozenset()
    """Groups that the tool installs unless it is told not to."""


def table(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def tables(value: object) -> list[dict[str, Any]]:
    return [v for v in value if isinstance(v, dict)][:MAX_PACKAGES] if isinstance(value, list) else []


def text_of(value: object) -> str:
    return value if isinstance(value, str) else ""


def texts(value: object) -> tuple[str, ...]:
    return tuple(v for v in value if isinstance(v, str)) if isinstance(value, list) else ()


def file_of(entry: dict[str, Any]) -> LockedFile:
    path = text_of(entry.get("filename")) or text_of(entry.get("name")) or text_of(entry.get("file"))
    path = path or text_of(entry.get("url")) or text_of(entry.get("path"))
    size = entry.get("size")
    known = isinstance(size, int) and not isinstance(size, bool) and 0 <= size < 1 << 40
    return LockedFile(unquote(re.split(r"[?#]", path)[0].rpartition("/")[2]), size if known else None)


def sdist_of(value: object) -> LockedFile | None:
    return file_of(value) if isinstance(value, dict) else None


def names_of(project: ProjectFile | None) -> frozenset[str] | None:
    """Everything that a project file names, in its groups and extras too."""
    if project is None:
        return None
    parts = (project.lines, *project.extras.values(), *project.groups.values())
    return frozenset(line.name for part in parts for line in part if line.name) or None


def edges_of(lines: tuple[Line, ...]) -> tuple[LockEdge, ...]:
    return tuple(
        LockEdge(line.name, "", line.extras, "" if line.marker is None else str(line.marker))
        for line in lines
        if line.name
    )


def line_at(lines: tuple[int, ...], index: int) -> int:
    return lines[index] if index < len(lines) else 1
