"""Where something stands in the scanned repository."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """A span of a file; `path` is relative to the scanned root with `/`, lines and columns are 1-based."""

    path: str
    line: int = 1
    column: int = 1
    end_line: int | None = None
    end_column: int | None = None


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """A file, or a part of one, that could not be read; `message` says why and what to do."""

    place: Place
    message: str
