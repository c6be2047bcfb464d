"""What each kind of expression is worth."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from archlint.readers.cdk import program as ir
from archlint.readers.cdk.evaluator.arithmetic import binary
from archlint.readers.cdk.evaluator.attributes import attribute, element
from archlint.readers.cdk.evaluator.budget import MAX_ITEMS
from archlint.readers.cdk.evaluator.calls import call, call_method, gathered
from archlint.readers.cdk.evaluator.iterate import distinct, each
from archlint.readers.cdk.evaluator.memory import same
from archlint.readers.cdk.evaluator.names import name_value
from archlint.readers.cdk.evaluator.objects import CallSite, NameScope, Signal
from archlint.readers.cdk.evaluator.operators import contains, depends, equal, key_of, text, truth, unknown, woven
from archlint.readers.cdk.evaluator.targets import bind
from archlint.readers.cdk.values import REST, CdkInstance, CdkValue, Closure, Member, Open, Several, Unset

if TYPE_CHECKING:
    from archlint.readers.cdk.evaluator.machine import Machine


def spread(found: dict[Any, CdkValue], value: CdkValue, scope: NameScope) -> None:
    """`**value` and `...value`: an open one may replace every key so far."""
    if isinstance(value, CdkInstance) and scope.module.script and value.made is None:
        value = value.attributes
    if isinstance(value, dict):
        if REST in value:
            spread(found, value[REST], scope)
        found.update(value)
    elif value is None or isinstance(value, bool | Unset) or (isinstance(value, str) and not value):
        return
    else:
        reason = unknown(value)
        for key in found:
            found[key] = reason
        found[REST] = reason


def put_item(found: dict[Any, CdkValue], key: CdkValue, value: CdkValue) -> None:
    key = key_of(found, key)
    if isinstance(key, Open | list | dict):
        found[REST] = unknown(key)
        return
    found.pop(key, None)
    found[key] = value


def comprehension(machine: Machine, node: ir.Comprehension, scope: NameScope) -> CdkValue:
    inner = NameScope(scope.module, scope, "block", scope.frame)
    machine.memory.born_dict(inner.variables)
    found: list[CdkValue] = []
    _rounds(machine, node, 0, inner, found)
    if node.kind != "dict":
        if node.kind == "set":
            found = distinct(machine, found, scope.module.script)
        return machine.memory.born_list(found)
    result: dict[Any, CdkValue] = machine.memory.born_dict({})
    for pair in found:
        if isinstance(pair, list) and len(pair) == 2:
            put_item(result, pair[0], pair[1])
        else:
            result[REST] = unknown(pair)
    return result


def _rounds(machine: Machine, node: ir.Comprehension, level: int, scope: NameScope, found: list[CdkValue]) -> None:
    if level == len(node.loops):
        value = machine.evaluate(node.element, scope)
        if len(found) < MAX_ITEMS:
            found.append(value)
        return
    target, iterable, conditions = node.loops[level]
    items = each(machine, machine.evaluate(iterable, scope), scope.module.script)
    for item in [Several(items.reason)] if isinstance(items, Open) else items:
        if isinstance(item, Several):
            _uncertain(machine, node, level, scope, found, unknown(item), target, conditions)
            continue
        bind(machine, target, item, scope, declares=True)
        test = _all(machine, conditions, scope)
        if isinstance(test, Open):
            _uncertain(machine, node, level, scope, found, test)
        elif test:
            _rounds(machine, node, level + 1, scope, found)


def _uncertain(
    machine: Machine,
    node: ir.Comprehension,
    level: int,
    scope: NameScope,
    found: list[CdkValue],
    why: Open,
    target: ir.Target | None = None,
    conditions: tuple[ir.Expression, ...] = (),
) -> None:
    """A round that may take place, or any number of them: its elements are evaluated for what they make."""

    def body() -> None:
        if target is not None:
            bind(machine, target, why, scope, declares=True)
            for condition in conditions:
                machine.evaluate(condition, scope)
        _rounds(machine, node, level + 1, scope, [])

    machine.maybe(depends(why), body)
    found.append(Several(why.reason))


def _all(machine: Machine, conditions: tuple[ir.Expression, ...], scope: NameScope) -> bool | Open:
    for condition in conditions:
        found = truth(machine.evaluate(condition, scope), scope.module.script)
        if found is not True:
            return found
    return True


_COMPARED = {"==": True, "!=": False, "is": True, "is-not": False}


def _template(machine: Machine, node: ir.Template, scope: NameScope) -> CdkValue:
    script = scope.module.script
    values = [machine.evaluate(part, scope) for part in node.parts]
    parts = [part for value in values if isinstance(part := text(value, script), str)]
    if len(parts) < len(values):
        return woven(values, script)
    return machine.budget.text(sum(map(len, parts))) or "".join(parts)


def _list(machine: Machine, node: ir.ListOf, scope: NameScope) -> CdkValue:
    return machine.memory.born_list(gathered(machine, node.items, scope))


def _dict(machine: Machine, node: ir.DictOf, scope: NameScope) -> CdkValue:
    found: dict[Any, CdkValue] = machine.memory.born_dict({})
    for item in node.items:
        value = machine.evaluate(item.value, scope)
        if item.key is None:
            spread(found, value, scope)
        else:
            put_item(found, machine.evaluate(item.key, scope), value)
    return found


def _spread(machine: Machine, node: ir.Spread, scope: NameScope) -> CdkValue:
    return machine.evaluate(node.value, scope)


def _attribute(machine: Machine, node: ir.Attribute, scope: NameScope) -> CdkValue:
    owner = machine.evaluate(node.owner, scope)
    if owner is None and _is_optional(node):
        return None
    return attribute(machine, owner, node.name, CallSite(node.place, scope))


def _is_optional(node: ir.Expression) -> bool:
    """Whether a chain such as `a?.b.c()` may end early, as nothing."""
    while isinstance(node, ir.Attribute | ir.Index | ir.Call):
        if isinstance(node, ir.Attribute) and node.optional:
            return True
        node = node.function if isinstance(node, ir.Call) else node.owner
    return False


def _index(machine: Machine, node: ir.Index, scope: NameScope) -> CdkValue:
    owner = machine.evaluate(node.owner, scope)
    if owner is None and _is_optional(node):
        return None
    if isinstance(node.key, ir.Call) and isinstance(node.key.function, ir.Name) and node.key.function.name == "slice":
        bounds = [machine.evaluate(part, scope) for part in node.key.arguments]
        return _slice(machine, owner, bounds)
    return element(machine, owner, machine.evaluate(node.key, scope), CallSite(node.place, scope))


def _slice(machine: Machine, owner: CdkValue, bounds: list[CdkValue]) -> CdkValue:
    for value in (owner, *bounds):
        if isinstance(value, Open):
            return unknown(value)
    if not isinstance(owner, str | list) or not all(isinstance(b, int) or b is None for b in bounds):
        return unknown(owner)
    if isinstance(owner, list):
        for item in owner:
            if isinstance(item, Several):
                return unknown(item)
    try:
        return machine.budget.items(len(owner)) or owner[slice(*bounds)]
    except ValueError:
        return Open("a slice with a step of zero")


def _call(machine: Machine, node: ir.Call, scope: NameScope) -> CdkValue:
    site = CallSite(node.place, scope)
    target = node.function
    if isinstance(target, ir.Attribute):
        owner = machine.evaluate(target.owner, scope)
        if owner is None and _is_optional(target):
            return None
        arguments, keywords = _arguments(machine, node, scope)
        return call_method(machine, owner, target.name, arguments, keywords, site)
    function = machine.evaluate(target, scope)
    if function is None and _is_optional(target):
        return None
    arguments, keywords = _arguments(machine, node, scope)
    return call(machine, function, arguments, keywords, site)


def _arguments(machine: Machine, node: ir.Call, scope: NameScope) -> tuple[list[CdkValue], dict[Any, CdkValue]]:
    arguments = gathered(machine, node.arguments, scope)
    keywords: dict[Any, CdkValue] = machine.memory.born_dict({})
    for item in node.keywords:
        value = machine.evaluate(item.value, scope)
        if item.key is None:
            spread(keywords, value, scope)
        else:
            keywords[machine.evaluate(item.key, scope)] = value
    return arguments, keywords


def _operation(machine: Machine, node: ir.Operation, scope: NameScope) -> CdkValue:
    script = scope.module.script
    name = node.operator
    if name in ("and", "or", "??"):
        return _shortcut(machine, node, scope)
    values = [machine.evaluate(operand, scope) for operand in node.operands]
    if name == "not":
        found = truth(values[0], script)
        return found if isinstance(found, Open) else not found
    if name == "neg":
        return binary("-", 0, values[0], script, machine.budget)
    one, other = values
    if name in _COMPARED:
        found = equal(one, other, script, machine.budget)
        return found if isinstance(found, Open) else found is _COMPARED[name]
    if name in ("in", "not-in"):
        if script and isinstance(other, list):
            return Open("whether an array has an index")
        found = contains(one, other, script, machine.budget)
        return found if isinstance(found, Open) else found is (name == "in")
    if name == "|" and not script and isinstance(one, dict | Open) and isinstance(other, dict | Open):
        return _united(machine, one, other, scope)
    result = binary(name, one, other, script, machine.budget)
    return machine.memory.born_list(result) if isinstance(result, list) else result


def _united(machine: Machine, one: CdkValue, other: CdkValue, scope: NameScope) -> CdkValue:
    """`one | other` of two dicts, of which one may be open."""
    if isinstance(one, Open) and isinstance(other, Open):
        return unknown(one)
    found: dict[Any, CdkValue] = machine.memory.born_dict({})
    for value in (one, other):
        refused = machine.budget.items(len(value)) if isinstance(value, dict) else None
        spread(found, refused or value, scope)
    return found


def _shortcut(machine: Machine, node: ir.Operation, scope: NameScope) -> CdkValue:
    left = machine.evaluate(node.operands[0], scope)
    return shortcut(machine, node.operator, left, lambda: machine.evaluate(node.operands[1], scope), scope)


def shortcut(
    machine: Machine, operator: str, left: CdkValue, rest: Callable[[], CdkValue], scope: NameScope
) -> CdkValue:
    """`and`, `or` and `??`: the right side only where the left one asks for it."""
    if operator == "??":
        if left is None or isinstance(left, Unset):
            return rest()
        known: bool | Open = unknown(left) if isinstance(left, Open) else True
    else:
        if operator == "or" and isinstance(left, Unset):
            return rest()
        known = truth(left, scope.module.script)
    if not isinstance(known, Open):
        return left if known is (operator != "and") else rest()
    right = machine.maybe(depends(known), rest)
    if not isinstance(right, Signal) and same(left, right):
        return left
    return woven((left,), scope.module.script) if isinstance(left, Member) and operator != "and" else known


def _choice(machine: Machine, node: ir.Choice, scope: NameScope) -> CdkValue:
    test = truth(machine.evaluate(node.test, scope), scope.module.script)
    if not isinstance(test, Open):
        return machine.evaluate(node.then if test else node.otherwise, scope)
    why = depends(test)
    results = machine.perhaps(
        why, lambda: machine.evaluate(node.then, scope), lambda: machine.evaluate(node.otherwise, scope)
    )
    values = [value for value in results if not isinstance(value, Signal)]
    return values[0] if values and all(same(values[0], value) for value in values) else Open(why)


def _sequence(machine: Machine, node: ir.Sequence, scope: NameScope) -> CdkValue:
    machine.run_block(node.body, scope)
    return machine.evaluate(node.value, scope)


EXPRESSIONS: dict[type[Any], Callable[[Any, Any, NameScope], CdkValue]] = {
    ir.Literal: lambda _machine, node, _scope: node.value,
    ir.Template: _template,
    ir.ListOf: _list,
    ir.DictOf: _dict,
    ir.Spread: _spread,
    ir.Name: lambda _machine, node, scope: name_value(node.name, scope),
    ir.Attribute: _attribute,
    ir.Index: _index,
    ir.Call: _call,
    ir.Operation: _operation,
    ir.Choice: _choice,
    ir.Comprehension: comprehension,
    ir.Sequence: _sequence,
    ir.Function: lambda _machine, node, scope: Closure(node, scope.outside_classes()),
    ir.Opaque: lambda _machine, node, _scope: Open(node.reason),
}
