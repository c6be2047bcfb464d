"""AL305: all the memory that a Lambda function can have."""

from __future__ import annotations

from collections.abc import Iterator

from archlint.finding import Hit
from archlint.knowledge.limits import limit
from archlint.project import Project
from archlint.rulebook.page import Page


def check(project: Project, page: Page) -> Iterator[Hit]:
    """Managed Instances go further; more than the limit is impossible-configuration."""
    most = limit("memory_max")
    for deployed in project.functions:
        function = deployed.function
        if function.capacity_provider:
            continue
        memory = project.known(page.name, function, "memory_mb", function.memory_mb.value)
        if memory != most.value:
            continue
        yield Hit(
            message=f"{memory} MB is all that Lambda gives a function (limit as of {most.as_of}): a larger model or"
            " input has no room left",
            place=function.memory_mb.place or function.defined_at,
            function=function.id,
        )
