"""AL202: a zip package that may pass Lambda's unzipped limit."""

from __future__ import annotations

from collections.abc import Iterator

from archlint.finding import Hit
from archlint.model.size import Size
from archlint.project import Project
from archlint.rulebook.page import Page
from archlint.rules.packaging.package_too_large_for_zip import sized, way_out
from archlint.rules.shared.package_words import MIB, largest, span, with_compiled


def check(project: Project, page: Page) -> Iterator[Hit]:
    """The estimate touches the limit or 85 % of it, or the `__pycache__` that the build leaves surely passes it."""
    share = project.limits.get("package_near_share")
    for deployed, size in sized(project):
        near = size.verdict in ("near", "under") and size.high_bytes > share.value * size.limit_bytes
        if near or (size.verdict == "under" and _passes_compiled(size)):
            yield Hit(
                message=f"the zip package takes {span(size)} unzipped{with_compiled(size)}, {_against(size)} the"
                f" {size.limit_bytes / MIB:.0f} MB that Lambda takes; largest: {largest(size)}{share.aside}",
                place=deployed.function.defined_at,
                function=deployed.function.id,
                help=way_out(project, deployed, size),
            )


def _against(size: Size) -> str:
    if _passes_compiled(size):
        return "beyond"
    return "probably beyond" if size.estimate_bytes > size.limit_bytes else "close to"


def _passes_compiled(size: Size) -> bool:
    return size.compiles and size.low_bytes + size.compiled_bytes > size.limit_bytes
