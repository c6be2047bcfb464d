"""AL118: weights are fetched on every cold start."""

from __future__ import annotations

from collections.abc import Iterator

from archlint.code.call_path import way_to
from archlint.code.downloads import downloads
from archlint.code.reach import Phase
from archlint.finding import Hit
from archlint.project import Project
from archlint.rulebook.page import Page


def check(project: Project, page: Page) -> Iterator[Hit]:
    """Downloads at import, or once behind a guard in memory."""
    for deployed, reach in project.python_functions():
        for found in downloads(deployed, reach, project.tree):
            if found.call.phase is not Phase.INVOKE:
                newest = "" if found.pinned else ", and takes whatever revision is newest then"
                yield Hit(
                    message=f"{found.what} fetches model weights on every cold start{newest}",
                    place=found.call.site.unit.module.place(found.call.node),
                    function=deployed.function.id,
                    confidence="medium" if deployed.by_name else found.confidence,
                    trace=way_to(found.call.reached),
                )
