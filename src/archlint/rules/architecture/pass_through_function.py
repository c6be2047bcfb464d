"""AL404: a handler that only forwards its event to a service that the trigger could call itself."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from archlint.code.abstract import External
from archlint.code.calls import ServiceCall, service_calls
from archlint.code.origin import is_event_data
from archlint.code.reach import Call, Phase, Reach
from archlint.finding import Hit
from archlint.knowledge.aws_calls import constructor, direct_targets
from archlint.model.deployed import Deployed
from archlint.project import Project
from archlint.rulebook.page import Page

_BODIES = {"MessageBody", "Message", "input", "Data", "Detail"}
"""The parameters that carry what is forwarded."""

_PLAIN = ("json.", "print", "str", "logging.", "os.", "dict", "?.get", "aws_lambda_powertools.")
"""The beginnings of calls that change nothing of what is forwarded."""

MAX_STEPS = 6


def check(project: Project, page: Page) -> Iterator[Hit]:
    """Exactly one call of a service, with nothing but the event in it, and no decision before it."""
    for deployed, reach in project.python_functions():
        sent = _only_call(deployed, reach)
        if sent is None:
            continue
        call, trigger = sent
        yield Hit(
            message=f"this handler only passes its event on to {call.service}.{call.operation}; {trigger} can call"
            f" {call.service} itself",
            place=call.place,
            function=deployed.function.id,
            trace=call.way,
        )


def _only_call(deployed: Deployed, reach: Reach) -> tuple[ServiceCall, str] | None:
    """The one thing that a handler does, with the type of the trigger that could do it."""
    types = {trigger.type for trigger in deployed.function.triggers}
    running = [unit for unit, reached in reach.best.items() if reached.phase is Phase.INVOKE]
    if len(types) != 1 or len(running) != 1 or _decides(running[0].node):
        return None
    calls = service_calls(reach)
    trigger = types.pop()
    if len(calls) != 1 or not calls[0].every_invocation or calls[0].service not in direct_targets(trigger):
        return None
    others = [c for c in reach.calls() if c.phase is Phase.INVOKE]
    own = [c for c in others if c.site.unit.module.place(c.node) == calls[0].place]
    plain = all(c in own or c.path.startswith(_PLAIN) or constructor(c.path) for c in others)
    forwards = any(_forwards(c, reach) for c in own)
    return (calls[0], trigger) if plain and forwards else None


def _decides(node: ast.AST) -> bool:
    """Anything but a straight line."""
    kinds = (ast.If, ast.IfExp, ast.For, ast.AsyncFor, ast.While, ast.Match, ast.Raise, ast.ListComp, ast.BinOp)
    return any(isinstance(part, kinds) for part in ast.walk(node))


def _forwards(call: Call, reach: Reach) -> bool:
    bodies = [keyword.value for keyword in call.node.keywords if keyword.arg in _BODIES]
    return len(bodies) == 1 and _is_event(bodies[0], call, reach, 0)


def _is_event(node: ast.expr, call: Call, reach: Reach, step: int) -> bool:
    """The event or a part of it, with nothing done to it but reading and writing JSON."""
    if step > MAX_STEPS:
        return False
    if is_event_data(node, call.site.unit, call.reached, reach.evaluator):
        return True
    for value in reach.evaluator.values(node, call.site.unit):
        made = value.call if isinstance(value, External) and value.path in ("json.dumps()", "json.loads()") else None
        if made is not None and made.args and _is_event(made.args[0], call, reach, step + 1):
            return True
    return False
