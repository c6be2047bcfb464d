"""AL202: a zip package that may pass Lambda's unzipped limit."""

from __future__ import annotations

from collections.abc import Iterator

from archlint.finding import Hit
from archlint.project import Project
from archlint.rules.package_too_large_for_zip import MIB, largest, sized, span
from archlint.rules.page import Page


def check(project: Project, page: Page) -> Iterator[Hit]:
    """The estimate touches the limit or 85 % of it."""
    for deployed, size in sized(project):
        if size.verdict == "near":
            yield Hit(
                message=f"the zip package takes {span(size)} unzipped, close to the"
                f" {size.limit_bytes / MIB:.0f} MB that Lambda takes; largest: {largest(size)}",
                place=deployed.function.defined_at,
                function=deployed.function.id,
            )
