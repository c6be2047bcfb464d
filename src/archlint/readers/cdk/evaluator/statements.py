"""What each kind of statement does. A statement that leaves its block gives a Signal."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from archlint.readers.cdk import program as ir
from archlint.readers.cdk.evaluator import classes
from archlint.readers.cdk.evaluator.arithmetic import binary
from archlint.readers.cdk.evaluator.budget import MAX_ROUNDS
from archlint.readers.cdk.evaluator.calls import call
from archlint.readers.cdk.evaluator.expressions import shortcut
from archlint.readers.cdk.evaluator.iterate import each
from archlint.readers.cdk.evaluator.memory import same
from archlint.readers.cdk.evaluator.objects import RAISED, CallSite, Local, NameScope, RaisedError, Signal
from archlint.readers.cdk.evaluator.operators import depends, truth
from archlint.readers.cdk.evaluator.targets import bind
from archlint.readers.cdk.values import CdkValue, Closure, Open, Several, UserClass

if TYPE_CHECKING:
    from archlint.readers.cdk.evaluator.machine import Machine

_RAISES = "the app raises an error here"


def hoist(machine: Machine, body: tuple[ir.Statement, ...], scope: NameScope) -> None:
    """TypeScript's functions are there before the first statement of their block."""
    for statement in body:
        if isinstance(statement, ir.Define):
            _define(machine, statement, scope)


def _block(machine: Machine, body: tuple[ir.Statement, ...], scope: NameScope) -> Signal | None:
    if scope.module.script:
        scope = NameScope(scope.module, scope, "block", scope.frame)
        machine.memory.born_dict(scope.variables)
    return machine.run_block(body, scope)


def _assign(machine: Machine, node: ir.Assign, scope: NameScope) -> Signal | None:
    if node.operator is None:
        bind(machine, node.target, machine.evaluate(node.value, scope), scope, node.declares)
        return None
    if not isinstance(node.target, ir.Name | ir.Attribute | ir.Index):
        return None
    old = machine.evaluate(node.target, scope)
    if node.operator in ("or", "and", "??"):
        value = shortcut(machine, node.operator, old, lambda: machine.evaluate(node.value, scope), scope)
    else:
        added = machine.evaluate(node.value, scope)
        if isinstance(old, list) and node.operator == "+" and not scope.module.script:
            items = each(machine, added, False)
            machine.memory.touch(old).extend([items] if isinstance(items, Open) else items)
            return None
        value = binary(node.operator, old, added, scope.module.script, machine.budget)
    bind(machine, node.target, value, scope)
    return None


def _do(machine: Machine, node: ir.Do, scope: NameScope) -> Signal | None:
    machine.evaluate(node.value, scope)
    return None


def _if(machine: Machine, node: ir.If, scope: NameScope) -> Signal | None:
    test = truth(machine.evaluate(node.test, scope), scope.module.script)
    if not isinstance(test, Open):
        signal = _block(machine, node.then if test else node.otherwise, scope)
        if signal is not None and signal.kind == "raise" and not machine.trying:
            machine.stopped = machine.stopped or _RAISES
            return None
        return signal
    why = depends(test)
    results = machine.perhaps(
        why, lambda: _block(machine, node.then, scope), lambda: _block(machine, node.otherwise, scope)
    )
    return settle(machine, why, results, scope)


def settle(machine: Machine, why: str, results: list[Signal | None], scope: NameScope) -> Signal | None:
    """How a statement ends of which only one of several branches runs."""
    ends = [result for result in results if result is None or result.kind != "raise"]
    if not ends:
        return results[0]
    leaving = [end for end in ends if end is not None]
    if leaving and len(leaving) == len(ends) and len({end.kind for end in leaving}) == 1:
        agreed = all(same(leaving[0].value, end.value) for end in leaving)
        return leaving[0] if agreed else Signal(leaving[0].kind, Open(why))
    for end in leaving:
        machine.doubt = machine.doubt or why
        if end.kind == "return":
            scope.frame.returns.append(end.value)
        elif end.kind == "break":
            machine.maybe_broken = True
    if None in ends:
        return None
    rest = [end for end in leaving if end.kind != "return"]
    return rest[0] if rest else leaving[0]


def _for(machine: Machine, node: ir.For, scope: NameScope) -> Signal | None:
    script = scope.module.script
    iterable = machine.evaluate(node.iterable, scope)
    if node.keys and isinstance(iterable, list):
        iterable = [str(position) for position in range(len(iterable))]
    items = each(machine, iterable, script)
    if node.keys and isinstance(items, list) and isinstance(iterable, dict):
        items = [item[0] if isinstance(item, list) else item for item in items]
    if isinstance(items, Open) and "more than" in items.reason:
        machine.beyond(items, node.place)

    def round_of(item: CdkValue) -> Signal | None:
        inner = scope
        if script:
            inner = NameScope(scope.module, scope, "block", scope.frame)
            machine.memory.born_dict(inner.variables)
        bind(machine, node.target, item, inner, declares=script)
        return machine.run_block(node.body, inner)

    doubt, broken = machine.doubt, machine.maybe_broken
    machine.maybe_broken = False
    try:
        for item in [Several(items.reason)] if isinstance(items, Open) else items:
            signal = _round(machine, item, round_of, scope)
            if signal is not None and signal.kind in ("return", "raise"):
                return signal
            if signal is not None and signal.kind == "break":
                return None
            if not machine.maybe_broken:
                machine.doubt = _after_round(machine, doubt, scope)
    finally:
        machine.doubt = _after_round(machine, doubt, scope)
        machine.maybe_broken = broken
    return None


