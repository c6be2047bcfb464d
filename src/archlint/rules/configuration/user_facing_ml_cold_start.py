"""AL306: somebody waits while a new environment loads a model."""

from __future__ import annotations

from collections.abc import Iterator

from archlint.code.reach import Phase
from archlint.finding import Hit
from archlint.knowledge.limits import limit
from archlint.model.function import Function
from archlint.project import Project
from archlint.rulebook.page import Page
from archlint.rules.shared.ml_work import Work, front, is_kept_ready, model_work, snapstart_obstacle, waiting
from archlint.values import Known

SNAPSTART = "Turn SnapStart on for published versions and invoke an alias: a restored environment has its model."
CURE = (
    "Keep environments ready for the callers: an alias with provisioned concurrency, on a schedule if nights are quiet."
)


def check(project: Project, page: Page) -> Iterator[Hit]:
    """Only where a caller waits. Durable functions run in the background, and Managed Instances stay warm."""
    for deployed, reach in project.python_functions():
        function = deployed.function
        trigger = waiting(function)
        if trigger is None or is_kept_ready(function) or function.durable:
            continue
        work = model_work(deployed, reach)
        if work is None:
            continue
        yield Hit(
            message=f"{front(trigger)} waits while a new environment {_does(work)}{_speed(function)}: no provisioned"
            " concurrency or SnapStart keeps one ready",
            place=trigger.place,
            function=function.id,
            confidence="medium" if deployed.by_name or not work.large else None,
            trace=work.trace,
            help=_help(function, work),
        )


def _does(work: Work) -> str:
    return f"{work.text} ({work.place.path}:{work.place.line})"


def _speed(function: Function) -> str:
    memory = function.memory_mb.value
    if not isinstance(memory, Known):
        return ""
    return f" with {memory.value / limit('memory_per_vcpu').value:.2f} vCPU"


def _help(function: Function, work: Work) -> str:
    obstacle = snapstart_obstacle(function)
    first = (
        "" if work.phase is Phase.IMPORT else "Load the model at import, so that it is ready before the first request. "
    )
    if obstacle is None:
        return f"{first}{SNAPSTART} {CURE}"
    return f"{first}{CURE} SnapStart is not open to it: {obstacle}."
