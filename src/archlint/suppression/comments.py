"""Where a suppression of the findings of one line can stand, the best place first."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from archlint.edits.edit import Edit
from archlint.edits.text import Text
from archlint.finding import Finding
from archlint.suppression.ways import comment_mark

LONGEST_REASON = 200
"""Characters."""

_WRITTEN = re.compile(r"(?:#|//)[ \t]*archlint:[ \t]*ignore[ \t]*\[(?P<names>[^\]]{1,500})\](?P<reason>.*)")
_DIRECTIVE = re.compile(r"coding[:=]", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Group:
    """The findings that begin on one line of a file, sorted."""

    path: str
    line: int
    findings: tuple[Finding, ...]

    @property
    def rules(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(finding.rule for finding in self.findings))


@dataclass(frozen=True, slots=True)
class Option:
    """One way to excuse a group; `adds_line` says that the comment stands on a new line above the group's."""

    edit: Edit
    adds_line: bool = False


def reason_problem(reason: str) -> str | None:
    """Why a text cannot be the reason of a suppression; None where it can."""
    if not re.search(r"\w", reason.split("#")[0]):
        return "it has no words before the first #"
    if len(reason) > LONGEST_REASON:
        return f"it has {len(reason)} characters; {LONGEST_REASON} are enough"
    if not reason.isprintable():
        return "it has characters that cannot be printed, such as line ends"
    if _DIRECTIVE.search(reason):
        return "Python would take `coding:` in a comment for the encoding of the file"
    return None


def options(group: Group, text: Text, reason: str) -> tuple[Option, ...]:
    """Empty where the file's syntax has no comments."""
    mark = comment_mark(group.path, text.read(group.path))
    if mark is None or group.line > len(text.file(group.path).starts):
        return ()
    return tuple(_options(group, text, mark, reason))


def _options(group: Group, text: Text, mark: str, reason: str) -> Iterator[Option]:
    path, number = group.path, group.line
    yield from _extended(group, text, mark, reason)
    line = text.line(path, number)
    indent = line[: len(line) - len(line.lstrip(" \t"))]
    comment = f"{mark} archlint: ignore[{', '.join(group.rules)}] {reason}"
    start, end = text.line_start(path, number), text.line_end(path, number)
    yield Option(Edit(path, start, start, f"{indent}{comment}{_newline(text, path, number)}"), adds_line=True)
    yield Option(Edit(path, end, end, f"  {comment}"))


def _extended(group: Group, text: Text, mark: str, reason: str) -> Iterator[Option]:
    """A suppression that speaks of the same line already; one without a reason is left alone, since a reason would
    wake it up."""
    for number in (group.line, *_comments_above(group, text, mark)):
        line = text.line(group.path, number)
        found = _WRITTEN.search(line)
        if found is None or not line.startswith(mark, found.start()):
            continue
        said = found["reason"].strip(" \t:-–—")
        if not re.search(r"\w", said.split("#")[0]):
            continue
        names = [name.strip() for name in found["names"].split(",")]
        new = [rule for rule in group.rules if rule not in names]
        if not new:
            continue
        start = text.line_start(group.path, number)
        more = "" if reason in said else f"; {reason}"
        written = f", {', '.join(new)}]{found['reason'].rstrip()}{more}"
        yield Option(Edit(group.path, start + found.end("names"), start + found.end(), written))
        return


def _comments_above(group: Group, text: Text, mark: str) -> Iterator[int]:
    for number in range(group.line - 1, 0, -1):
        bare = text.line(group.path, number).strip()
        if bare and not bare.startswith(mark):
            return
        if bare:
            yield number


def _newline(text: Text, path: str, number: int) -> str:
    """What ends this line, or the one before it, or the file's first."""
    content = text.read(path)
    for line in (number, number - 1):
        if line >= 1:
            rest = content[text.line_end(path, line) :]
            if rest:
                return "\r\n" if rest.startswith("\r\n") else rest[0]
    return text.newline(path)
