"""One finding in full: every place of its way, what it rests on, what to do and what would silence it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

from rich.text import Text

from archlint.finding import Finding
from archlint.knowledge.facts import Fact, UnknownFactError, stated
from archlint.model.deployed import Deployed
from archlint.report.document import rendered
from archlint.report.json import render_json as scan_json
from archlint.report.sheet import STYLES, Sheet
from archlint.report.text import PLAIN_WIDTH
from archlint.report.visible import visible
from archlint.results.result import ScanResult
from archlint.rulebook.page import Page
from archlint.suppression.comments import SuppressionWay, ways
from archlint.values import Known, Unknown, Value

SCHEMA = "archlint/explain/v1"
SECTIONS = ("Why it matters", "What to do", "When to allow it")

_MOST_FUNCTIONS = 20
_SILENCING = {
    "comment": "Here",
    "metadata": "For this function",
    "per-file": "In this file",
    "ignore": "Everywhere",
    "severity": "To keep it without failing",
}


@dataclass(frozen=True, slots=True)
class Explained:
    """`page` is None for a rule of another linter."""

    finding: Finding
    functions: tuple[Deployed, ...]
    facts: tuple[Fact[str], ...]
    page: Page | None
    ways: tuple[SuppressionWay, ...]


def explain(result: ScanResult, finding: Finding) -> Explained:
    """Everything that is known of one finding of a result."""
    by_id = {deployed.function.id: deployed for deployed in result.functions}
    functions = tuple(by_id[name] for name in finding.functions if name in by_id)
    page = result.page(finding.rule)
    page = page if page is not None and page.text else None
    facts = tuple(_facts(page, functions)) if page is not None else ()
    return Explained(finding, functions, facts, page, ways(finding, result.sources))


def _facts(page: Page, functions: tuple[Deployed, ...]) -> Iterator[Fact[str]]:
    """Those that the page names; of the runtimes also the functions' own."""
    for name in page.facts:
        yield stated(name)
        if name == "runtimes":
            found = (deployed.function.runtime.value for deployed in functions)
            for runtime in dict.fromkeys(value.value for value in found if isinstance(value, Known) and value.value):
                try:
                    yield stated(f"runtimes:{runtime}")
                except UnknownFactError:
                    continue


def _fact(fact: Fact[str]) -> dict[str, str]:
    return {"name": fact.key, "text": fact.value, "source": fact.title, "url": fact.url, "as_of": fact.as_of}


def render_json(explained: Explained, result: ScanResult) -> str:
    """The finding and its functions stand in it as in the report of a scan."""
    scan = json.loads(scan_json(replace(result, findings=(explained.finding,), functions=explained.functions)))
    page = explained.page
    document: dict[str, Any] = {
        "schema": SCHEMA,
        "finding": scan["findings"][0],
        "functions": scan["functions"],
        "facts": [_fact(fact) for fact in explained.facts],
        "sections": {heading: page.section(heading) for heading in SECTIONS} if page is not None else {},
        "silence": [asdict(way) for way in explained.ways],
    }
    return rendered(document)


def render_text(
    explained: Explained, sources: Mapping[str, str], *, width: int = PLAIN_WIDTH, color: bool = False
) -> str:
    """Without `color` there is no escape sequence in it."""
    writer = _Writer(explained, sources, width, color)
    writer.write()
    return writer.text()


