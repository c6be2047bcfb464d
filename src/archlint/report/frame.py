"""The lines of a file around a finding, with a mark below what is meant."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from rich.cells import cell_len

from archlint.model.place import Place
from archlint.report.visible import masked, visible

CONTEXT = 2
"""Lines before and after the finding's own."""

TAB = 4
_LINE_END = re.compile(r"\r\n|\r|\n")


@dataclass(frozen=True, slots=True)
class Row:
    """A line of the frame; `number` is None for the line of marks."""

    number: int | None
    text: str


class Frames:
    """Draws frames from the texts of the files; each is split into lines once."""

    def __init__(self, sources: Mapping[str, str]) -> None:
        self._sources = sources
        self._lines: dict[str, list[str]] = {}

    def frame(self, place: Place, width: int) -> tuple[Row, ...]:
        """Rows at most `width` cells wide; none when the file's text or the line is not there."""
        lines = self._split(place.path)
        if not 1 <= place.line <= len(lines):
            return ()
        first, last = max(1, place.line - CONTEXT), min(len(lines), place.line + CONTEXT)
        while first < place.line and not lines[first - 1].strip():
            first += 1
        while last > place.line and not lines[last - 1].strip():
            last -= 1
        start, end = _span(place, lines[place.line - 1])
        offset = _offset(lines[place.line - 1], start, width)
        return tuple(_rows(lines, range(first, last + 1), place.line, (start, end, offset), width))

    def _split(self, path: str) -> list[str]:
        if path not in self._lines:
            self._lines[path] = _LINE_END.split(self._sources[path]) if path in self._sources else []
        return self._lines[path]


def _rows(lines: list[str], numbers: range, marked: int, span: tuple[int, int, int], width: int) -> Iterator[Row]:
    start, end, offset = span
    for number in numbers:
        shown, cells = _draw(masked(lines[number - 1]), offset, width)
        yield Row(number, shown)
        if number == marked:
            left = min(cells[min(start - offset, len(cells) - 1)], width - 1)
            right = cells[min(end - offset, len(cells) - 1)]
            yield Row(None, " " * left + "^" * max(1, min(right, width) - left))


def _span(place: Place, line: str) -> tuple[int, int]:
    """0-based start and end in characters of the first line that the place covers."""
    start = min(max(0, place.column - 1), len(line))
    end = start + 1
    if place.end_line is not None and place.end_line > place.line:
        end = len(line.rstrip())
    elif place.end_column is not None:
        end = min(place.end_column - 1, len(line))
    return start, max(start + 1, end)


def _offset(line: str, start: int, width: int) -> int:
    """How many characters to leave out at the left, so that what follows `start` is seen."""
    if len(line) <= width and sum(map(_cells, line)) <= width:
        return 0
    room = width // 2
    offset = start
    while offset > 0 and (room := room - _cells(line[offset - 1])) >= 0:
        offset -= 1
    return offset


def _cells(char: str) -> int:
    """Cells that a character takes at most."""
    return TAB if char == "\t" else cell_len(visible(char))


def _draw(line: str, offset: int, width: int) -> tuple[str, list[int]]:
    """The line from `offset` on, at most `width` cells wide, and the cell at which each of its characters begins."""
    parts: list[str] = []
    cells = [0]
    if offset:
        parts.append("…")
        cells[0] = 1
    part = line[offset : offset + width + 1]
    for char in part:
        at = cells[-1]
        drawn = " " * (TAB - at % TAB) if char == "\t" else visible(char)
        after = at + cell_len(drawn)
        if after > width - 1 and (after > width or len(cells) < len(line) - offset):
            parts.append("…")
            break
        parts.append(drawn)
        cells.append(after)
    return "".join(parts).rstrip(), cells
