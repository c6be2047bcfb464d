"""AL107: /tmp is taken for a disk that stays, or one that never fills."""

from __future__ import annotations

from collections.abc import Iterator

from archlint.code.scratch import relied_on
from archlint.code.way import way_to
from archlint.finding import Hit
from archlint.project import Project
from archlint.rules.page import Page


def check(project: Project, page: Page) -> Iterator[Hit]:
    """Scratch files of one invocation are fine; what is expected to be there, or to pile up, is not."""
    for deployed, reach in project.python_functions():
        if deployed.function.is_one_shot:
            continue
        for found in relied_on(reach):
            yield Hit(
                message=found.what,
                place=found.call.site.unit.module.place(found.call.node),
                function=deployed.function.id,
                confidence="medium" if deployed.by_name else found.confidence,
                trace=way_to(found.call.reached),
            )
