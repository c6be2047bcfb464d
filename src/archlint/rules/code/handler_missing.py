"""AL117: the template names a handler that is not there."""

from __future__ import annotations

from collections.abc import Iterator

from archlint.finding import Hit
from archlint.project import Project
from archlint.rulebook.page import Page


def check(project: Project, page: Page) -> Iterator[Hit]:
    """Only what is certain: the code is in sight, and nothing is built into it."""
    for deployed in project.functions:
        if deployed.missing is not None:
            yield Hit(
                message=f"the handler does not exist: {deployed.missing}",
                place=deployed.handler.place or deployed.function.defined_at,
                function=deployed.function.id,
            )
