"""What calls pass for the parameters of the repository's own functions."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator

from archlint.code.abstract import Abstract, ClassValue, FunctionValue
from archlint.code.decorators import is_static
from archlint.code.evaluate import Evaluator, Given
from archlint.code.units import Unit

MAX_CALLS = 8
"""A parameter that more calls than these give a value is left open."""


def passed_arguments(evaluator: Evaluator, calls: Iterable[tuple[ast.Call, Unit]]) -> Given:
    """By unit and parameter: the expressions that these calls pass, with the units that they stand in."""
    given: Given = {}
    for call, caller in calls:
        for value in evaluator.values(call.func, caller):
            unit, bound = _signature(value, evaluator)
            if unit is not None:
                for name, expression in _passed(call, unit, bound):
                    given.setdefault((unit, name), []).append((expression, caller))
    return {key: expressions for key, expressions in given.items() if len(expressions) <= MAX_CALLS}


def _signature(value: Abstract, evaluator: Evaluator) -> tuple[Unit | None, bool]:
    """The unit that a call runs, and whether its first parameter is bound already."""
    if isinstance(value, FunctionValue):
        return value.unit, value.unit.cls is not None and value.receiver is not None
    if isinstance(value, ClassValue):
        return evaluator.method(value.cls, "__init__"), True
    return None, False


def _passed(call: ast.Call, unit: Unit, bound: bool) -> Iterator[tuple[str, ast.expr]]:
    names = [parameter.arg for parameter in unit.parameters][1 if bound and not is_static(unit) else 0 :]
    for name, argument in zip(names, call.args, strict=False):
        if isinstance(argument, ast.Starred):
            return
        yield name, argument
    for keyword in call.keywords:
        if keyword.arg in names:
            yield keyword.arg, keyword.value
