"""One line a finding, as editors and `grep` read it."""

from __future__ import annotations

from archlint.finding import Finding
from archlint.report.visible import visible, without_commands
from archlint.report.words import headline, remarks
from archlint.results.result import ScanResult


def render_concise(result: ScanResult) -> str:
    """In the order of the files; the last lines say what was read and what is left out."""
    lines = [_line(finding) for finding in result.findings]
    lines += [f"archlint: {headline(result)}.", *remarks(result)]
    return "".join(f"{without_commands(line)}\n" for line in lines)


def _line(finding: Finding) -> str:
    place = finding.place
    where = f"{visible(place.path)}:{place.line}:{place.column}"
    return f"{where}: {finding.severity} {finding.code} {visible(finding.rule)} {visible(finding.message)}"
