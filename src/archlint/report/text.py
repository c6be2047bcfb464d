"""The report for people. Findings stand in the order of the files, so that a file is mended from top to bottom."""

from __future__ import annotations

import re
from collections import Counter
from itertools import groupby

from rich.text import Text

from archlint.finding import Finding
from archlint.report.changes import change_lines, heading
from archlint.report.functions import functions_table, open_values
from archlint.report.sheet import MARGIN, STYLES, Sheet, short
from archlint.report.visible import visible
from archlint.report.words import counts, plural, withheld
from archlint.result import ScanResult
from archlint.rules.page import Page

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
