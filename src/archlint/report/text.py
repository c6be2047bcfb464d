"""The report for people. Findings stand in the order of the files, so that a file is mended from top to bottom."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from itertools import groupby

from rich.table import Table
from rich.text import Text

from archlint.finding import Finding
from archlint.model.deployed import Deployed
from archlint.model.size import Size
from archlint.report.changes import change_lines, heading
from archlint.report.sheet import MARGIN, STYLES, Sheet, short
from archlint.report.visible import visible
from archlint.report.words import counts, plural, withheld
from archlint.results.result import ScanResult
from archlint.rulebook.page import Page
from archlint.values import Known, Unknown, Value

OPEN = "?"
_MOST_NOTES = 10
_NARROW = 100
"""Cells from which a function's nine values have room beside each other."""
_PAIRS = (
    ("function", "defined at"),
    ("package", "runtime"),
    ("memory", "timeout"),
    ("triggers", "handler"),
    ("size", ""),
)
_MIB = 1_048_576
"""What AWS calls a MB: the limit of 250 MB is 262,144,000 bytes."""


def functions_table(functions: Sequence[Deployed], width: int) -> Table:
    """One row a function, in few `width` cells one of two lines; `?` is a value that is not known."""
    table = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False, header_style="bold")
    if width < _NARROW:
        for above, below in _PAIRS:
            table.add_column(f"{above}\n{below}".rstrip(), overflow="fold", min_width=8)
        for deployed in functions:
            cells = (*_cells(deployed), "")
            pairs = zip(cells[::2], cells[1::2], strict=True)
            table.add_row(*(Text(f"{above}\n{below}".rstrip()) for above, below in pairs))
        return table
    for title in ("function", "defined at"):
        table.add_column(title, overflow="fold", min_width=8)
    for title in ("package", "runtime"):
        table.add_column(title, no_wrap=True)
    for title in ("memory", "timeout"):
        table.add_column(title, no_wrap=True, justify="right")
    for title in ("triggers", "handler"):
        table.add_column(title, overflow="fold", min_width=8)
    table.add_column("size", overflow="fold", min_width=8)
    for deployed in functions:
        table.add_row(*(Text(cell) for cell in _cells(deployed)))
    return table


def open_values(functions: Sequence[Deployed]) -> Iterator[str]:
    """One line for each reason, with the functions that it concerns."""
    names: defaultdict[tuple[str, str], list[str]] = defaultdict(list)
    for deployed in functions:
        for attribute, reason in deployed.unknowns():
            names[attribute, reason].append(deployed.function.name)
    for (attribute, reason), concerned in list(names.items())[:_MOST_NOTES]:
        shown = ", ".join(visible(name) for name in concerned[:3])
        shown += f" and {len(concerned) - 3} more" if len(concerned) > 3 else ""
        yield f"{OPEN} {attribute} of {shown}: {visible(reason)}"
    if len(names) > _MOST_NOTES:
        yield f"{OPEN} and {len(names) - _MOST_NOTES} more; --format json has all of them"


def _cells(deployed: Deployed) -> tuple[str, ...]:
    function = deployed.function
    source = deployed.source
    return (
        visible(function.name) + (" (conditional)" if function.conditional else ""),
        f"{visible(function.defined_at.path)}:{function.defined_at.line}",
        _cell(function.package),
        _cell(function.runtime.value),
        _cell(function.memory_mb.value, " MB"),
        _cell(function.timeout_s.value, " s"),
        ", ".join(dict.fromkeys(visible(trigger.type) for trigger in function.triggers)) or "-",
        f"{visible(source.value.path)}:{source.value.line}" if isinstance(source, Known) else OPEN,
        _size(deployed.size),
    )


def _cell(value: Value[object], unit: str = "") -> str:
    if isinstance(value, Unknown):
        return OPEN
    if value.value is None:
        return "-"
    shown = f"{value.value:,}" if isinstance(value.value, int) else str(value.value)
    return visible(shown) + unit


def _size(size: Size | None) -> str:
    if size is None:
        return OPEN
    low, high = round(size.low_bytes / _MIB), round(size.high_bytes / _MIB)
    number = "<1 MB" if high == 0 else f"{high:,} MB" if low == high else f"{low:,}-{high:,} MB"
    return number + {"over": ", over", "near": ", near limit", "unknown": ", not sure"}.get(size.verdict, "")


PLAIN_WIDTH = 100
_WITHOUT_FRAME = "unreadable-file"
"""What stands on the line of a syntax error may be anything, a secret too."""

_TABLE_WIDTH = 1000
"""Away from a terminal a row of the table stays one line, whatever its length, so that it can be searched."""
_LEAD = 320
"""Characters of a page's paragraph that are quoted, up to the end of a sentence."""

NOTHING_FOUND = (
    "No Lambda function found. archlint looks for AWS::Serverless::Function and AWS::Lambda::Function in "
    "YAML and JSON templates below the given folder, and for CDK apps in Python and TypeScript beside a "
    "cdk.json; a Dockerfile alone says nothing of Lambda. Folders that tools fill, such as node_modules and "
    ".aws-sam, files that .gitignore names, and what the settings exclude are left out."
)

_MOST_FUNCTIONS = 100
"""Rows that somebody may still look through."""


