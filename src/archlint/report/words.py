"""What several reports say in the same words: counts, order of weight, and what a report does not show."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence

from archlint.finding import CONFIDENCES, SEVERITIES, Finding
from archlint.report.visible import visible
from archlint.results.result import ScanResult

_SINGULAR = {"info": ("note", "notes")}
_WITHHELD = {
    "baseline": "in the baseline",
    "diff base": "there before, in the diff base",
    "other files": "in files that were not asked for",
    "pedantic": "less sure (--pedantic shows them)",
}
_NAMED = 5


def plural(number: int, one: str, many: str = "") -> str:
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def counts(findings: Sequence[Finding]) -> str:
    """Such as "1 error, 2 warnings"; "" for none."""
    return tally(Counter(finding.severity for finding in findings))


def tally(by_severity: Mapping[str, int]) -> str:
    """Such as "1 error, 2 warnings"; "" where all are 0."""
    parts: Iterable[str] = (
        plural(by_severity[severity], *_SINGULAR.get(severity, (severity,)))
        for severity in reversed(SEVERITIES)
        if by_severity.get(severity)
    )
    return ", ".join(parts)


def worst_first(findings: Iterable[Finding]) -> list[Finding]:
    """By severity, then confidence, then as they stand."""
    return sorted(findings, key=lambda finding: (-_rank(SEVERITIES, finding.severity), _doubt(finding)))


def _doubt(finding: Finding) -> int:
    return -_rank(CONFIDENCES, finding.confidence)


def _rank(order: Sequence[str], name: str) -> int:
    return order.index(name) if name in order else 0


def headline(result: ScanResult) -> str:
    """Such as "1 error, 2 warnings in 3 functions, 9 files read"."""
    found = counts(result.findings) or "no findings"
    functions = plural(len(result.functions), "function")
    return f"{found} in {functions}, {plural(result.coverage.files_read, 'file')} read"


def withheld(result: ScanResult) -> str:
    """A sentence; "" where nothing is withheld."""
    parts = [f"{count:,} {_WITHHELD.get(why, visible(why))}" for why, count in result.withheld if count > 0]
    return f"Not shown: {', '.join(parts)}." if parts else ""


def remarks(result: ScanResult) -> Iterator[str]:
    """What a reader of the findings alone would not learn, one sentence each, as plain text."""
    if hidden := withheld(result):
        yield hidden
    if result.suppressed:
        yield f"Suppressed: {result.suppressed:,}, each with its reason in the source."
    yield from unread(result)
    if result.coverage.not_evaluated:
        yield undecided(result)


def unread(result: ScanResult) -> Iterator[str]:
    failed, unfollowed = sorted(result.coverage.files_failed), sorted(result.coverage.not_read)
    if failed:
        names = ", ".join(visible(path) for path in failed[:_NAMED])
        names += f" and {len(failed) - _NAMED:,} more" if len(failed) > _NAMED else ""
        yield f"Not readable: {plural(len(failed), 'file')}: {names}."
    if unfollowed:
        first = f"{visible(unfollowed[0].place.path)}:{unfollowed[0].place.line}: {visible(unfollowed[0].message)}"
        yield f"Not read: {first}" + (f"; and {len(unfollowed) - 1:,} more." if len(unfollowed) > 1 else ".")


def undecided(result: ScanResult) -> str:
    """Names the rules that had to stay silent for want of a value."""
    gaps = result.coverage.not_evaluated
    rules = ", ".join(sorted({visible(gap.rule) for gap in gaps}))
    return f"Not decided: {plural(len(gaps), 'check')} for want of a value ({rules})."


def advice(finding: Finding) -> str:
    """The message with what to do here, where that is known, as one line that is safe to show."""
    message = visible(finding.message).strip()
    if not finding.help:
        return message
    end = "" if message.endswith((".", "!", "?")) else "."
    return f"{message}{end} {visible(finding.help).strip()}"


def clipped(text: str, most: int) -> str:
    """At most `most` characters; a cut is marked."""
    return text if len(text) <= most else text[: most - 1].rstrip() + "…"
