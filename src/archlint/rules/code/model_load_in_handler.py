"""AL101: a model is loaded again on every invocation."""

from __future__ import annotations

from collections.abc import Iterator

from archlint.code.call_path import way_to
from archlint.code.ml import model_calls
from archlint.code.reach import Phase
from archlint.finding import Hit
from archlint.project import Project
from archlint.rulebook.page import Page


def check(project: Project, page: Page) -> Iterator[Hit]:
    """Loads that run per invocation: not at import, not behind a guard that keeps the model."""
    for deployed, reach in project.python_functions():
        for found in model_calls(reach, "load"):
            call = found.call
            if call.phase is not Phase.INVOKE:
                continue
            often = "for every item of a loop in every invocation" if call.site.context.loops else "on every invocation"
            yield Hit(
                message=f"{_name(call.path)} loads a model {often}",
                place=call.site.unit.module.place(call.node),
                function=deployed.function.id,
                severity="info" if deployed.function.is_one_shot else None,
                confidence="medium" if deployed.by_name else found.meaning.confidence,
                trace=way_to(call.reached),
            )


def _name(path: str) -> str:
    """The call as people write it."""
    return path.replace("()", "(…)") + "()"
