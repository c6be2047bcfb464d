"""AL301: a timeout close to the longest that Lambda allows."""

from __future__ import annotations

from collections.abc import Iterator

from archlint.code.ml import model_calls
from archlint.finding import Hit
from archlint.knowledge.limits import limit
from archlint.model.function import Function
from archlint.project import Project
from archlint.rulebook.page import Page


def check(project: Project, page: Page) -> Iterator[Hit]:
    """Durable functions wait without running, and Managed Instances run up to 5,400 s when nobody waits."""
    near, most = project.limits.get("timeout_near_s"), limit("timeout_max")
    for deployed in project.functions:
        function = deployed.function
        if function.durable:
            continue
        seconds = project.known(page.name, function, "timeout_s", function.timeout_s.value)
        waits = any(trigger.sync for trigger in function.triggers)
        if seconds is None or seconds < near.value or (function.capacity_provider and not waits):
            continue
        room = most.value - seconds
        left = f"{room} s below" if room > 0 else "at" if room == 0 else f"{-room} s above"
        yield Hit(
            message=f"the timeout of {seconds} s is {left} the {most.value} s at which Lambda ends every invocation"
            f" (limit as of {most.as_of}){near.aside}",
            place=function.timeout_s.place or function.defined_at,
            function=function.id,
            severity=_severity(project, function, seconds),
        )


def _severity(project: Project, function: Function, seconds: int) -> str | None:
    """An error where a model is trained up to the very end: training takes as long as there are data."""
    if function.is_one_shot:
        return "info"
    reach = project.reach(function.id) if seconds >= limit("timeout_at_wall").value else None
    trains = reach is not None and any(found.meaning.confidence != "low" for found in model_calls(reach, "train"))
    return "error" if trains else None
