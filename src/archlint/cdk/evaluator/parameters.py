"""What the parameters of a function hold when it is called."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from archlint.cdk import program as ir
from archlint.cdk.evaluator.objects import Scope
from archlint.cdk.evaluator.operators import unknown
from archlint.cdk.evaluator.targets import bind
from archlint.cdk.values import REST, CdkValue, Open, Several, Unset

if TYPE_CHECKING:
    from archlint.cdk.evaluator.machine import Machine


def bind_all(
    machine: Machine,
    function: ir.Function,
    arguments: list[CdkValue],
    keywords: dict[Any, CdkValue],
    scope: Scope,
) -> None:
    """Binds arguments to parameters in the function's own scope."""
    waiting = list(arguments)
    named = dict(keywords)
    for parameter in function.parameters:
        value = _value(machine, parameter, waiting, named, scope)
        bind(machine, parameter.target, value, scope, declares=True)
        if parameter.field and isinstance(parameter.target, ir.Name):
            receiver = scope.variables.get("this")
            if receiver is not None:
                machine.memory.put(receiver.attributes, parameter.target.name, value)


def _value(
    machine: Machine,
    parameter: ir.Parameter,
    waiting: list[CdkValue],
    named: dict[Any, CdkValue],
    scope: Scope,
) -> CdkValue:
    if parameter.kind == "rest":
        rest = machine.memory.born_list(list(waiting))
        waiting.clear()
        return rest
    if parameter.kind == "keywords":
        taken = machine.memory.born_dict(dict(named))
        named.clear()
        return taken
    name = parameter.target.name if isinstance(parameter.target, ir.Name) else ""
    if waiting and not parameter.keyword_only:
        value = waiting[0]
        if isinstance(value, Several):
            return named.pop(name) if name in named else unknown(value)
        waiting.pop(0)
    elif name in named:
        value = named.pop(name)
    elif REST in named:
        return unknown(named[REST])
    elif parameter.default is not None:
        return machine.evaluate(parameter.default, scope)
    else:
        return None if scope.module.script else Open(f"no argument is given for {name}")
    missing = value is None or isinstance(value, Unset)
    if scope.module.script and missing and parameter.default is not None:
        return machine.evaluate(parameter.default, scope)
    return value