def render_text(result: ScanResult, *, width: int = PLAIN_WIDTH, color: bool = False) -> str:
    """Without `color` there is no escape sequence in it, and trees are drawn in ASCII."""
    writer = _Writer(result, width, color)
    writer.write()
    return writer.text()


class _Writer(Sheet):
    def __init__(self, result: ScanResult, width: int, color: bool) -> None:
        super().__init__(result.sources, width, color)
        self.result = result
        self.branch = "└─ " if color else "`- "
        self.explained: set[str] = set()

    def write(self) -> None:
        for path, group in groupby(self.result.findings, key=lambda finding: finding.place.path):
            findings = list(group)
            self.line(Text.assemble((visible(path), "bold underline"), f"  {counts(findings)}"))
            self.line()
            for finding in findings:
                self.finding(finding)
        if self.result.functions:
            self.functions()
            for note in open_values(self.result.functions):
                self.console.print(Text(note, "dim"))
        else:
            self.console.print(Text(NOTHING_FOUND))
        self.line()
        self.changes()
        self.summary()

    def finding(self, finding: Finding) -> None:
        self.head(finding)
        if finding.rule != _WITHOUT_FRAME:
            self.frame(finding.place, STYLES.get(finding.severity, "bold"))
        self.trace(finding)
        page = self.result.page(finding.rule)
        first = finding.rule not in self.explained
        self.explained.add(finding.rule)
        if len(finding.functions) > 1:
            self.labelled("for", ", ".join(visible(name) for name in finding.functions))
        if first and page is not None:
            self.labelled("why", _lead(page, "Why it matters"))
        if finding.help:
            self.labelled("do", visible(finding.help))
        elif first and page is not None:
            self.labelled("do", _lead(page, "What to do"))
        about = f"archlint rule {finding.rule}, " if first and page is not None else ""
        self.labelled("more", f"{about}archlint explain {short(finding.fingerprint)}")
        self.line()

    def trace(self, finding: Finding) -> None:
        if not finding.trace:
            return
        steps = [(step.place, step.message) for step in finding.trace]
        if (steps[-1][0].path, steps[-1][0].line) != (finding.place.path, finding.place.line):
            steps.append((finding.place, "here"))
        for depth, (place, message) in enumerate(steps):
            label = "  way".ljust(MARGIN) if depth == 0 else " " * MARGIN + "   " * (depth - 1) + self.branch
            where = f"{visible(place.path)}:{place.line}"
            self.line(Text.assemble((label, "bold"), visible(message), "  ", (where, "cyan")))

    def functions(self) -> None:
        width = self.console.width
        self.console.width = width if self.color else _TABLE_WIDTH
        self.console.print(functions_table(self.result.functions[:_MOST_FUNCTIONS], self.console.width))
        self.console.width = width
        if (more := len(self.result.functions) - _MOST_FUNCTIONS) > 0:
            self.console.print(Text(f"and {plural(more, 'more function')}; --format json has them all", "dim"))

    def changes(self) -> None:
        if not self.result.changes:
            return
        self.console.print(Text(heading(self.result.changes)))
        for change in self.result.changes:
            settings, price = change_lines(change)
            self.line(f"  {settings}")
            self.line(f"    {price}")
        self.line()

    def summary(self) -> None:
        coverage = self.result.coverage
        read = f"{plural(len(self.result.functions), 'function')}, {plural(coverage.files_read, 'file')} read"
        self.console.print(Text.assemble((counts(self.result.findings) or "No findings", "bold"), f" - {read}."))
        if hidden := withheld(self.result):
            self.console.print(Text(hidden))
        if self.result.suppressed:
            self.console.print(Text(f"Suppressed: {self.result.suppressed}, each with its reason in the source."))
        if coverage.files_failed:
            names = ", ".join(visible(path) for path in sorted(coverage.files_failed)[:5])
            more = len(coverage.files_failed) - 5
            names += f" and {more} more" if more > 0 else ""
            self.console.print(Text(f"Not readable: {plural(len(coverage.files_failed), 'file')}: {names}.", "yellow"))
        if coverage.left_out:
            parts = ", ".join(f"{visible(reason)} {count}" for reason, count in sorted(coverage.left_out))
            total = sum(count for _, count in coverage.left_out)
            self.console.print(Text(f"Left out: {plural(total, 'file or folder', 'files or folders')} ({parts})."))
        for gap in sorted(coverage.not_read):
            where = f"{visible(gap.place.path)}:{gap.place.line}"
            self.console.print(Text(f"Not read: {where}: {visible(gap.message)}."))
        if coverage.not_evaluated:
            rules = Counter(gap.rule for gap in coverage.not_evaluated)
            names = ", ".join(visible(name) for name in sorted(rules))
            number = plural(len(coverage.not_evaluated), "check")
            self.console.print(Text(f"Not decided: {number} for want of a value ({names}); --format json has why."))


def _lead(page: Page, heading: str) -> str:
    """The first sentences of a section, without Markdown's links and emphasis."""
    text = re.sub(r"\[([^\]]+)\]\([^)]*\)", r"\1", page.lead(heading))
    text = re.sub(r"\*\*([^*]+)\*\*", r"\1", text)
    if len(text) <= _LEAD:
        return text
    ends = [found.start() + 1 for found in re.finditer(r"[.!?](?= [A-Z`])", text) if found.start() < _LEAD]
    return text[: ends[-1]] if ends else text[:_LEAD].rsplit(" ", 1)[0] + " …"
