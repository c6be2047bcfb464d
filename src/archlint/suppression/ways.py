"""What would silence a finding: the comment for its file, the resource's Metadata, or the settings."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from archlint.finding import Finding

REASON = "<why it is allowed here>"

_SCRIPTS = (".ts", ".tsx", ".mts", ".cts", ".js", ".jsx", ".mjs", ".cjs")
_HASHED = (".py", ".pyi", ".yaml", ".yml", ".template", ".txt", ".in", ".toml", ".cfg", ".lock")
_LINE_END = re.compile(r"\r\n|\r|\n")
_PATTERN = re.compile(r"[\\*?\[\]!# ]")


@dataclass(frozen=True, slots=True)
class Way:
    """`kind` is comment, metadata, per-file, ignore or severity. A comment's `text` goes on a line of its own directly
    above `line`; a setting's `text` is TOML."""

    kind: str
    path: str
    text: str
    line: int | None = None
    resource: str | None = None


def ways(finding: Finding, sources: Mapping[str, str]) -> tuple[Way, ...]:
    """From the narrowest to the widest."""
    return tuple(_ways(finding, sources.get(finding.place.path)))


def _ways(finding: Finding, text: str | None) -> Iterator[Way]:
    rule, path = finding.rule, finding.place.path
    comment = None if text is None else _comment(finding, text)
    if comment is not None:
        yield Way("comment", path, comment, line=finding.place.line)
    else:
        yield from _metadata(finding)
    pattern = "/" + _PATTERN.sub(lambda found: "\\" + found[0], path)
    yield Way("per-file", "archlint.toml", f"[per-file-ignores]\n{_toml(pattern)} = [{_toml(rule)}]")
    yield Way("ignore", "archlint.toml", f"ignore = [{_toml(rule)}]")
    if finding.severity != "info":
        yield Way("severity", "archlint.toml", f'[severity]\n{rule} = "info"')


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


def _metadata(finding: Finding) -> Iterator[Way]:
    entry = json.dumps({"archlint": {"ignore": [{"rule": finding.rule, "reason": REASON}]}})
    for function in finding.functions:
        path, _, name = function.partition("#")
        if path.lower().endswith((".json", ".template", ".yaml", ".yml")):
            yield Way("metadata", path, f'"Metadata": {entry}', resource=name)


def _toml(text: str) -> str:
    """A basic string of TOML, whose escapes are JSON's."""
    return json.dumps(text, ensure_ascii=False)
