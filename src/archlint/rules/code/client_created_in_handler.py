"""AL104: a service client is made again on every invocation."""

from __future__ import annotations

from collections.abc import Iterator

from archlint.code.call_path import way_to
from archlint.code.origin import varies
from archlint.code.reach import Call, Phase, Reach
from archlint.finding import Hit
from archlint.knowledge.aws_calls import constructor
from archlint.project import Project
from archlint.rulebook.page import Page


def check(project: Project, page: Page) -> Iterator[Hit]:
    """Clients whose arguments come from the event belong to the request and are left alone."""
    for deployed, reach in project.python_functions():
        calls = [call for call in reach.calls() if call.phase is Phase.INVOKE and constructor(call.path)]
        per_invocation = {call.path for call in calls}
        for call in calls:
            made = constructor(call.path)
            if made is None or made.through in per_invocation or _belongs_to_request(call, reach):
                continue
            article = "an" if made.what[0] in "AEIOaeio" else "a"
            loop = " for every pass of a loop" if call.site.context.loops else ""
            yield Hit(
                message=f"{article} {made.what} is made{loop} on every invocation",
                place=call.site.unit.module.place(call.node),
                function=deployed.function.id,
                severity="info" if deployed.function.is_one_shot else None,
                confidence="medium" if deployed.by_name else None,
                trace=way_to(call.reached),
            )


def _belongs_to_request(call: Call, reach: Reach) -> bool:
    arguments = [*call.node.args, *(keyword.value for keyword in call.node.keywords)]
    return any(varies(argument, call.site.unit, call.reached, reach.evaluator) for argument in arguments)
