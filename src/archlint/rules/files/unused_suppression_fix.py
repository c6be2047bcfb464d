"""AL002: the comment goes, or the one rule in its list."""

from __future__ import annotations

import re

from archlint.edits.functions import fix_of
from archlint.edits.text import Edit, Fix, Text
from archlint.finding import Finding
from archlint.project import Project
from archlint.suppression import apply as suppress
from archlint.suppression.apply import UNUSED, Excuse
from archlint.tree import UnreadableError

SAFE = True

_COMMENT = re.compile(r"(?:#|//)[ \t]*archlint:[ \t]*ignore\b[ \t]*\[(?P<names>[^\]]{0,500})\](?P<reason>.*)")


def fix(finding: Finding, project: Project, text: Text) -> Fix | None:
    """Only a suppression whose finding is gone: one that is misspelt or gives no reason was meant to work."""
    excuse = needless(finding, text)
    start, end = text.span(finding.place)
    if excuse is None or end <= start:
        return None
    path = finding.place.path
    found = _COMMENT.match(text.read(path)[start:end])
    if found is None:
        return None
    names = [name.strip() for name in found["names"].split(",") if name.strip()]
    left = [name for name in names if name != excuse.named]
    if len(left) == len(names):
        return None
    if left:
        edit = Edit(path, start + found.start("names"), start + found.end("names"), ", ".join(left))
        return fix_of(finding, f"take {excuse.rule} out of the suppression", (edit,), safe=True)
    return fix_of(finding, "remove the suppression", (_without(path, start, start + found.end(), text),), safe=True)


def needless(finding: Finding, text: Text) -> Excuse | None:
    """The comment that a finding of the rule says matches nothing."""
    if finding.rule != UNUSED or finding.functions:
        return None
    try:
        return suppress.needless(finding, text.read(finding.place.path), text.rulebook)
    except UnreadableError:
        return None


def _without(path: str, start: int, end: int, text: Text) -> Edit:
    """The comment, with its line where it stands alone, and with the blanks before it where it does not. What follows
    another mark inside the comment stays."""
    source = text.read(path)
    comment = source[start:end]
    more = re.search(r"[ \t](?:#|//)[ \t]", comment[1:])
    if more is not None:
        return Edit(path, start, start + 1 + more.start() + 1, "")
    line = text.line_of(path, start)
    first = text.line_start(path, line)
    if not source[first:start].strip():
        return Edit(path, first, text.offset(path, line + 1), "")
    return Edit(path, first + len(source[first:start].rstrip()), end, "")
