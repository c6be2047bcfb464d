"""AL302: an API gives up before its function does."""

from __future__ import annotations

from collections.abc import Iterator

from archlint.finding import Hit, Step
from archlint.knowledge.facts import Fact
from archlint.knowledge.limits import Applied, limit
from archlint.knowledge.triggers import trigger_type
from archlint.model.function import Function, Trigger
from archlint.project import Project
from archlint.rulebook.page import Page
from archlint.values import Known


def check(project: Project, page: Page) -> Iterator[Hit]:
    """Only fronts whose caller waits for the whole answer; a raised integration timeout counts as it stands."""
    for deployed in project.functions:
        function = deployed.function
        fronts = fronts_of(function)
        if not fronts:
            continue
        seconds = project.known(page.name, function, "timeout_s", function.timeout_s.value)
        if seconds is None:
            continue
        late = [(trigger, wall) for trigger in fronts if (wall := wall_s(project, trigger)) and seconds > wall]
        if not late:
            continue
        trigger, wall = late[0]
        front = trigger_type(trigger.type)
        yield Hit(
            message=f"the timeout of {seconds} s stands behind {front.caller}, which answers {front.status} after"
            f" {wall:g} s while the function runs on and is billed ({_basis(_limit(project, front.limit))})",
            place=function.timeout_s.place or function.defined_at,
            function=function.id,
            severity="info" if seconds - wall <= 1 else None,
            trace=(Step(trigger.place, f"{front.caller} waits for this function"),),
        )


def fronts_of(function: Function) -> list[Trigger]:
    """The triggers that give up after a time of their own, where the caller waits for the whole answer."""
    return [t for t in function.triggers if trigger_type(t.type).limit and t.sync and not t.streaming]


def _limit(project: Project, key: str) -> Fact[int] | Applied:
    return project.limits.get("api_timeout_s") if key == "api_timeout" else limit(key)


def _basis(wall: Fact[int] | Applied) -> str:
    return wall.basis if isinstance(wall, Applied) and wall.own else f"limit as of {wall.as_of}"


def wall_s(project: Project, trigger: Trigger) -> float | None:
    """Seconds after which the front gives up, by the owners' own limit where they have one; None where the template
    sets it and it is not known."""
    if trigger.timeout_s is None:
        return float(_limit(project, trigger_type(trigger.type).limit).value)
    return trigger.timeout_s.value if isinstance(trigger.timeout_s, Known) else None
