"""Where a suppression of the findings of one line can stand, the best place first."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from archlint.edits.text import Edit, Text
from archlint.finding import Finding

REASON = "<why it is allowed here>"

_SCRIPTS = (".ts", ".tsx", ".mts", ".cts", ".js", ".jsx", ".mjs", ".cjs")
_HASHED = (".py", ".pyi", ".yaml", ".yml", ".template", ".txt", ".in", ".toml", ".cfg", ".lock")
_LINE_END = re.compile(r"\r\n|\r|\n")
_PATTERN = re.compile(r"[\\*?\[\]!# ]")


@dataclass(frozen=True, slots=True)
class SuppressionWay:
    """`kind` is comment, metadata, per-file, ignore or severity. A comment's `text` goes on a line of its own directly
    above `line`; a setting's `text` is TOML."""

    kind: str
    path: str
    text: str
    line: int | None = None
    resource: str | None = None


def ways(finding: Finding, sources: Mapping[str, str]) -> tuple[SuppressionWay, ...]:
    """From the narrowest to the widest."""
    return tuple(_ways(finding, sources.get(finding.place.path)))


def _ways(finding: Finding, text: str | None) -> Iterator[SuppressionWay]:
    rule, path = finding.rule, finding.place.path
    comment = None if text is None else _comment(finding, text)
    if comment is not None:
        yield SuppressionWay("comment", path, comment, line=finding.place.line)
    else:
        yield from _metadata(finding)
    pattern = "/" + _PATTERN.sub(lambda found: "\\" + found[0], path)
    yield SuppressionWay("per-file", "archlint.toml", f"[per-file-ignores]\n{_toml(pattern)} = [{_toml(rule)}]")
    yield SuppressionWay("ignore", "archlint.toml", f"ignore = [{_toml(rule)}]")
    if finding.severity != "info":
        yield SuppressionWay("severity", "archlint.toml", f'[severity]\n{rule} = "info"')


def _comment(finding: Finding, text: str) -> str | None:
    """None where the file's syntax has no comments, or none above this line."""
    mark = comment_mark(finding.place.path, text)
    lines = _LINE_END.split(text)
    number = finding.place.line
    if mark is None or not 1 <= number <= len(lines):
        return None
    before = lines[number - 2].rstrip() if number > 1 else ""
    if before.endswith("\\") and finding.place.path.lower().endswith((".py", ".pyi")):
        return None
    line = lines[number - 1]
    return f"{line[: len(line) - len(line.lstrip())]}{mark} archlint: ignore[{finding.rule}] {REASON}"


def comment_mark(path: str, text: str) -> str | None:
    name = path.lower().rsplit("/", 1)[-1]
    if name.endswith(_SCRIPTS):
        return "//"
    is_json = text.lstrip("\ufeff \t\r\n").startswith(("{", "["))
    if name.endswith(_HASHED):
        return None if is_json and not name.endswith((".py", ".pyi", ".toml")) else "#"
    return "#" if "dockerfile" in name or "containerfile" in name else None


def _metadata(finding: Finding) -> Iterator[SuppressionWay]:
    entry = json.dumps({"archlint": {"ignore": [{"rule": finding.rule, "reason": REASON}]}})
    for function in finding.functions:
        path, _, name = function.partition("#")
        if path.lower().endswith((".json", ".template", ".yaml", ".yml")):
            yield SuppressionWay("metadata", path, f'"Metadata": {entry}', resource=name)


def _toml(text: str) -> str:
    """A basic string of TOML, whose escapes are JSON's."""
    return json.dumps(text, ensure_ascii=False)


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
