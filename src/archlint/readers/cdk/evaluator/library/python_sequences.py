"""Python's built-in functions that make or go through lists and dicts; iterators are lists."""

from __future__ import annotations

from typing import Any

from archlint.readers.cdk.evaluator.arithmetic import binary
from archlint.readers.cdk.evaluator.iterate import distinct
from archlint.readers.cdk.evaluator.library.helper import Helper, Invocation, strict
from archlint.readers.cdk.evaluator.library.list_methods import arranged
from archlint.readers.cdk.evaluator.operators import truth, unknown
from archlint.readers.cdk.values import CdkValue, Open, Several


def _list(at: Invocation) -> CdkValue:
    items = at.items(at.arguments[0]) if at.arguments else []
    return items if isinstance(items, Open) else at.memory.born_list(items)


def _set(at: Invocation) -> CdkValue:
    items = at.items(at.arguments[0]) if at.arguments else []
    return items if isinstance(items, Open) else at.memory.born_list(distinct(at.machine, items, at.script))


def _dict(at: Invocation) -> CdkValue:
    found: dict[Any, CdkValue] = {}
    if at.arguments and isinstance(at.arguments[0], dict):
        found.update(at.arguments[0])
    elif at.arguments:
        pairs = at.all_items(at.arguments[0])
        if isinstance(pairs, Open):
            return pairs
        for key, value in pairs:
            found[tuple(key) if isinstance(key, list) else key] = value
    found.update(at.keywords)
    return at.memory.born_dict(found)


def _sorted(at: Invocation) -> CdkValue:
    items = at.all_items(at.arguments[0])
    if isinstance(items, Open):
        return items
    reverse = truth(at.keywords.get("reverse", False), at.script)
    result = arranged(at.machine, items, at.keywords.get("key"), at.site)
    if isinstance(result, Open) or isinstance(reverse, Open):
        return result if isinstance(result, Open) else reverse
    return at.memory.born_list(result[::-1] if reverse else result)


def _reversed(at: Invocation, value: CdkValue) -> CdkValue:
    items = at.all_items(value)
    return items if isinstance(items, Open) else at.memory.born_list(items[::-1])


def _enumerate(at: Invocation, value: CdkValue, start: int = 0) -> CdkValue:
    items = at.all_items(value)
    if isinstance(items, Open):
        return items
    return at.memory.born_list([[start + position, item] for position, item in enumerate(items)])


def _zip(at: Invocation) -> CdkValue:
    columns: list[list[CdkValue]] = []
    for value in at.arguments:
        items = at.all_items(value)
        if isinstance(items, Open):
            return items
        columns.append(items)
    return at.memory.born_list([list(row) for row in zip(*columns, strict=False)])


def _range(at: Invocation, *bounds: CdkValue) -> CdkValue:
    if not all(isinstance(bound, int) for bound in bounds):
        return unknown(next(bound for bound in bounds if not isinstance(bound, int)))
    numbers = range(*bounds)
    try:
        refused = at.budget.items(len(numbers))
    except OverflowError:
        refused = at.budget.items(10**9)
    if refused is not None:
        return at.machine.beyond(refused, at.site.place)
    return at.memory.born_list(list(numbers))


def _map(at: Invocation) -> CdkValue:
    function, value = at.arguments[0], at.arguments[1]
    items = at.items(value)
    if isinstance(items, Open):
        at.machine.call_some(function, items, at.site, 1)
        return items
    found: list[CdkValue] = []
    for item in items:
        if isinstance(item, Several):
            at.machine.call_some(function, item, at.site, 1)
            found.append(item)
        else:
            found.append(at.run(function, item))
    return at.memory.born_list(found)


def _filter(at: Invocation) -> CdkValue:
    function, value = at.arguments
    items = at.items(value)
    if isinstance(items, Open):
        return items
    found: list[CdkValue] = []
    for item in items:
        if isinstance(item, Several):
            found.append(item)
            continue
        kept = truth(item if function is None else at.run(function, item), at.script)
        if isinstance(kept, Open):
            found.append(Several(kept.reason))
        elif kept:
            found.append(item)
    return at.memory.born_list(found)


def _sum(at: Invocation, value: CdkValue, start: CdkValue = 0) -> CdkValue:
    items = at.all_items(value)
    if isinstance(items, Open):
        return items
    total = start
    for item in items:
        total = binary("+", total, item, at.script, at.budget)
    return total


def _extreme(take: int) -> Helper:
    def helper(at: Invocation) -> CdkValue:
        items = at.all_items(at.arguments[0]) if len(at.arguments) == 1 else at.arguments
        result = items if isinstance(items, Open) else arranged(at.machine, items, at.keywords.get("key"), at.site)
        if isinstance(result, Open):
            return result
        return result[take] if result else at.keywords.get("default", Open("the extreme of an empty list"))

    return helper


def _quantifier(end: bool) -> Helper:
    def helper(at: Invocation) -> CdkValue:
        items = at.items(at.arguments[0])
        if isinstance(items, Open):
            return items
        doubt: Open | None = None
        for item in items:
            found = truth(item, at.script)
            if isinstance(found, Open):
                doubt = found
            elif found is end:
                return end
        return doubt or not end

    return helper


def _next(at: Invocation) -> CdkValue:
    items = at.items(at.arguments[0])
    if isinstance(items, Open):
        return items
    if items:
        return unknown(items[0]) if isinstance(items[0], Several) else items[0]
    return at.arguments[1] if len(at.arguments) > 1 else Open("the next of nothing")


def _reduce(at: Invocation) -> CdkValue:
    items = at.all_items(at.arguments[1])
    if isinstance(items, Open):
        return items
    total = at.arguments[2] if len(at.arguments) > 2 else items.pop(0)
    for item in items:
        total = at.run(at.arguments[0], total, item)
    return total


HELPERS: dict[str, Helper] = {
    "builtins.list": _list,
    "builtins.tuple": _list,
    "builtins.iter": _list,
    "builtins.set": _set,
    "builtins.frozenset": _set,
    "builtins.dict": _dict,
    "builtins.sorted": _sorted,
    "builtins.reversed": strict(_reversed),
    "builtins.enumerate": strict(_enumerate),
    "builtins.zip": _zip,
    "builtins.range": strict(_range),
    "builtins.map": _map,
    "builtins.filter": _filter,
    "builtins.sum": strict(_sum),
    "builtins.min": _extreme(0),
    "builtins.max": _extreme(-1),
    "builtins.any": _quantifier(True),
    "builtins.all": _quantifier(False),
    "builtins.next": _next,
    "functools.reduce": _reduce,
    "collections.OrderedDict": _dict,
}
