"""What reports for people are written on: lines, labelled prose and code frames, safe for a terminal."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from rich.cells import cell_len
from rich.console import Console
from rich.text import Text

from archlint.finding import Finding
from archlint.model.place import Place
from archlint.report.visible import masked, visible, without_commands

CONTEXT = 2
"""Lines before and after the finding's own."""

TAB = 4
_LINE_END = re.compile(r"\r\n|\r|\n")


@dataclass(frozen=True, slots=True)
class SheetRow:
    """A line of the frame; `number` is None for the line of marks."""

    number: int | None
    text: str


class Frames:
    """Draws frames from the texts of the files; each is split into lines once."""

    def __init__(self, sources: Mapping[str, str]) -> None:
        self._sources = sources
        self._lines: dict[str, list[str]] = {}

    def frame(self, place: Place, width: int) -> tuple[SheetRow, ...]:
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


def _rows(lines: list[str], numbers: range, marked: int, span: tuple[int, int, int], width: int) -> Iterator[SheetRow]:
    start, end, offset = span
    for number in numbers:
        shown, cells = _draw(masked(lines[number - 1]), offset, width)
        yield SheetRow(number, shown)
        if number == marked:
            left = min(cells[min(start - offset, len(cells) - 1)], width - 1)
            right = cells[min(end - offset, len(cells) - 1)]
            yield SheetRow(None, " " * left + "^" * max(1, min(right, width) - left))


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


NARROWEST = 60
MARGIN = 7
STYLES = {"error": "bold red", "warning": "bold yellow", "info": "bold blue"}

_SHORTEST = 8
"""Characters of a fingerprint that tell the findings of one repository apart, as good as always."""


def short(fingerprint: str) -> str:
    """What a fingerprint is shown as; `archlint explain` takes any beginning that only one finding has."""
    return fingerprint[:_SHORTEST]


class Sheet:
    """Without `color` there is no escape sequence in its text."""

    def __init__(self, sources: Mapping[str, str], width: int, color: bool) -> None:
        self.console = Console(
            file=io.StringIO(),
            width=max(width, NARROWEST),
            force_terminal=color,
            color_system="standard" if color else None,
            force_jupyter=False,
            legacy_windows=False,
            highlight=False,
            markup=False,
            emoji=False,
        )
        self.color = color
        self.frames = Frames(sources)

    def text(self) -> str:
        """Everything written so far, without blanks at the ends of lines."""
        text = self.console.file.getvalue() if isinstance(self.console.file, io.StringIO) else ""
        return "".join(f"{without_commands(line.rstrip(' '))}\n" for line in text.split("\n")[:-1])

    def line(self, text: Text | str = "") -> None:
        """One line that is never broken, so that a path in it stays whole."""
        self.console.print(Text(text) if isinstance(text, str) else text, soft_wrap=True)

    def head(self, finding: Finding) -> None:
        place = finding.place
        style = STYLES.get(finding.severity, "bold")
        where = f"{visible(place.path)}:{place.line}:{place.column}"
        head = Text.assemble((f"{finding.severity}[{finding.code}]", style), f" {finding.rule}  ", (where, "cyan"))
        if finding.confidence != "high":
            head.append(f"  ({finding.confidence} confidence)", "dim")
        self.line(head)
        self.labelled("", visible(finding.message))

    def labelled(self, label: str, text: str, margin: int = MARGIN) -> None:
        """A paragraph beside its label; nothing where there is no text."""
        if not text:
            return
        lines = Text(text).wrap(self.console, self.console.width - margin)
        for number, line in enumerate(lines):
            self.line(Text.assemble((f"  {'' if number else label}".ljust(margin), "bold"), line))

    def frame(self, place: Place, style: str) -> None:
        """The lines around a place, between empty lines; nothing where its text is not known."""
        margin = len(str(place.line + 2)) + 5
        rows = self.frames.frame(place, self.console.width - margin - 2)
        if not rows:
            return
        self.line()
        for row in rows:
            number = "" if row.number is None else str(row.number)
            line = Text.assemble((f"{number:>{margin - 1}} | ", "dim"), (row.text, style if row.number is None else ""))
            self.line(line)
        self.line()
