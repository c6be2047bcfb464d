"""AL115: a function is paid to wait."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from archlint.code.abstract import Constant
from archlint.code.call_path import way_to
from archlint.code.reach import Call, Phase, Reach
from archlint.finding import Hit
from archlint.knowledge.limits import Applied
from archlint.project import Project
from archlint.rulebook.page import Page

LONG_IN_ALL_S = 30
"""Seconds that a bounded number of attempts may sleep in all, or a back-off at once, before it counts as waiting."""

_SLEEPS = ("time.sleep", "asyncio.sleep")


def check(project: Project, page: Page) -> Iterator[Hit]:
    """Sleeps of five seconds or more, sleeps in polling loops and waiters; durable functions wait for free. Shorter
    sleeps are back-off."""
    longest = project.limits.get("waiting_s")
    for deployed, reach in project.python_functions():
        if deployed.function.durable:
            continue
        for call in reach.calls():
            if call.phase is not Phase.INVOKE:
                continue
            what = _waits(call, reach, longest)
            if what is not None:
                yield Hit(
                    message=f"{what}, and every second of it is billed",
                    place=call.site.unit.module.place(call.node),
                    function=deployed.function.id,
                    severity="info" if deployed.function.is_one_shot else None,
                    confidence="medium" if deployed.by_name else None,
                    trace=way_to(call.reached),
                )


def _waits(call: Call, reach: Reach, longest: Applied) -> str | None:
    if call.path.endswith(".get_waiter().wait"):
        return "a waiter polls until a resource is ready"
    if call.path not in _SLEEPS or not call.node.args:
        return None
    seconds = _number(call.node.args[0], call, reach)
    if call.site.context.in_handler and (seconds or 0) < LONG_IN_ALL_S:
        return None
    if call.site.context.loops and (seconds is None or seconds >= 1) and _polls(call, seconds, reach):
        return "a loop sleeps and asks again"
    if seconds is None or seconds < longest.value:
        return None
    return f"the handler sleeps for {seconds:g} s{longest.aside}"


def _number(node: ast.expr, call: Call, reach: Reach) -> float | None:
    values = reach.evaluator.values(node, call.site.unit)
    numbers = [v.value for v in values if isinstance(v, Constant) and isinstance(v.value, int | float)]
    return min(numbers) if numbers and len(numbers) == len(values) else None


def _polls(call: Call, seconds: float | None, reach: Reach) -> bool:
    """Whether a loop around the call has no bound, or one that lets it sleep for LONG_IN_ALL_S."""
    unit = call.site.unit
    if isinstance(unit.node, ast.Lambda):
        return False
    for node in (inner for statement in unit.node.body for inner in ast.walk(statement)):
        if not isinstance(node, ast.While | ast.For) or call.node not in ast.walk(node):
            continue
        attempts = _attempts(node, call, reach)
        if attempts is None and isinstance(node, ast.While):
            return True
        if (attempts or 0) * (seconds or 0) >= LONG_IN_ALL_S:
            return True
    return False


def _attempts(loop: ast.While | ast.For, call: Call, reach: Reach) -> float | None:
    """The n of `for … in range(n)` or `while … < n`."""
    if isinstance(loop, ast.For):
        is_range = isinstance(loop.iter, ast.Call) and getattr(loop.iter.func, "id", "") == "range"
        bounds = loop.iter.args[:2] if is_range and isinstance(loop.iter, ast.Call) else []
        return _number(bounds[-1], call, reach) if bounds else None
    test = loop.test
    bounded = isinstance(test, ast.Compare) and isinstance(test.ops[0], ast.Lt | ast.LtE)
    return _number(test.comparators[0], call, reach) if bounded and isinstance(test, ast.Compare) else None
