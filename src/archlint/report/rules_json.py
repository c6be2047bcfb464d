"""Rules for programs, as rules.v1.schema.json beside this file describes them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from archlint.report.document import rendered
from archlint.rules.page import Page

SCHEMA = "archlint/rules/v1"


def render_json(pages: Iterable[Page]) -> str:
    """Every page whole, in the order given."""
    return rendered({"schema": SCHEMA, "rules": [whole(page) for page in pages]})


def whole(page: Page) -> dict[str, Any]:
    """What a page says."""
    return {
        **summary(page),
        "persona": page.persona,
        "origin": page.origin or None,
        "facts": list(page.facts),
        "sections": [{"heading": heading, "text": page.section(heading)} for heading in page.headings()],
    }


def summary(page: Page) -> dict[str, str | None]:
    """What a list of rules shows."""
    return {
        "code": page.code,
        "name": page.name,
        "severity": page.severity,
        "confidence": page.confidence,
        "summary": page.summary,
        "since": page.since,
    }
