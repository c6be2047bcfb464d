"""Comprehensions and generator expressions; the latter are lists."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from archlint.cdk import program as ir
from archlint.cdk.evaluator.budget import MAX_ITEMS
from archlint.cdk.evaluator.dicts import put_item
from archlint.cdk.evaluator.iterate import distinct, each
from archlint.cdk.evaluator.objects import Scope
from archlint.cdk.evaluator.operators import depends, truth, unknown
from archlint.cdk.evaluator.targets import bind
from archlint.cdk.values import REST, CdkValue, Open, Several

if TYPE_CHECKING:
    from archlint.cdk.evaluator.machine import Machine


def comprehension(machine: Machine, node: ir.Comprehension, scope: Scope) -> CdkValue:
    inner = Scope(scope.module, scope, "block", scope.frame)
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


def _rounds(machine: Machine, node: ir.Comprehension, level: int, scope: Scope, found: list[CdkValue]) -> None:
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
    scope: Scope,
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


def _all(machine: Machine, conditions: tuple[ir.Expression, ...], scope: Scope) -> bool | Open:
    for condition in conditions:
        found = truth(machine.evaluate(condition, scope), scope.module.script)
        if found is not True:
            return found
    return True
