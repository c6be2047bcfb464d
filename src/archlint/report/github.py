"""Annotations in GitHub Actions: workflow commands, which the runner takes from the log."""

from __future__ import annotations

from archlint.finding import SEVERITIES, Finding
from archlint.report.visible import visible, without_commands
from archlint.report.words import advice, clipped, counts, headline, plural, remarks, worst_first
from archlint.results.result import ScanResult

MOST = 10
"""Annotations of one level that GitHub shows for a step; further ones are dropped, whatever they say."""

LEVELS = {"error": "error", "warning": "warning", "info": "notice"}
_LONGEST = 2_000


def render_github(result: ScanResult) -> str:
    """The worst of each level, then one annotation that says what has no room, then a line for the log."""
    by_level = {
        severity: worst_first(finding for finding in result.findings if finding.severity == severity)
        for severity in reversed(SEVERITIES)
    }
    room = dict.fromkeys(by_level, MOST)
    if any(len(found) > MOST for found in by_level.values()):
        room["info"] -= 1  # the summary is a notice
    lines = [_annotation(finding) for severity, found in by_level.items() for finding in found[: room[severity]]]
    left = [finding for severity, found in by_level.items() for finding in found[room[severity] :]]
    if left:
        lines.append(_summary(left))
    lines.append(without_commands(f"archlint: {headline(result)}. {' '.join(remarks(result))}".rstrip()))
    return "\n".join(lines) + "\n"


def _annotation(finding: Finding) -> str:
    place = finding.place
    line = max(1, place.line)
    properties = {"file": visible(place.path), "line": str(line)}
    end = place.end_line or line
    if end > line:
        properties["endLine"] = str(end)
    else:
        properties |= {"endLine": str(line), "col": str(max(1, place.column))}
        if place.end_column is not None and place.end_column > place.column:
            properties["endColumn"] = str(place.end_column)
    properties["title"] = visible(f"{finding.code} {finding.rule}")
    return command(LEVELS.get(finding.severity, "warning"), properties, clipped(advice(finding), _LONGEST))


def _summary(left: list[Finding]) -> str:
    rules = len({finding.rule for finding in left})
    text = (
        f"{counts(left)} of {plural(rules, 'rule')} more than GitHub shows; the job summary and "
        "archlint scan --format text have them all"
    )
    return command("notice", {"title": "archlint"}, text)


def command(name: str, properties: dict[str, str], message: str) -> str:
    """One line, escaped as the runner (actions/runner, ActionCommand.cs) takes it back."""
    listed = ",".join(f"{key}={_property(value)}" for key, value in properties.items())
    return f"::{name} {listed}::{_data(message)}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
