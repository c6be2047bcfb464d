"""Rules for programs, as rules.v1.schema.json beside this file describes them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from archlint.report.document import rendered
from archlint.rulebook.page import Page

SCHEMA = "archlint/rules/v1"


def render_json(pages: Iterable[Page], fix_of: Callable[[str], str]) -> str:
    """Every page whole, in the order given; `fix_of` says of a rule's name whether it can be fixed."""
    return rendered({"schema": SCHEMA, "rules": [whole(page, fix_of(page.name)) for page in pages]})


def whole(page: Page, fix: str) -> dict[str, Any]:
    """What a page says."""
    return {
        **summary(page, fix),
        "persona": page.persona,
        "origin": page.origin or None,
        "facts": list(page.facts),
        "sections": [{"heading": heading, "text": page.section(heading)} for heading in page.headings()],
    }


def summary(page: Page, fix: str) -> dict[str, str | None]:
    """What a list of rules shows."""
    return {
        "code": page.code,
        "name": page.name,
        "severity": page.severity,
        "confidence": page.confidence,
        "summary": page.summary,
        "since": page.since,
        "fix": fix,
    }
