"""AL401: a function invokes another one and waits for its answer."""

from __future__ import annotations

from collections.abc import Iterator

from archlint.code.calls import ServiceCall, service_calls
from archlint.finding import Hit
from archlint.model.deployed import Deployed
from archlint.project import Project
from archlint.rulebook.page import Page
from archlint.values import Known, known_or_none


def check(project: Project, page: Page) -> Iterator[Hit]:
    """Calls at import are not part of an invocation, and an asynchronous invoke waits for nothing."""
    for deployed, reach in project.python_functions():
        for call in service_calls(reach):
            if call.service == "lambda" and call.sync and call.every_invocation:
                yield Hit(
                    message=f"{_called(call, deployed, project)} is invoked synchronously: this function waits, and is"
                    " billed, until it has answered",
                    place=call.place,
                    function=deployed.function.id,
                    severity="info" if deployed.function.is_one_shot else None,
                    confidence="medium" if deployed.by_name else None,
                    trace=call.way,
                )


def _called(call: ServiceCall, deployed: Deployed, project: Project) -> str:
    """The function at the other end, with both timeouts where they are known."""
    other = _other(call, deployed, project)
    if other is None:
        named = f"{call.target.value!r}" if isinstance(call.target, Known) else "another function"
        return f"the function that {call.variable} names" if call.variable else named
    own, theirs = (known_or_none(d.function.timeout_s.value) for d in (deployed, other))
    times = f" (timeout {theirs} s; {own} s here)" if own is not None and theirs is not None else ""
    return f"{other.function.name}{times}"


def _other(call: ServiceCall, deployed: Deployed, project: Project) -> Deployed | None:
    by_id = {other.function.id: other for other in project.functions}
    for link in project.architecture.links:
        is_named = link.kind == "env" and link.source == deployed.function.id and link.detail == call.variable
        if is_named and link.target in by_id:
            return by_id[link.target]
    return None
