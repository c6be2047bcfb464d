"""AL203: a container image that passes Lambda's limit, or may."""

from __future__ import annotations

from collections.abc import Iterator

from archlint.finding import Hit
from archlint.knowledge.limits import limit
from archlint.model.size import Size
from archlint.project import Project
from archlint.rulebook.page import Page

GB = 1024**3


def check(project: Project, page: Page) -> Iterator[Hit]:
    """An error where even the low end of the estimate passes the limit, a warning where the range touches 85 %."""
    as_of = limit("image_max").as_of
    for deployed in project.functions:
        size = deployed.size
        if deployed.image is None or size is None or size.verdict not in ("over", "near"):
            continue
        over = size.verdict == "over"
        told = "more than" if over else "close to"
        yield Hit(
            message=f"the image takes {_span(size)} uncompressed, {told} the {size.limit_bytes / GB:.0f} GB that Lambda"
            f" takes (as of {as_of}); largest: {_largest(size)}",
            place=deployed.function.defined_at,
            function=deployed.function.id,
            severity=None if over else "warning",
            confidence=None if over else "low",
        )


def _span(size: Size) -> str:
    low, estimate, high = (n / GB for n in (size.low_bytes, size.estimate_bytes, size.high_bytes))
    return f"~{estimate:.1f} GB ({low:.1f}-{high:.1f}, {size.method} of {size.as_of})"


def _largest(size: Size) -> str:
    return ", ".join(f"{part.name} {part.estimate_bytes / GB:.1f} GB" for part in size.parts[:4])