class _Writer(Sheet):
    def __init__(self, explained: Explained, sources: Mapping[str, str], width: int, color: bool) -> None:
        super().__init__(sources, width, color)
        self.explained = explained

    def write(self) -> None:
        finding = self.explained.finding
        self.head(finding)
        self.labelled("", f"fingerprint {finding.fingerprint}")
        self.frame(finding.place, STYLES.get(finding.severity, "bold"))
        self.way()
        self.functions()
        self.facts()
        self.prose("Why it matters")
        if finding.help:
            self.heading("What to do here")
            self.labelled("", visible(finding.help), 2)
        self.prose("What to do")
        self.prose("When to allow it")
        self.silence()

    def heading(self, text: str) -> None:
        if not self.text().endswith("\n\n"):
            self.line()
        self.line(Text(text, "bold underline"))

    def way(self) -> None:
        steps = [(step.place, step.message) for step in self.explained.finding.trace]
        if not steps:
            return
        self.heading("How it comes about")
        place = self.explained.finding.place
        for number, (at, message) in enumerate(steps, 1):
            self.line(Text.assemble(f"  {number}. {visible(message)}  ", (f"{visible(at.path)}:{at.line}", "cyan")))
            if (at.path, at.line) != (place.path, place.line):
                self.frame(at, "bold cyan")

    def functions(self) -> None:
        if not self.explained.functions:
            return
        self.heading("Functions")
        for deployed in self.explained.functions[:_MOST_FUNCTIONS]:
            function = deployed.function
            where = f"{visible(function.defined_at.path)}:{function.defined_at.line}"
            self.line(Text.assemble(f"  {visible(function.name)}  ", (where, "cyan")))
            self.labelled("", "; ".join(_details(deployed)), 4)
            for attribute, reason in deployed.unknowns():
                self.labelled("", f"{attribute} is not known: {visible(reason)}", 4)
        more = len(self.explained.functions) - _MOST_FUNCTIONS
        if more > 0:
            self.line(f"  and {more} more; --format json has them all")

    def facts(self) -> None:
        if not self.explained.facts:
            return
        self.heading("What it rests on")
        for fact in self.explained.facts:
            source = ", ".join(part for part in (fact.title, fact.as_of) if part)
            self.labelled("", fact.value + (f" ({source})" if source else ""), 2)
            if fact.url:
                self.line(Text(f"    {fact.url}", "cyan"))

    def prose(self, heading: str) -> None:
        section = self.explained.page.section(heading) if self.explained.page is not None else ""
        if not section:
            return
        self.heading(heading)
        for number, block in enumerate(_blocks(section)):
            if number:
                self.line()
            if isinstance(block, str):
                self.labelled("", block, 2)
            else:
                for line in block:
                    self.line(f"  {line}")

    def silence(self) -> None:
        self.heading("To silence it")
        for way in self.explained.ways:
            where = f"{visible(way.path)}"
            if way.line is not None:
                where = f"above line {way.line} of {where}"
            elif way.resource is not None:
                where = f"in resource {visible(way.resource)} of {where}"
            self.line(f"  {_SILENCING[way.kind]}, {where}:")
            for line in way.text.split("\n"):
                self.line(Text(f"    {visible(line)}", "bold"))


def _details(deployed: Deployed) -> Iterator[str]:
    function = deployed.function
    yield _said("package", function.package)
    yield _said("runtime", function.runtime.value)
    yield _said("memory", function.memory_mb.value, " MB")
    yield _said("timeout", function.timeout_s.value, " s")
    yield _said("handler", deployed.handler.value)
    triggers = dict.fromkeys(visible(t.type) + (" (a caller waits)" if t.sync else "") for t in function.triggers)
    yield "triggers " + (", ".join(triggers) or "none found")


def _said(label: str, value: Value[object], unit: str = "") -> str:
    if isinstance(value, Unknown):
        return f"{label} ?"
    return f"{label} -" if value.value is None else f"{label} {visible(str(value.value))}{unit}"


def _blocks(section: str) -> Iterator[str | list[str]]:
    """Paragraphs as one line each; lists and code as their lines."""
    for block in re.split(r"\n[ \t]*\n", section):
        lines = block.splitlines()
        if any(line.lstrip().startswith(("```", "~~~", "- ", "* ", "|", "1. ")) for line in lines):
            yield lines
        else:
            text = re.sub(r"\[([^\]]+)\]\(([^)]*)\)", r"\1 (\2)", " ".join(block.split()))
            yield re.sub(r"\*\*([^*]+)\*\*", r"\1", text)
