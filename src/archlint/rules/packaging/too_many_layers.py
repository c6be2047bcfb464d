"""AL206: more layers than a function may have."""

from __future__ import annotations

from collections.abc import Iterator

from archlint.finding import Hit
from archlint.knowledge.limits import limit
from archlint.model.function import Layer
from archlint.project import Project
from archlint.rulebook.page import Page
from archlint.values import Known


def check(project: Project, page: Page) -> Iterator[Hit]:
    """Only layers that are surely there are counted: an entry under a condition may be none."""
    most = limit("layers_max")
    for deployed in project.functions:
        function = deployed.function
        sure = [layer for layer in function.layers if _is_sure(layer)]
        if len(sure) > most.value and function.package == Known("zip"):
            yield Hit(
                message=f"{len(sure)} layers; a function may have {most.value} (as of {most.as_of})",
                place=function.layers_place or function.defined_at,
                function=function.id,
            )


def _is_sure(layer: Layer) -> bool:
    """A name with a space is the reason why an entry is not known."""
    return layer.arn is not None or layer.folder is not None or " " not in layer.name
