"""Rules as SARIF describes them, and the help that code scanning shows beside an alert."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from archlint.finding import Finding
from archlint.report.sarif.artifacts import plain
from archlint.report.visible import visible
from archlint.results.result import ScanResult
from archlint.rulebook.page import GUEST, GUEST_DOCUMENTATION, Page

LEVELS = {"error": "error", "warning": "warning", "info": "note"}
_PROBLEMS = {"error": "error", "warning": "warning", "info": "recommendation"}
"""GitHub's words for a rule's severity."""

_FAMILIES = {"AL1": "code", "AL2": "packaging", "AL3": "configuration", "AL4": "architecture"}
_SECTIONS = ("What it does", "Why it matters", "What to do", "When to allow it")
_MARKS = ((re.compile(r"\[([^\]]+)\]\(([^)]*)\)"), r"\1 (\2)"), (re.compile(r"\*\*([^*]+)\*\*"), r"\1"))


def described(result: ScanResult, findings: Sequence[Finding]) -> list[dict[str, Any]]:
    """The rules of these findings, sorted by code."""
    first = {finding.code: finding for finding in reversed(findings)}
    return [_rule(first[code], result.page(first[code].rule)) for code in sorted(first)]


def _rule(finding: Finding, page: Page | None) -> dict[str, Any]:
    """With everything that GitHub asks for, in other words where there is no page."""
    severity = page.severity if page is not None else finding.severity
    summary = plain(page.summary if page is not None else finding.rule)
    documented = page is not None and page.text
    rule: dict[str, Any] = {
        "id": finding.code,
        "name": plain(finding.rule),
        "shortDescription": {"text": summary},
        "fullDescription": {"text": (_unmarked(page.lead("What it does")) if page and documented else "") or summary},
        "help": {"text": _unmarked(_help(page)), "markdown": _help(page)} if page and documented else {"text": summary},
        "defaultConfiguration": {"level": LEVELS.get(severity, "warning")},
        "properties": {
            "precision": page.confidence if page is not None else finding.confidence,
            "problem.severity": _PROBLEMS.get(severity, "warning"),
            "tags": _tags(finding),
        },
    }
    if finding.rule.startswith(f"{GUEST}-"):
        rule["helpUri"] = f"{GUEST_DOCUMENTATION}#{finding.code}"
    return rule


def _tags(finding: Finding) -> list[str]:
    """Far from GitHub's limit of 20."""
    if finding.rule.startswith(f"{GUEST}-"):
        return ["aws", GUEST]
    family = _FAMILIES.get(finding.code[:3])
    return ["aws", "lambda", *([family] if family else [])]


def _help(page: Page) -> str:
    parts = (f"## {heading}\n\n{page.section(heading)}" for heading in _SECTIONS if page.section(heading))
    text = f"# {page.name} ({page.code})\n\n" + "\n\n".join(parts)
    return "\n".join(visible(line) for line in text.split("\n"))


def _unmarked(text: str) -> str:
    """Without Markdown's links and emphasis."""
    for pattern, replacement in _MARKS:
        text = pattern.sub(replacement, text)
    return re.sub(r"^#+ ", "", text, flags=re.MULTILINE)
