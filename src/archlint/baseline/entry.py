"""One kind of accepted finding, and how many of it there may be."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from archlint.finding import Finding
from archlint.model.place import Place

_LONGEST = 160
"""Characters of code that tell a place; what follows may change."""
_MOST_LINES = 20
_NOISE = re.compile(r"[\s\"'`\\]+")
_LAST_COMMA = re.compile(r",(?=[)\]}])")
_OPEN, _CLOSE = frozenset("([{"), frozenset(")]}")
_LINE_END = re.compile(r"\r\n|\r|\n")

_DEFINED = re.compile(r"(\s*)(?:async\s+)?(?:def|class)\s+(\w+)")
_KEY = re.compile(r"(\s*(?:- +)*)[\"']?([\w.$:{}/-]+?)[\"']?\s*:(?=\s|$)")
_KEYED = (".yaml", ".yml", ".json", ".template")

_BRACKETS = re.compile(r"\([^()]*\)")
_PLAIN_WORD = re.compile(r"[A-Za-z][a-z]*[,:;]?")


def lines_of(text: str) -> list[str]:
    """As the readers count lines."""
    return _LINE_END.split(text)


def anchor(rule: str, lines: Sequence[str], place: Place) -> str:
    """Names the code of a finding without its path: a hash of the rule and of the code at the place, without blanks,
    quotes, line breaks and last commas, so that no formatter changes it. "" where there is no code."""
    code = _LAST_COMMA.sub("", _NOISE.sub("", _code(lines, place)))[:_LONGEST]
    if not code:
        return ""
    return hashlib.sha256(f"{rule}\0{code}".encode("utf-8", "surrogatepass")).hexdigest()[:16]


def _code(lines: Sequence[str], place: Place) -> str:
    """The span itself; where it has no end, to the end of the line or of what opens on it."""
    if not 1 <= place.line <= len(lines):
        return ""
    first = lines[place.line - 1]
    start = place.column - 1 if place.column <= len(first) else 0
    if place.end_line is None or place.end_column is None or place.end_line < place.line:
        return _opened(lines[place.line - 1 : place.line - 1 + _MOST_LINES], start)
    last = min(place.end_line, len(lines), place.line + _MOST_LINES)
    if last == place.line:
        return first[start : place.end_column - 1] or first
    rows = [first[start:], *lines[place.line : last]]
    if last == place.end_line:
        rows[-1] = rows[-1][: place.end_column - 1]
    return "\n".join(rows)


def _opened(lines: Sequence[str], start: int) -> str:
    """From `start` of the first line on: up to the bracket that closes the first one opened, else the line."""
    text = "\n".join((lines[0][start:], *lines[1:]))[: _LONGEST * 10]
    depth = 0
    for at, character in enumerate(text):
        if character in _OPEN:
            depth += 1
        elif character in _CLOSE:
            depth -= 1
            if depth <= 0:
                return text[: at + (1 if depth == 0 else 0)]
        elif character == "\n" and depth == 0:
            return text[:at]
    return text


def scope(path: str, lines: Sequence[str], line: int) -> str:
    """Where in its file a line stands: the classes and functions around it in Python, the keys around it and its own in
    YAML and JSON, "" elsewhere. By indentation alone, so that a file that cannot be parsed has one too."""
    pattern = _DEFINED if path.endswith(".py") else _KEY if path.endswith(_KEYED) else None
    if pattern is None or not 1 <= line <= len(lines):
        return ""
    own = lines[line - 1]
    least = _indent(own) + 1
    names: list[str] = []
    for text in reversed(lines[:line]):
        if least == 0:
            break
        if not text.strip() or _indent(text) >= least:
            continue
        found = pattern.match(text)
        if found is not None:
            names.append(found[2])
            least = _indent(text)
    return ".".join(reversed(names))[:200]


def _indent(text: str) -> int:
    return len(text) - len(text.lstrip())


def shape(message: str) -> str:
    """The plain words of a message: what it says without the names, figures and dates in it."""
    while True:
        bare = _BRACKETS.sub(" ", message)
        if bare == message:
            break
        message = bare
    return " ".join(word.strip(",:;") for word in bare.split() if _PLAIN_WORD.fullmatch(word))


def function_name(finding: Finding) -> str:
    """Of the first function that it concerns, without the template's path; "" where it concerns none."""
    return finding.functions[0].rpartition("#")[2] if finding.functions else ""


_LINE_NUMBER = re.compile(r"\bline \d+|(?<=\w):\d+(?::\d+)?\b")
_SHORT = 160


@dataclass(frozen=True, slots=True, order=True)
class BaselineEntry:
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


def described(findings: Iterable[Finding], sources: Mapping[str, str]) -> list[tuple[Finding, BaselineEntry]]:
    """Each finding with its entry of count 1; `sources` holds the files' text."""
    lines: dict[str, list[str]] = {}
    found = []
    for finding in findings:
        path = finding.place.path
        if path not in lines:
            lines[path] = lines_of(sources[path]) if path in sources else []
        entry = BaselineEntry(
            path=path,
            rule=finding.rule,
            scope=scope(path, lines[path], finding.place.line),
            function=function_name(finding),
            anchor=anchor(finding.rule, lines[path], finding.place),
            message=_short(finding.message),
        )
        found.append((finding, entry))
    return found


def counted(entries: Iterable[BaselineEntry]) -> tuple[BaselineEntry, ...]:
    """Equal entries as one, sorted by path."""
    counts: Counter[BaselineEntry] = Counter()
    for entry in entries:
        counts[replace(entry, count=1)] += entry.count
    return tuple(sorted(replace(entry, count=count) for entry, count in counts.items()))


def _short(message: str) -> str:
    text = _LINE_NUMBER.sub(lambda found: "line" if found[0].startswith("line") else "", message)
    return text if len(text) <= _SHORT else text[:_SHORT].rsplit(" ", 1)[0] + " …"
