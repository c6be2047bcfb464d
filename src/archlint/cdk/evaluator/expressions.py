"""What each kind of expression is worth."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from archlint.cdk import program as ir
from archlint.cdk.evaluator.arithmetic import binary
from archlint.cdk.evaluator.attributes import attribute, element
from archlint.cdk.evaluator.calls import call, call_method, gathered
from archlint.cdk.evaluator.comprehensions import comprehension
from archlint.cdk.evaluator.dicts import put_item, spread
from archlint.cdk.evaluator.memory import same
from archlint.cdk.evaluator.names import name_value
from archlint.cdk.evaluator.objects import Scope, Signal, Site
from archlint.cdk.evaluator.operators import contains, depends, equal, text, truth, unknown, woven
from archlint.cdk.values import CdkValue, Closure, Member, Open, Several, Unset

if TYPE_CHECKING:
    from archlint.cdk.evaluator.machine import Machine

_COMPARED = {"==": True, "!=": False, "is": True, "is-not": False}


def _template(machine: Machine, node: ir.Template, scope: Scope) -> CdkValue:
    script = scope.module.script
    values = [machine.evaluate(part, scope) for part in node.parts]
    parts = [part for value in values if isinstance(part := text(value, script), str)]
    if len(parts) < len(values):
        return woven(values, script)
    return machine.budget.text(sum(map(len, parts))) or "".join(parts)


def _list(machine: Machine, node: ir.ListOf, scope: Scope) -> CdkValue:
    return machine.memory.born_list(gathered(machine, node.items, scope))


def _dict(machine: Machine, node: ir.DictOf, scope: Scope) -> CdkValue:
    found: dict[Any, CdkValue] = machine.memory.born_dict({})
    for item in node.items:
        value = machine.evaluate(item.value, scope)
        if item.key is None:
            spread(found, value, scope)
        else:
            put_item(found, machine.evaluate(item.key, scope), value)
    return found


def _spread(machine: Machine, node: ir.Spread, scope: Scope) -> CdkValue:
    return machine.evaluate(node.value, scope)


def _attribute(machine: Machine, node: ir.Attribute, scope: Scope) -> CdkValue:
    owner = machine.evaluate(node.owner, scope)
    if owner is None and _is_optional(node):
        return None
    return attribute(machine, owner, node.name, Site(node.place, scope))


def _is_optional(node: ir.Expression) -> bool:
    """Whether a chain such as `a?.b.c()` may end early, as nothing."""
    while isinstance(node, ir.Attribute | ir.Index | ir.Call):
        if isinstance(node, ir.Attribute) and node.optional:
            return True
        node = node.function if isinstance(node, ir.Call) else node.owner
    return False


def _index(machine: Machine, node: ir.Index, scope: Scope) -> CdkValue:
    owner = machine.evaluate(node.owner, scope)
    if owner is None and _is_optional(node):
        return None
    if isinstance(node.key, ir.Call) and isinstance(node.key.function, ir.Name) and node.key.function.name == "slice":
        bounds = [machine.evaluate(part, scope) for part in node.key.arguments]
        return _slice(machine, owner, bounds)
    return element(machine, owner, machine.evaluate(node.key, scope), Site(node.place, scope))


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


def _call(machine: Machine, node: ir.Call, scope: Scope) -> CdkValue:
    site = Site(node.place, scope)
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


def _arguments(machine: Machine, node: ir.Call, scope: Scope) -> tuple[list[CdkValue], dict[Any, CdkValue]]:
    arguments = gathered(machine, node.arguments, scope)
    keywords: dict[Any, CdkValue] = machine.memory.born_dict({})
    for item in node.keywords:
        value = machine.evaluate(item.value, scope)
        if item.key is None:
            spread(keywords, value, scope)
        else:
            keywords[machine.evaluate(item.key, scope)] = value
    return arguments, keywords


def _operation(machine: Machine, node: ir.Operation, scope: Scope) -> CdkValue:
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


def _united(machine: Machine, one: CdkValue, other: CdkValue, scope: Scope) -> CdkValue:
    """`one | other` of two dicts, of which one may be open."""
    if isinstance(one, Open) and isinstance(other, Open):
        return unknown(one)
    found: dict[Any, CdkValue] = machine.memory.born_dict({})
    for value in (one, other):
        refused = machine.budget.items(len(value)) if isinstance(value, dict) else None
        spread(found, refused or value, scope)
    return found


def _shortcut(machine: Machine, node: ir.Operation, scope: Scope) -> CdkValue:
    left = machine.evaluate(node.operands[0], scope)
    return shortcut(machine, node.operator, left, lambda: machine.evaluate(node.operands[1], scope), scope)


def shortcut(machine: Machine, operator: str, left: CdkValue, rest: Callable[[], CdkValue], scope: Scope) -> CdkValue:
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


def _choice(machine: Machine, node: ir.Choice, scope: Scope) -> CdkValue:
    test = truth(machine.evaluate(node.test, scope), scope.module.script)
    if not isinstance(test, Open):
        return machine.evaluate(node.then if test else node.otherwise, scope)
    why = depends(test)
    results = machine.perhaps(
        why, lambda: machine.evaluate(node.then, scope), lambda: machine.evaluate(node.otherwise, scope)
    )
    values = [value for value in results if not isinstance(value, Signal)]
    return values[0] if values and all(same(values[0], value) for value in values) else Open(why)


def _sequence(machine: Machine, node: ir.Sequence, scope: Scope) -> CdkValue:
    machine.run_block(node.body, scope)
    return machine.evaluate(node.value, scope)


EXPRESSIONS: dict[type[Any], Callable[[Any, Any, Scope], CdkValue]] = {
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
