"""Methods of lists (also Python's tuples and sets, TypeScript's arrays and Set)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from archlint.readers.cdk.evaluator.iterate import distinct
from archlint.readers.cdk.evaluator.library.helper import Helper, Invocation
from archlint.readers.cdk.evaluator.library.text_methods import joined
from archlint.readers.cdk.evaluator.objects import CallSite
from archlint.readers.cdk.evaluator.operators import contains, equal, truth, unknown
from archlint.readers.cdk.values import CdkValue, FilePath, Open, Several

if TYPE_CHECKING:
    from archlint.readers.cdk.evaluator.machine import Machine


def arranged(machine: Machine, items: list[CdkValue], key: CdkValue, site: CallSite) -> list[CdkValue] | Open:
    """The elements in rising order of what `key` gives for them."""
    marked: list[tuple[CdkValue, int]] = []
    for position, item in enumerate(items):
        value = item if key is None else machine.call(key, [item], {}, site)
        plain = _comparable(value)
        if isinstance(plain, Open):
            return plain
        marked.append((plain, position))
    kinds = {_kind(value) for value, _ in marked}
    if len(kinds) > 1:
        return Open("an order of values of several kinds")
    return [items[position] for _, position in sorted(marked)]


def _comparable(value: CdkValue) -> CdkValue:
    if isinstance(value, FilePath):
        return value.text
    if isinstance(value, list) and all(isinstance(part, str | int | float) for part in value):
        return tuple(value)
    return value if isinstance(value, str | int | float) else unknown(value)


def _kind(value: CdkValue) -> CdkValue:
    if isinstance(value, tuple):
        return tuple(_kind(part) for part in value)
    return "number" if isinstance(value, int | float) else "text"


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


def call(at: Invocation, name: str) -> CdkValue:
    """`owner.name(arguments)`."""
    if at.script and name in CALLBACKS:
        return CALLBACKS[name](at)
    method = (_SCRIPT if at.script else _PYTHON).get(name)
    return Open("a method of a list that archlint does not follow") if method is None else method(at)


def _append(at: Invocation) -> CdkValue:
    refused = at.budget.items(len(at.owner) // 10 + len(at.arguments))
    if refused is None and len(at.owner) < 10_000:
        at.memory.touch(at.owner).extend(at.arguments)
    return len(at.owner) if at.script else None


def _extend(at: Invocation) -> CdkValue:
    for value in at.arguments:
        items = at.items(value)
        added = [Several(items.reason)] if isinstance(items, Open) else items
        _append(at.with_arguments(*added))
    return None


def _insert(at: Invocation) -> CdkValue:
    if isinstance(at.arguments[0], Open):
        at.memory.touch(at.owner)[:] = [Several(at.arguments[0].reason)]
    else:
        at.memory.touch(at.owner).insert(at.arguments[0], at.arguments[1])
    return None


def _pop(at: Invocation) -> CdkValue:
    position = at.arguments[0] if at.arguments else -1
    doubtful = next((item for item in at.owner if isinstance(item, Several)), None)
    if doubtful is not None or isinstance(position, Open):
        return unknown(doubtful if doubtful is not None else position)
    if not at.owner:
        return None if at.script else Open("an element of an empty list")
    return at.memory.touch(at.owner).pop(position)


def _shift(at: Invocation) -> CdkValue:
    return _pop(at.with_arguments(0))


def _unshift(at: Invocation) -> CdkValue:
    at.memory.touch(at.owner)[:0] = at.arguments
    return len(at.owner)


def _remove(at: Invocation) -> CdkValue:
    for position, item in enumerate(at.owner):
        found = unknown(item) if isinstance(item, Several) else equal(item, at.arguments[0], at.script, at.budget)
        if isinstance(found, Open):
            at.memory.touch(at.owner)[:] = [Several(found.reason)]
            return found
        if found:
            at.memory.touch(at.owner).pop(position)
            return True
    return False


def _sort(at: Invocation) -> CdkValue:
    result: List | Open
    if at.script and at.arguments:
        result = Open("an order by a comparison")
    else:
        items = at.all_items(at.owner)
        result = items if isinstance(items, Open) else arranged(at.machine, items, at.keywords.get("key"), at.site)
    reverse = truth(at.keywords.get("reverse", False), at.script)
    if isinstance(reverse, Open) or isinstance(result, Open):
        why = result if isinstance(result, Open) else unknown(reverse)
        at.memory.touch(at.owner)[:] = [Several(why.reason)] * (len(at.owner) > 0)
    else:
        at.memory.touch(at.owner)[:] = result[::-1] if reverse else result
    return at.owner if at.script else None


def _reverse(at: Invocation) -> CdkValue:
    at.memory.touch(at.owner).reverse()
    return at.owner if at.script else None


def _index(at: Invocation) -> CdkValue:
    for position, item in enumerate(at.owner):
        found = unknown(item) if isinstance(item, Several) else equal(item, at.arguments[0], at.script, at.budget)
        if isinstance(found, Open):
            return found
        if found:
            return position
    return -1 if at.script else Open("the index of what is not in a list")


def _count(at: Invocation) -> CdkValue:
    total = 0
    for item in at.owner:
        found = unknown(item) if isinstance(item, Several) else equal(item, at.arguments[0], at.script, at.budget)
        if isinstance(found, Open):
            return found
        total += found
    return total


def _copy(at: Invocation) -> CdkValue:
    return at.budget.items(len(at.owner)) or at.memory.born_list(list(at.owner))


def _clear(at: Invocation) -> CdkValue:
    at.memory.touch(at.owner).clear()
    return None


def _add(at: Invocation) -> CdkValue:
    """Of a set."""
    if contains(at.arguments[0], at.owner, at.script, at.budget) is not True:
        _append(at.with_arguments(at.arguments[0]))
    return at.owner if at.script else None


def _union(at: Invocation) -> CdkValue:
    found = list(at.owner)
    for value in at.arguments:
        items = at.items(value)
        found += [Several(items.reason)] if isinstance(items, Open) else items
    return at.memory.born_list(distinct(at.machine, found, at.script))


def _concat(at: Invocation) -> CdkValue:
    found = list(at.owner)
    for value in at.arguments:
        if isinstance(value, Open):
            found.append(Several(value.reason))
        else:
            found += value if isinstance(value, list) else [value]
    return at.budget.items(len(found)) or at.memory.born_list(found)


def _join(at: Invocation) -> CdkValue:
    separator = at.arguments[0] if at.arguments else ","
    return joined(at, separator, at.owner) if isinstance(separator, str) else unknown(separator)


def _includes(at: Invocation) -> CdkValue:
    return contains(at.arguments[0], at.owner, at.script, at.budget)


def _slice(at: Invocation) -> CdkValue:
    doubtful = [v for v in at.arguments if isinstance(v, Open)] + [v for v in at.owner if isinstance(v, Several)]
    if doubtful:
        return unknown(doubtful[0])
    start, end = [*at.arguments, None, None][:2]
    return at.budget.items(len(at.owner)) or at.memory.born_list(at.owner[start:end])


def _splice(at: Invocation) -> CdkValue:
    doubtful = next((v for v in (*at.arguments[:2], *at.owner) if isinstance(v, Open)), None)
    if doubtful is not None:
        at.memory.touch(at.owner)[:] = [Several(doubtful.reason)]
        return unknown(doubtful)
    start = at.arguments[0] if at.arguments[0] >= 0 else max(0, len(at.owner) + at.arguments[0])
    end = start + at.arguments[1] if len(at.arguments) > 1 else len(at.owner)
    taken = at.owner[start:end]
    at.memory.touch(at.owner)[start:end] = at.arguments[2:]
    return at.memory.born_list(taken)


def _pairs(at: Invocation) -> CdkValue:
    items = at.all_items(at.owner)
    return items if isinstance(items, Open) else at.memory.born_list([[n, item] for n, item in enumerate(items)])


def _at(at: Invocation) -> CdkValue:
    items = at.all_items(at.owner)
    if isinstance(items, Open):
        return items
    position = at.arguments[0]
    return items[position] if -len(items) <= position < len(items) else None


def _flat(at: Invocation) -> CdkValue:
    return _concat(Invocation(at.machine, at.site, at.owner, owner=[]))


def _fill(at: Invocation) -> CdkValue:
    at.memory.touch(at.owner)[:] = [at.arguments[0]] * len(at.owner)
    return at.owner


_PYTHON: dict[str, Helper] = {
    "append": _append,
    "extend": _extend,
    "insert": _insert,
    "pop": _pop,
    "remove": _remove,
    "discard": _remove,
    "sort": _sort,
    "reverse": _reverse,
    "index": _index,
    "count": _count,
    "copy": _copy,
    "clear": _clear,
    "add": _add,
    "update": _extend,
    "union": _union,
}
_SCRIPT: dict[str, Helper] = {
    "push": _append,
    "pop": _pop,
    "shift": _shift,
    "unshift": _unshift,
    "delete": _remove,
    "sort": _sort,
    "reverse": _reverse,
    "indexOf": _index,
    "clear": _clear,
    "add": _add,
    "concat": _concat,
    "join": _join,
    "includes": _includes,
    "has": _includes,
    "slice": _slice,
    "splice": _splice,
    "entries": _pairs,
    "values": _copy,
    "at": _at,
    "flat": _flat,
    "fill": _fill,
}
