"""GitLab's Code Quality report: https://docs.gitlab.com/ci/testing/code_quality/ (read 2026-11)."""

from __future__ import annotations

import hashlib
from collections import Counter
from typing import Any

from archlint.finding import Finding
from archlint.report.document import rendered
from archlint.report.visible import visible
from archlint.report.words import advice, clipped, worst_first
from archlint.results.result import ScanResult

SEVERITIES = {"error": "critical", "warning": "major", "info": "info"}
"""`blocker` is for what has broken already, which a file does not show."""

_LONGEST = 2_000


def render_gitlab(result: ScanResult) -> str:
    """A list; GitLab refuses anything beside it."""
    seen: Counter[str] = Counter()
    issues: list[dict[str, Any]] = []
    for finding in worst_first(result.findings):
        issues.append(_issue(finding, _unique(finding.fingerprint, seen)))
    return rendered(issues)


def _unique(fingerprint: str, seen: Counter[str]) -> str:
    """GitLab shows only one of several issues with the same fingerprint."""
    seen[fingerprint] += 1
    if seen[fingerprint] == 1:
        return fingerprint
    return hashlib.sha256(f"{fingerprint}\0{seen[fingerprint]}".encode()).hexdigest()[: len(fingerprint)]


def _issue(finding: Finding, fingerprint: str) -> dict[str, Any]:
    line = max(1, finding.place.line)
    lines = {"begin": line}
    if finding.place.end_line is not None and finding.place.end_line > line:
        lines["end"] = finding.place.end_line
    doubtful = finding.severity == "warning" and finding.confidence == "low"
    return {
        "description": clipped(f"{finding.code}: {advice(finding)}", _LONGEST),
        "check_name": visible(finding.rule),
        "fingerprint": fingerprint,
        "severity": "minor" if doubtful else SEVERITIES.get(finding.severity, "major"),
        "location": {"path": finding.place.path, "lines": lines},
    }
