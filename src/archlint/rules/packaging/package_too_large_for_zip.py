"""AL201: a zip package that passes Lambda's unzipped limit."""

from __future__ import annotations

from collections.abc import Iterator

from archlint.finding import Hit
from archlint.knowledge.limits import limit
from archlint.model.deployed import Deployed
from archlint.model.size import Size
from archlint.packaging.savings import cheapest
from archlint.project import Project
from archlint.rulebook.page import Page
from archlint.rules.packaging.unused_heavy_dependency import unused
from archlint.rules.shared.package_words import MIB, advice, largest, span, with_compiled
from archlint.values import Known


def check(project: Project, page: Page) -> Iterator[Hit]:
    """Only where even the low end of the estimate is above the limit."""
    as_of = limit("package_unzipped_max").as_of
    for deployed, size in sized(project):
        if size.verdict == "over":
            yield Hit(
                message=f"the zip package takes {span(size)} unzipped{with_compiled(size)}, more than the"
                f" {size.limit_bytes / MIB:.0f} MB that Lambda takes (as of {as_of});"
                f" largest: {largest(size)}",
                place=deployed.function.defined_at,
                function=deployed.function.id,
                help=way_out(project, deployed, size),
            )


def sized(project: Project) -> Iterator[tuple[Deployed, Size]]:
    """The zip functions whose package has a size."""
    for deployed in project.functions:
        if deployed.size is not None and deployed.function.package == Known("zip"):
            yield deployed, deployed.size


def way_out(project: Project, deployed: Deployed, size: Size) -> str:
    """The cheapest change that makes the package fit."""
    idle = [dependency.name for dependency, _ in unused(project, deployed)]
    return advice(cheapest(deployed, idle), size)
