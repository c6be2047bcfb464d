"""A comment for a pull request: what weighs most is seen at once, the rest is folded."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace

from archlint.finding import Finding
from archlint.report.gfm import code, fold, prose
from archlint.report.markdown import changed, table, where
from archlint.report.visible import visible
from archlint.report.words import clipped, counts, headline, plural, remarks, worst_first
from archlint.results.result import ScanResult

MARKER = "<!-- archlint -->"
"""The first line, seen by nobody, by which a workflow finds the comment that it replaces."""

MOST_CHARACTERS = 65_536
"""GitHub refuses a longer comment."""

_ABOVE = 10
_AIM = 3_500
"""Characters up to which the fold names places."""

_RULES = 12
_CHANGES = 5
_LONGEST = 200
_NAME = 80
_REMARK = 400


def render_comment(result: ScanResult) -> str:
    """Short whatever the scan found; the same findings give the same text, so that an unchanged comment stays."""
    said = [headline(result).capitalize() + ".", *remarks(result)]
    footer = "<sub>" + " ".join(prose(clipped(text, _REMARK)) for text in said) + "</sub>\n"
    parts = [MARKER, f"### archlint: {counts(result.findings) or 'no findings'}\n"]
    findings = [_short(finding) for finding in worst_first(result.findings)]
    above = _above(findings)
    if findings:
        parts.append("\n".join(table(findings[:above])) + "\n")
    if result.changes:
        lines = "\n".join(changed(result.changes, _CHANGES))
        parts.append(fold(plural(len(result.changes), "changed function"), lines))
    if findings[above:]:
        parts.append(_rest(findings[above:], _AIM - len(footer) - sum(map(len, parts))))
    while sum(map(len, parts)) + len(parts) + len(footer) > MOST_CHARACTERS:  # of texts that consist of marks
        parts.pop()
    return "\n".join([*parts, footer])


def _short(finding: Finding) -> Finding:
    """With what long texts have room for, as they are shown."""
    path = visible(finding.place.path)
    place = replace(finding.place, path=path if len(path) <= _LONGEST else "…" + path[-_LONGEST:])
    rule, message = clipped(visible(finding.rule), _NAME), clipped(visible(finding.message), _LONGEST)
    return replace(finding, rule=rule, message=message, place=place)


def _above(findings: Sequence[Finding]) -> int:
    """All errors that have room; without errors, the worst few."""
    errors = sum(finding.severity == "error" for finding in findings)
    return min(errors, _ABOVE) or min(len(findings), _ABOVE // 2)


def _rest(findings: Sequence[Finding], room: int) -> str:
    """Rules by weight, then places as long as there is room."""
    numbers = Counter(finding.rule for finding in findings)
    codes = {finding.rule: finding.code for finding in reversed(findings)}
    named = list(dict.fromkeys(finding.rule for finding in findings))
    lines = ["| rule | findings |", "| --- | ---: |"]
    lines += [f"| {code(f'{codes[rule]} {rule}')} | {numbers[rule]:,} |" for rule in named[:_RULES]]
    if len(named) > _RULES:
        others = sum(numbers[rule] for rule in named[_RULES:])
        lines.append(f"| {plural(len(named) - _RULES, 'more rule')} | {others:,} |")
    places = list(_places(findings, room - sum(map(len, lines))))
    left = len(findings) - len(places)
    lines += ["", *places]
    if left:
        lines.append(f"- … and {left:,} more; the job's log and the full report have them")
    return fold(f"{counts(findings)} more", "\n".join(lines))


def _places(findings: Sequence[Finding], room: int) -> Iterator[str]:
    for finding in findings:
        line = f"- {where(finding)} {prose(finding.message)}"
        room -= len(line) + 1
        if room < 0:
            return
        yield line
