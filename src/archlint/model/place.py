"""Where something stands in the scanned repository."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Place:
    """A span of a file; `path` is relative to the scanned root with `/`, lines and columns are 1-based."""

    path: str
    line: int = 1
    column: int = 1
    end_line: int | None = None
    end_column: int | None = None

    def __lt__(self, other: Place) -> bool:
        """As people read files; a span without an end comes first."""
        return self._order() < other._order()

    def _order(self) -> tuple[str, int, int, int, int]:
        return (self.path, self.line, self.column, self.end_line or 0, self.end_column or 0)


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """A file, or a part of one, that could not be read; `message` says why and what to do."""

    place: Place
    message: str
