"""AL102: weights are fetched on every invocation."""

from __future__ import annotations

from collections.abc import Iterator

from archlint.code.call_path import way_to
from archlint.code.downloads import downloads
from archlint.code.reach import Phase
from archlint.finding import Hit
from archlint.project import Project
from archlint.rulebook.page import Page


def check(project: Project, page: Page) -> Iterator[Hit]:
    """Downloads that run per invocation, without a check whether the file is there."""
    for deployed, reach in project.python_functions():
        for found in downloads(deployed, reach, project.tree):
            if found.call.phase is Phase.INVOKE:
                yield Hit(
                    message=f"{found.what} fetches model weights on every invocation",
                    place=found.call.site.unit.module.place(found.call.node),
                    function=deployed.function.id,
                    confidence="medium" if deployed.by_name else found.confidence,
                    trace=way_to(found.call.reached),
                )
