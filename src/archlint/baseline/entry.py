"""One kind of accepted finding, and how many of it there may be."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from archlint.baseline.anchor import anchor, function_name, lines_of, scope, shape
from archlint.finding import Finding

_LINE_NUMBER = re.compile(r"\bline \d+|(?<=\w):\d+(?::\d+)?\b")
_SHORT = 160


@dataclass(frozen=True, slots=True, order=True)
class Entry:
    """`scope` is where in the file (see anchor.scope), `function` the first Lambda function concerned, `anchor` names
    the code without its path. `message` is for people, without line numbers. There is no line number anywhere."""

    path: str
    rule: str
    scope: str
    function: str
    anchor: str
    message: str
    count: int = 1

    @property
    def shape(self) -> str:
        return shape(self.message)


def described(findings: Iterable[Finding], sources: Mapping[str, str]) -> list[tuple[Finding, Entry]]:
    """Each finding with its entry of count 1; `sources` holds the files' text."""
    lines: dict[str, list[str]] = {}
    found = []
    for finding in findings:
        path = finding.place.path
        if path not in lines:
            lines[path] = lines_of(sources[path]) if path in sources else []
        entry = Entry(
            path=path,
            rule=finding.rule,
            scope=scope(path, lines[path], finding.place.line),
            function=function_name(finding),
            anchor=anchor(finding.rule, lines[path], finding.place),
            message=_short(finding.message),
        )
        found.append((finding, entry))
    return found


def counted(entries: Iterable[Entry]) -> tuple[Entry, ...]:
    """Equal entries as one, sorted by path."""
    counts: Counter[Entry] = Counter()
    for entry in entries:
        counts[replace(entry, count=1)] += entry.count
    return tuple(sorted(replace(entry, count=count) for entry, count in counts.items()))


def _short(message: str) -> str:
    text = _LINE_NUMBER.sub(lambda found: "line" if found[0].startswith("line") else "", message)
    return text if len(text) <= _SHORT else text[:_SHORT].rsplit(" ", 1)[0] + " …"
