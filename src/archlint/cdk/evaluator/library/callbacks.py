"""Array methods that take a function: map, forEach, filter, reduce and their like."""

from __future__ import annotations

from archlint.cdk.evaluator.library.helper import Helper, Invocation
from archlint.cdk.evaluator.operators import truth, unknown
from archlint.cdk.values import CdkValue, Open, Several

List = list[CdkValue]


def _each(at: Invocation) -> list[tuple[CdkValue, CdkValue]]:
    """Each element with what the function gives for it; a Several in place of what is not known."""
    found: list[tuple[CdkValue, CdkValue]] = []
    for position, item in enumerate(list(at.owner)):
        if isinstance(item, Several):
            at.machine.call_some(at.arguments[0], item, at.site)
            found.append((item, item))
        else:
            found.append((item, at.run(at.arguments[0], item, position, at.owner)))
    return found


def _map(at: Invocation) -> CdkValue:
    return at.memory.born_list([result for _, result in _each(at)])


def _for_each(at: Invocation) -> CdkValue:
    _each(at)
    return None


def _flat_map(at: Invocation) -> CdkValue:
    found: List = []
    for _, result in _each(at):
        found += result if isinstance(result, list) else [result]
    return at.budget.items(len(found)) or at.memory.born_list(found)


def _filter(at: Invocation) -> CdkValue:
    found: List = []
    for item, result in _each(at):
        kept = truth(result, True)
        if isinstance(kept, Open):
            found.append(Several(kept.reason))
        elif kept:
            found.append(item)
    return at.memory.born_list(found)


def _first(position: bool) -> Helper:
    def method(at: Invocation) -> CdkValue:
        for index, (item, result) in enumerate(_each(at)):
            found = truth(result, True)
            if isinstance(found, Open):
                return found
            if found:
                return index if position else item
        return -1 if position else None

    return method


def _quantifier(end: bool) -> Helper:
    def method(at: Invocation) -> CdkValue:
        doubt: Open | None = None
        for _, result in _each(at):
            found = truth(result, True)
            if isinstance(found, Open):
                doubt = found
            elif found is end:
                return end
        return doubt or not end

    return method


def _reduce(at: Invocation) -> CdkValue:
    items = list(at.owner)
    total = at.arguments[1] if len(at.arguments) > 1 else items.pop(0)
    for position, item in enumerate(items):
        if isinstance(item, Several):
            at.machine.call_some(at.arguments[0], item, at.site)
            total = unknown(item)
        else:
            total = at.run(at.arguments[0], total, item, position, at.owner)
    return total


CALLBACKS: dict[str, Helper] = {
    "map": _map,
    "forEach": _for_each,
    "flatMap": _flat_map,
    "filter": _filter,
    "find": _first(position=False),
    "findIndex": _first(position=True),
    "some": _quantifier(True),
    "every": _quantifier(False),
    "reduce": _reduce,
}
