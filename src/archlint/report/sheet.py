"""What reports for people are written on: lines, labelled prose and code frames, safe for a terminal."""

from __future__ import annotations

import io
from collections.abc import Mapping

from rich.console import Console
from rich.text import Text

from archlint.finding import Finding
from archlint.model.place import Place
from archlint.report.frame import Frames
from archlint.report.visible import visible, without_commands

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
