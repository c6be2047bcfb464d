"""Arithmetic, order, and joining of texts, lists and paths."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable
from typing import Any

from archlint.readers.cdk.evaluator import paths
from archlint.readers.cdk.evaluator.budget import MAX_NUMBER, Budget
from archlint.readers.cdk.evaluator.operators import as_plain, short, text, unknown, woven
from archlint.readers.cdk.values import CdkReference, CdkValue, FilePath, Made, Member, Open, Woven

_ARITHMETIC: dict[str, Callable[[Any, Any], Any]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "//": operator.floordiv,
    "%": operator.mod,
    "|": operator.or_,
    "&": operator.and_,
    "^": operator.xor,
    ">>": operator.rshift,
}
_ORDER: dict[str, Callable[[Any, Any], Any]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
_PLACEHOLDER = re.compile(r"%(?:\((\w+)\))?([sd%])")


def binary(name: str, one: CdkValue, other: CdkValue, script: bool, budget: Budget) -> CdkValue:
    """Arithmetic, comparison of order, and joining of texts, lists and paths."""
    one, other = as_plain(one), as_plain(other)
    for value in (one, other):
        if isinstance(value, Open | Member | Made | CdkReference):
            is_text = name == "+" and any(isinstance(side, str | Woven) for side in (one, other))
            return woven((one, other), script) if is_text else unknown(value)
    if isinstance(one, FilePath) and name == "/":
        part = text(other, script)
        return FilePath(paths.join([one.text, part])) if isinstance(part, str) else part
    if isinstance(one, str) and name == "%" and not script:
        return _formatted(one, other, script, budget)
    if name == "+" and script and (isinstance(one, str) or isinstance(other, str)):
        one, other = text(one, script), text(other, script)
        for value in (one, other):
            if isinstance(value, Open):
                return value
    if isinstance(one, str | list) or isinstance(other, str | list | dict):
        return _joined(name, one, other, budget)
    if isinstance(one, int | float) and isinstance(other, int | float):
        return _number(name, one, other, script)
    return Open(f"'{name}' of values that are no numbers or texts")


def _joined(name: str, one: CdkValue, other: CdkValue, budget: Budget) -> CdkValue:
    if name == "*" and isinstance(one, int) and not isinstance(other, int):
        one, other = other, one
    if name == "*" and isinstance(one, str | list) and isinstance(other, int):
        length = len(one) * max(0, other)
        refused = budget.text(length) if isinstance(one, str) else budget.items(length)
        return refused or one * other
    if name == "+" and isinstance(one, str) and isinstance(other, str):
        return budget.text(len(one) + len(other)) or one + other
    if name == "+" and isinstance(one, list) and isinstance(other, list):
        return budget.items(len(one) + len(other)) or one + other
    if name in _ORDER and isinstance(one, str) and isinstance(other, str):
        return _ORDER[name](one, other)
    if isinstance(one, list) and isinstance(other, list) and name in "|&-^":
        return Open("set operations are not followed")
    return Open(f"'{name}' of values that do not fit together")


def _number(name: str, one: float, other: float, script: bool) -> CdkValue:
    try:
        if name in _ORDER:
            return _ORDER[name](one, other)
        if name == "/":
            return short(one / other) if script else one / other
        if name == "**" and (abs(one) > 1_000_000 or abs(other) > 200):
            return Open("a number too large to follow")
        if name == "<<" and not 0 <= other <= 64:
            return Open("a number too large to follow")
        if name in ("**", "<<"):
            result = one**other if name == "**" else int(one) << int(other)
        else:
            result = _ARITHMETIC[name](one, other)
    except (ArithmeticError, TypeError, ValueError, KeyError):
        return Open(f"'{name}' has no result here")
    if isinstance(result, complex) or not abs(result) < MAX_NUMBER:
        return Open("a number too large to follow")
    return short(result) if script else result


def _formatted(pattern: str, values: CdkValue, script: bool, budget: Budget) -> CdkValue:
    """`"%s-%s" % (a, b)` with plain placeholders."""
    if re.sub(_PLACEHOLDER, "", pattern).count("%"):
        return Open("a text with a format that is not followed")
    queue = list(values) if isinstance(values, list) else [values]
    parts: list[str] = []
    end = 0
    for match in _PLACEHOLDER.finditer(pattern):
        value: CdkValue = "%"
        if match.group(1) is not None:
            value = values.get(match.group(1)) if isinstance(values, dict) else None
        elif match.group(2) != "%":
            value = queue.pop(0) if queue else Open("a text with too few values")
        part = text(value, script)
        if isinstance(part, Open):
            return part
        parts += [pattern[end : match.start()], part]
        end = match.end()
    parts.append(pattern[end:])
    return budget.text(sum(map(len, parts))) or "".join(parts)
