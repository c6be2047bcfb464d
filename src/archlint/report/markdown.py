"""The report as Markdown: for a job's summary, a ticket or a wiki."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from archlint.finding import Finding
from archlint.model.change import Change
from archlint.report.changes import change_lines, heading
from archlint.report.gfm import code, fold, html_code, prose
from archlint.report.words import advice, clipped, counts, headline, plural, remarks, worst_first
from archlint.results.result import ScanResult
from archlint.rulebook.page import Page

MOST_BYTES = 1_000_000
"""GitHub takes 1,048,576 for the summary of a step, and nothing at all of what is longer."""

_ROWS = 100
_PLACES = 200
"""Of one rule."""

_LONGEST = 500
_STEPS = 20
_CUT = "*Cut here for want of room; `archlint scan --format text` has everything.*\n"


def render_markdown(result: ScanResult, most_bytes: int = MOST_BYTES) -> str:
    """At most `most_bytes` of UTF-8; what is cut off is whole rules, those that weigh least, and is said."""
    kept: list[str] = []
    room = most_bytes - len(_CUT) - 1
    for part in _parts(result):
        room -= len(part.encode("utf-8", "backslashreplace")) + 1
        if room < 0:
            kept.append(_CUT)
            break
        kept.append(part)
    return "\n".join(kept)


def _parts(result: ScanResult) -> Iterator[str]:
    """Each begins a block of its own and ends with a line break."""
    yield f"## archlint: {counts(result.findings) or 'no findings'}\n"
    yield (
        "\n".join([f"{prose(headline(result).capitalize())}.", *(f"\n{prose(text)}" for text in remarks(result))])
        + "\n"
    )
    if result.changes:
        yield "\n".join(["### Changed functions\n", *changed(result.changes, _ROWS)]) + "\n"
    if not result.findings:
        return
    findings = worst_first(result.findings)
    yield "\n".join([*table(findings[:_ROWS]), *_more(len(findings) - _ROWS)]) + "\n"
    by_rule: dict[str, list[Finding]] = {}
    for finding in findings:
        by_rule.setdefault(finding.rule, []).append(finding)
    yield "### By rule\n"
    for rule, found in by_rule.items():
        summary = f"{html_code(f'{found[0].code} {rule}')}: {counts(found)}"
        yield fold(summary, "\n".join(_rule(result.page(rule), found)))


def changed(changes: Sequence[Change], most: int) -> Iterator[str]:
    """The lines of a list: settings and prices, those before and those of this state."""
    yield f"{prose(heading(changes))}\n"
    for change in changes[:most]:
        settings, price = change_lines(change)
        yield f"- {prose(clipped(settings, _LONGEST))}\\\n  {prose(clipped(price, _LONGEST))}"
    if len(changes) > most:
        yield f"- … and {plural(len(changes) - most, 'more function')}"


def table(findings: Sequence[Finding]) -> Iterator[str]:
    """The lines of a table, one row a finding."""
    yield "| severity | rule | where | what |"
    yield "| --- | --- | --- | --- |"
    for finding in findings:
        rule = code(f"{finding.code} {finding.rule}")
        yield f"| {finding.severity} | {rule} | {where(finding)} | {prose(clipped(finding.message, _LONGEST))} |"


def where(finding: Finding) -> str:
    """The place as code; of a very long path the end."""
    path = finding.place.path
    path = path if len(path) <= _LONGEST else "…" + path[-_LONGEST:]
    return code(f"{path}:{finding.place.line}")


def _more(number: int) -> list[str]:
    return [f"\n… and {plural(number, 'more finding')}, by rule below."] if number > 0 else []


def _rule(page: Page | None, found: Sequence[Finding]) -> Iterator[str]:
    if page is not None and page.text:
        why, todo = page.lead("Why it matters"), page.lead("What to do")
        own = not page.origin  # what archlint does not ship is no more trusted than the rest of a repository
        yield f"{why if own else prose(why)}\n"
        yield f"**What to do:** {todo if own else prose(todo)}\n"
    for finding in found[:_PLACES]:
        yield f"- {where(finding)} {prose(clipped(advice(finding), 2 * _LONGEST))}"
        for step in finding.trace[:_STEPS]:
            yield f"  - {code(f'{step.place.path}:{step.place.line}')} {prose(clipped(step.message, _LONGEST))}"
    if len(found) > _PLACES:
        yield f"- … and {plural(len(found) - _PLACES, 'more finding')}"
