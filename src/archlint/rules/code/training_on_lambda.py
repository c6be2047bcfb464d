"""AL108: a model is trained inside a Lambda function."""

from __future__ import annotations

from collections.abc import Iterator

from archlint.code.call_path import way_to
from archlint.code.ml import model_calls
from archlint.finding import Hit
from archlint.knowledge.limits import limit
from archlint.project import Project
from archlint.rulebook.page import Page


def check(project: Project, page: Page) -> Iterator[Hit]:
    """Training calls that a handler reaches, at import or per invocation."""
    for deployed, reach in project.python_functions():
        function = deployed.function
        longest = limit("timeout_managed_async_max" if function.capacity_provider else "timeout_max")
        for found in model_calls(reach, "train"):
            call, low = found.call, found.meaning.confidence == "low"
            yield Hit(
                message=f"{call.path.replace('()', '(…)')}() trains inside a function, which Lambda ends after"
                f" {longest.value} s at the latest (limit as of {longest.as_of})",
                place=call.site.unit.module.place(call.node),
                function=function.id,
                severity="info" if low or function.capacity_provider else None,
                confidence="medium" if deployed.by_name and not low else found.meaning.confidence,
                trace=way_to(call.reached),
            )
