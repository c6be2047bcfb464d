"""Assignments: names, attributes, elements and patterns."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from archlint.readers.cdk import program as ir
from archlint.readers.cdk.evaluator.attributes import assign_attribute, attribute
from archlint.readers.cdk.evaluator.iterate import each
from archlint.readers.cdk.evaluator.objects import CallSite, LoadedModule, NameScope
from archlint.readers.cdk.evaluator.operators import key_of, unknown
from archlint.readers.cdk.values import REST, CdkInstance, CdkValue, Made, Member, Open, Several, Unset

if TYPE_CHECKING:
    from archlint.readers.cdk.evaluator.machine import Machine


def bind(machine: Machine, target: ir.Target, value: CdkValue, scope: NameScope, declares: bool = False) -> None:
    """`target = value`."""
    if isinstance(target, ir.Name):
        holder = scope.binder(target.name, declares)
        machine.memory.put(holder.variables, target.name, value, named=not scope.module.script)
    elif isinstance(target, ir.Attribute):
        assign_attribute(
            machine, machine.evaluate(target.owner, scope), target.name, value, CallSite(target.place, scope)
        )
    elif isinstance(target, ir.Index):
        owner, key = machine.evaluate(target.owner, scope), machine.evaluate(target.key, scope)
        assign_element(machine, owner, key, value, CallSite(target.place, scope))
    elif isinstance(target, ir.ListTarget):
        _bind_list(machine, target, value, scope, declares)
    else:
        _bind_object(machine, target, value, scope, declares)


def assign_element(machine: Machine, owner: CdkValue, key: CdkValue, value: CdkValue, site: CallSite) -> None:
    """`owner[key] = value`."""
    if isinstance(owner, dict):
        key = key_of(owner, key)
        if isinstance(key, Open | list | dict):
            machine.memory.put(owner, REST, unknown(key))
        else:
            machine.memory.put(owner, key, value)
    elif isinstance(owner, list):
        _assign_item(machine, owner, key, value)
    elif isinstance(key, str) and isinstance(owner, CdkInstance | Made | LoadedModule):
        assign_attribute(machine, owner, key, value, site)


def _assign_item(machine: Machine, owner: list[CdkValue], key: CdkValue, value: CdkValue) -> None:
    sure = isinstance(key, int) and not any(isinstance(item, Several) for item in owner)
    if sure and -len(owner) <= key < len(owner):
        machine.memory.touch(owner)[key] = value
    elif sure and key == len(owner):
        machine.memory.touch(owner).append(value)
    else:
        machine.memory.touch(owner)[:] = [Several(f"an element that is not known was set: {unknown(key).reason}")]


def _bind_list(machine: Machine, target: ir.ListTarget, value: CdkValue, scope: NameScope, declares: bool) -> None:
    items = each(machine, value, scope.module.script)
    for position, inner in enumerate(target.targets):
        found: CdkValue
        if isinstance(items, Open):
            found = items
        elif target.rest and position == len(target.targets) - 1:
            found = machine.memory.born_list(items[position:])
        else:
            found = at(items, position)
        bind(machine, inner, found, scope, declares)


def at(items: list[CdkValue], position: int) -> CdkValue:
    """An element from the front; unknown from where the length is."""
    for item in items[: position + 1]:
        if isinstance(item, Several):
            return unknown(item)
    return items[position] if position < len(items) else None


def _bind_object(machine: Machine, target: ir.ObjectTarget, value: CdkValue, scope: NameScope, declares: bool) -> None:
    for key, inner, default in target.entries:
        site = CallSite(target.place, scope)
        found = unknown(value) if isinstance(value, Open) else attribute(machine, value, key, site)
        if default is not None and (found is None or isinstance(found, Unset)):
            found = machine.evaluate(default, scope)
        bind(machine, inner, found, scope, declares)
    if target.rest is not None:
        rest: dict[Any, CdkValue] = {}
        if isinstance(value, CdkInstance) and value.made is None:
            value = value.attributes
        if isinstance(value, dict):
            taken = {key for key, _, _ in target.entries}
            rest = {key: item for key, item in value.items() if key not in taken}
        elif isinstance(value, Open | Made | Member):
            rest[REST] = unknown(value)
        bind(machine, ir.Name(target.rest, target.place), machine.memory.born_dict(rest), scope, declares)
