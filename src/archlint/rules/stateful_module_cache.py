"""AL106: module state that one invocation leaves behind for the next."""

from __future__ import annotations

from collections.abc import Iterator

from archlint.code.state import changes
from archlint.code.way import way_to
from archlint.finding import Hit
from archlint.project import Project
from archlint.rules.page import Page


def check(project: Project, page: Page) -> Iterator[Hit]:
    """Counters and containers made at import that invocations change and never reset."""
    for deployed, reach in project.python_functions():
        if deployed.function.is_one_shot or deployed.function.tenant_isolation:
            continue
        for change in changes(reach):
            yield Hit(
                message=f"{change.name}, made at import, {change.how} of the same environment",
                place=change.site.unit.module.place(change.node),
                function=deployed.function.id,
                confidence="medium" if deployed.by_name else None,
                trace=way_to(change.reached),
            )