def _after_round(machine: Machine, doubt: str, scope: NameScope) -> str:
    """A return that may have happened casts doubt on all that follows in its function."""
    return machine.doubt if scope.frame.returns else doubt


def _round(
    machine: Machine, item: CdkValue, run: Callable[[CdkValue], Signal | None], scope: NameScope
) -> Signal | None:
    if not isinstance(item, Several):
        return run(item)
    why = depends(item)
    signal = machine.some_rounds(why, lambda: run(Open(item.reason)))
    return settle(machine, why, [signal, None], scope)


def _while(machine: Machine, node: ir.While, scope: NameScope) -> Signal | None:
    doubt, broken = machine.doubt, machine.maybe_broken
    machine.maybe_broken = False
    try:
        for _ in range(MAX_ROUNDS):
            test = truth(machine.evaluate(node.test, scope), scope.module.script)
            if test is False:
                return None
            if isinstance(test, Open) or machine.maybe_broken:
                why = depends(test) if isinstance(test, Open) else machine.doubt
                signal = machine.some_rounds(why, lambda: _block(machine, node.body, scope))
                return settle(machine, why, [signal, None], scope)
            signal = _block(machine, node.body, scope)
            if signal is not None and signal.kind == "break":
                return None
            if signal is not None and signal.kind != "continue":
                return signal
    finally:
        machine.doubt = _after_round(machine, doubt, scope)
        machine.maybe_broken = broken
    machine.gap(f"a loop of more than {MAX_ROUNDS:,} rounds", node.place)
    return None


def _try(machine: Machine, node: ir.Try, scope: NameScope) -> Signal | None:
    signal: Signal | None
    machine.trying += bool(node.handlers)
    try:
        signal = _block(machine, node.body, scope)
    except RaisedError:
        signal = RAISED
    finally:
        machine.trying -= bool(node.handlers)
    if signal is not None and signal.kind == "raise" and node.handlers:
        signal = _block(machine, node.handlers[0], scope)
    last = _block(machine, node.final, scope)
    return last or signal


def _return(machine: Machine, node: ir.Return, scope: NameScope) -> Signal | None:
    return Signal("return", None if node.value is None else machine.evaluate(node.value, scope))


def _leave(machine: Machine, node: ir.Leave, _: NameScope) -> Signal | None:
    if node.kind == "raise" and not machine.trying and not machine.doubt:
        machine.gap(_RAISES, node.place)
    return Signal(node.kind)


def _class(machine: Machine, node: ir.Class, scope: NameScope) -> Signal | None:
    cls = classes.define(machine, node, scope)
    bind(machine, ir.Name(node.name, node.place), _decorated(machine, cls, node.decorators, scope), scope, True)
    return None


def _define(machine: Machine, node: ir.Define, scope: NameScope) -> Signal | None:
    function = node.function
    value: CdkValue = Closure(function, scope.outside_classes())
    value = _decorated(machine, value, function.decorators, scope)
    bind(machine, ir.Name(function.name, node.place), value, scope, scope.module.script)
    return None


def _decorated(machine: Machine, value: CdkValue, decorators: tuple[ir.Expression, ...], scope: NameScope) -> CdkValue:
    """Decorators of the app are applied; a library's are taken to give back what they decorate."""
    for node in reversed(decorators):
        decorator = machine.evaluate(node, scope)
        if isinstance(decorator, Closure):
            result = call(machine, decorator, [value], {}, CallSite(node.place, scope))
            value = result if isinstance(result, Closure | UserClass) else value
    return value


def _import(machine: Machine, node: ir.Import, scope: NameScope) -> Signal | None:
    machine.modules.run_import(node, scope)
    return None


def _export(machine: Machine, node: ir.Export, scope: NameScope) -> Signal | None:
    module = scope.module
    if node.module is not None:
        machine.modules.export_from(node, scope)
        return None
    for local, exported in node.names:
        module.exports[exported] = Local(local)
    return None


STATEMENTS: dict[type[Any], Callable[[Any, Any, NameScope], Signal | None]] = {
    ir.Assign: _assign,
    ir.Do: _do,
    ir.If: _if,
    ir.For: _for,
    ir.While: _while,
    ir.Try: _try,
    ir.Return: _return,
    ir.Leave: _leave,
    ir.Class: _class,
    ir.Define: _define,
    ir.Import: _import,
    ir.Export: _export,
}
