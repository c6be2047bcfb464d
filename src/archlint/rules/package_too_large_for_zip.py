"""AL201: a zip package that passes Lambda's unzipped limit."""

from __future__ import annotations

from collections.abc import Iterator

from archlint.finding import Hit
from archlint.knowledge.limits import limit
from archlint.model.deployed import Deployed
from archlint.model.size import Size
from archlint.project import Project
from archlint.rules.page import Page
from archlint.values import Known

MIB = 1024 * 1024


def check(project: Project, page: Page) -> Iterator[Hit]:
    """Only where even the low end of the estimate is above the limit."""
    as_of = limit("package_unzipped_max").as_of
    for deployed, size in sized(project):
        if size.verdict == "over":
            yield Hit(
                message=f"the zip package takes {span(size)} unzipped, more than the"
                f" {size.limit_bytes / MIB:.0f} MB that Lambda takes (as of {as_of});"
                f" largest: {largest(size)}",
                place=deployed.function.defined_at,
                function=deployed.function.id,
            )


def sized(project: Project) -> Iterator[tuple[Deployed, Size]]:
    """The zip functions whose package has a size."""
    for deployed in project.functions:
        if deployed.size is not None and deployed.function.package == Known("zip"):
            yield deployed, deployed.size


def span(size: Size) -> str:
    """Such as "~860 MB (614-1204, table of 2026-11-21)", in MB of 2^20 bytes."""
    low, estimate, high = (round(n / MIB) for n in (size.low_bytes, size.estimate_bytes, size.high_bytes))
    basis = f"{size.method} of {size.as_of}" if size.as_of else size.method
    return f"~{estimate} MB ({low}-{high}, {basis})"


def largest(size: Size) -> str:
    """The five largest parts with their megabytes."""
    return ", ".join(f"{part.name} {part.estimate_bytes / MIB:.0f} MB" for part in size.parts[:5])
