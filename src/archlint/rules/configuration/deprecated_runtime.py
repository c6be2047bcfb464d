"""AL312: a runtime that AWS no longer supports."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

from archlint.finding import Hit
from archlint.knowledge.limits import newest_runtime, runtime
from archlint.project import Project
from archlint.rulebook.page import Page


def check(project: Project, page: Page) -> Iterator[Hit]:
    """Compares today with AWS's own dates."""
    today = datetime.now(UTC).date()
    for deployed in project.functions:
        function = deployed.function
        name = project.known(page.name, function, "runtime", function.runtime.value)
        facts = runtime(name) if name else None
        if facts is None or facts.deprecated > today:
            continue
        blocked = facts.block_update <= today
        rest = "can no longer be updated" if blocked else f"cannot be updated from {facts.block_update} on"
        yield Hit(
            message=f"{facts.name} is out of support since {facts.deprecated}; a function that uses it {rest}"
            f" (dates as of {facts.as_of})",
            place=function.runtime.place or function.defined_at,
            function=function.id,
            severity="error" if blocked else None,
            help=f"Move to {newest_runtime()}: change the runtime, rebuild native dependencies for it, run the tests.",
        )
