"""Whether a second scan shows that fixes did what they were made for."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from archlint.finding import SEVERITIES, Finding
from archlint.result import ScanResult


def _keys(finding: Finding) -> list[tuple[str, str]]:
    """Lines move and their text changes, so that a finding is known by its rule and each function it concerns."""
    return [(finding.rule, function) for function in finding.functions or ("",)]


def _counts(findings: Iterable[Finding]) -> Counter[tuple[str, str]]:
    return Counter(key for finding in findings for key in _keys(finding))


def problem(before: ScanResult, after: ScanResult, fixed: Iterable[Finding]) -> str | None:
    """Why the change from one result to the other is no proof; None if it is one."""
    was, now = _counts(before.findings), _counts(after.findings)
    if set(after.coverage.files_failed) - set(before.coverage.files_failed):
        return "a file could no longer be read"
    if {d.function.id for d in before.functions} != {d.function.id for d in after.functions}:
        return "the functions are not the same afterwards"
    gone = _counts(fixed)
    stays = next((key for key, count in gone.items() if now[key] > was[key] - count), None)
    if stays is not None:
        return f"{stays[0]} is still found"
    for severity in ("error", "warning"):
        old, new = _counts(_of(before, severity)), _counts(_of(after, severity))
        worse = next((key for key, count in sorted(new.items()) if count > old[key]), None)
        if worse is not None:
            return f"{worse[0]} would be found instead"
    return None


def _of(result: ScanResult, least: str) -> list[Finding]:
    return [f for f in result.findings if SEVERITIES.index(f.severity) >= SEVERITIES.index(least)]
