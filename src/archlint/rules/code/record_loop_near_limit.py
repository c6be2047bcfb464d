"""AL116: a loop over a batch in a function whose timeout is close to the limit."""

from __future__ import annotations

import ast
import builtins
from collections.abc import Iterator

from archlint.code.abstract import Abstract, External, FunctionValue, Parameter
from archlint.code.call_path import way_to
from archlint.code.origin import is_event_data
from archlint.code.reach import Phase, Reach, Reached
from archlint.code.units import FUNCTIONS, Unit
from archlint.finding import Hit
from archlint.knowledge.limits import limit
from archlint.project import Project
from archlint.rulebook.page import Page

_AROUND = {"enumerate", "reversed", "sorted", "list", "tuple", "set", "iter", "zip", "range", "len"}
_QUICK = (
    *("json.", "logging.", "aws_lambda_powertools.Logger", "base64.", "datetime.", "urllib.parse."),
    *("str().", "list().", "dict().", "set()."),
)
"""What a loop may call on each pass without any work worth an invocation of its own."""
MAX_DEPTH = 3
"""Helpers within helpers that are looked into."""
_QUICK_BUILTINS = frozenset(dir(builtins)) - {"open", "exec", "eval"}


def check(project: Project, page: Page) -> Iterator[Hit]:
    """`for record in event["Records"]`, or another list of the event, that does work, with 600 s or more to run; the
    outermost loop of each way counts. Functions that somebody waits for are left alone."""
    near, most = project.limits.get("timeout_near_s"), limit("timeout_max")
    for deployed, reach in project.python_functions():
        function = deployed.function
        seconds = project.known(page.name, function, "timeout_s", function.timeout_s.value)
        if seconds is None or seconds < near.value or function.durable or function.capacity_provider:
            continue
        if function.triggers and all(trigger.sync for trigger in function.triggers):
            continue  # somebody waits, for half a minute at most: api-sync-timeout-mismatch speaks of that
        for reached in () if function.is_one_shot else reach.best.values():
            over = _batch(reached, reach)
            if over is not None:
                yield Hit(
                    message=f"a loop over what the event brings runs in a function with {seconds} s of at most"
                    f" {most.value} s: one large batch ends in a timeout and is tried again from the start{near.aside}",
                    place=reached.unit.module.place(over),
                    function=function.id,
                    trace=way_to(reached),
                )


def _batch(reached: Reached, reach: Reach) -> ast.expr | None:
    """What the first loop over a batch in a unit goes over; what such a loop calls on each pass is part of it."""
    in_loop = any(step.via is not None and step.via.context.loops for step in reached.way())
    if reached.phase is not Phase.INVOKE or in_loop:
        return None
    found = (
        over for over, work in _loops(reached.unit) if _is_batch(over, reached, reach) and _works(work, reached, reach)
    )
    return next(found, None)


def _loops(unit: Unit) -> Iterator[tuple[ast.expr, list[ast.AST]]]:
    """What each loop and comprehension of a unit goes over, and what it does on each pass."""
    for node in _own_nodes(unit.node):
        if isinstance(node, ast.For | ast.AsyncFor):
            yield node.iter, [*node.body]
        elif isinstance(node, ast.ListComp | ast.SetComp | ast.GeneratorExp):
            yield node.generators[0].iter, [node.elt]
        elif isinstance(node, ast.DictComp):
            yield node.generators[0].iter, [node.key, node.value]


def _own_nodes(root: ast.AST) -> Iterator[ast.AST]:
    """The nodes below, in order, without those of functions and classes defined there."""
    pending: list[ast.AST] = list(ast.iter_child_nodes(root))[::-1]
    while pending:
        node = pending.pop()
        if not isinstance(node, (*FUNCTIONS, ast.ClassDef)):
            yield node
            pending.extend(list(ast.iter_child_nodes(node))[::-1])


def _is_batch(node: ast.expr, reached: Reached, reach: Reach) -> bool:
    """A list of the event, also with `enumerate`, `range(len(…))` and the like around it."""
    while isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in _AROUND and node.args:
        node = node.args[0]
    return is_event_data(node, reached.unit, reached, reach.evaluator)


def _works(parts: list[ast.AST], reached: Reached, reach: Reach) -> bool:
    """Whether anything is called that may take time: neither a quick call nor a method of the event's own data."""
    calls = (node for part in parts for node in ast.walk(part) if isinstance(node, ast.Call))
    return any(not _is_quick(call, reached.unit, reach, frozenset()) for call in calls)


def _is_quick(call: ast.Call, unit: Unit, reach: Reach, within: frozenset[Unit]) -> bool:
    values = reach.evaluator.values(call.func, unit)
    return bool(values) and all(_is_quick_value(value, reach, within) for value in values)


def _is_quick_value(value: Abstract, reach: Reach, within: frozenset[Unit]) -> bool:
    if isinstance(value, External):
        return value.path.startswith(_QUICK) or value.path in _QUICK_BUILTINS
    if isinstance(value, FunctionValue) and value.unit not in within and len(within) < MAX_DEPTH:
        calls = (node for node in _own_nodes(value.unit.node) if isinstance(node, ast.Call))
        return all(_is_quick(call, value.unit, reach, within | {value.unit}) for call in calls)
    return isinstance(value, Parameter) or (isinstance(value, FunctionValue) and value.unit in within)
