"""AL302: an API gives up before its function does."""

from __future__ import annotations

from collections.abc import Iterator

from archlint.finding import Hit, Step
from archlint.knowledge.facts import Fact
from archlint.knowledge.limits import Applied, limit
from archlint.model.function import Trigger
from archlint.project import Project
from archlint.rulebook.page import Page
from archlint.values import Known

FRONTS = {"api": ("api_timeout", "a REST API", "504"), "http-api": ("http_api_timeout", "an HTTP API", "503")}


def check(project: Project, page: Page) -> Iterator[Hit]:
    """Only fronts whose caller waits for the whole answer; a raised integration timeout counts as it stands."""
    for deployed in project.functions:
        function = deployed.function
        fronts = [t for t in function.triggers if t.type in FRONTS and t.sync and not t.streaming]
        if not fronts:
            continue
        seconds = project.known(page.name, function, "timeout_s", function.timeout_s.value)
        if seconds is None:
            continue
        late = [
            (trigger, wall) for trigger in fronts if (wall := _wall(project, trigger)) is not None and seconds > wall
        ]
        if not late:
            continue
        trigger, wall = late[0]
        key, front, status = FRONTS[trigger.type]
        yield Hit(
            message=f"the timeout of {seconds} s stands behind {front}, which answers {status} after {wall:g} s while"
            f" the function runs on and is billed ({_basis(_limit(project, key))})",
            place=function.timeout_s.place or function.defined_at,
            function=function.id,
            severity="info" if seconds - wall <= 1 else None,
            trace=(Step(trigger.place, f"{front} waits for this function"),),
        )


def _limit(project: Project, key: str) -> Fact[int] | Applied:
    return project.limits.get("api_timeout_s") if key == "api_timeout" else limit(key)


def _basis(wall: Fact[int] | Applied) -> str:
    return wall.basis if isinstance(wall, Applied) and wall.own else f"limit as of {wall.as_of}"


def _wall(project: Project, trigger: Trigger) -> float | None:
    """Seconds after which the front gives up; None where the template sets it and it is not known."""
    if trigger.timeout_s is None:
        return float(_limit(project, FRONTS[trigger.type][0]).value)
    return trigger.timeout_s.value if isinstance(trigger.timeout_s, Known) else None
