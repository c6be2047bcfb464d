"""For how long a handler sleeps in all, where the code bounds it."""

from __future__ import annotations

import ast

from archlint.code.abstract import Constant
from archlint.code.reach import Call, Phase, Reach

_SLEEPS = ("time.sleep", "asyncio.sleep")


def longest_wait(reach: Reach) -> float | None:
    """Seconds that the longest sleep takes with all its repetitions; None where no bound shows, or a waiter polls."""
    longest: float = 0
    for call in reach.calls():
        if call.phase is not Phase.INVOKE:
            continue
        if call.path.endswith(".get_waiter().wait"):
            return None
        if call.path in _SLEEPS and call.node.args:
            whole = _whole(call, reach)
            if whole is None:
                return None
            longest = max(longest, whole)
    return longest


def _whole(call: Call, reach: Reach) -> float | None:
    seconds = _number(call.node.args[0], call, reach)
    if seconds is None:
        return None
    for loop in _loops(call):
        rounds = _rounds(loop, call, reach)
        if rounds is None:
            return None
        seconds *= rounds
    return seconds


def _loops(call: Call) -> list[ast.While | ast.For | ast.AsyncFor]:
    unit = call.site.unit
    if isinstance(unit.node, ast.Lambda):
        return []
    nodes = (node for statement in unit.node.body for node in ast.walk(statement))
    found = [node for node in nodes if isinstance(node, ast.While | ast.For | ast.AsyncFor)]
    return [node for node in found if any(inner is call.node for inner in ast.walk(node))]


def _rounds(loop: ast.While | ast.For | ast.AsyncFor, call: Call, reach: Reach) -> float | None:
    """The n of `for … in range(n)` or `while … < n`, or the length of a list that is written out."""
    if isinstance(loop, ast.While):
        test = loop.test
        if isinstance(test, ast.Compare) and isinstance(test.ops[0], ast.Lt | ast.LtE):
            return _number(test.comparators[0], call, reach)
        return None
    over = loop.iter
    if isinstance(over, ast.List | ast.Tuple):
        return float(len(over.elts))
    if isinstance(over, ast.Call) and isinstance(over.func, ast.Name) and over.func.id == "range" and over.args:
        return _number(over.args[:2][-1], call, reach)
    return None


def _number(node: ast.expr, call: Call, reach: Reach) -> float | None:
    """The largest of the numbers that an expression may be, if all are known."""
    values = reach.evaluator.values(node, call.site.unit)
    found = [v.value for v in values if isinstance(v, Constant) and isinstance(v.value, int | float)]
    return max(map(float, found)) if found and len(found) == len(values) else None
