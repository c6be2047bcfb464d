"""Calls: of functions and classes of the app, of the library, and of methods of plain values."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from archlint.readers.cdk import program as ir
from archlint.readers.cdk.evaluator import classes
from archlint.readers.cdk.evaluator.attributes import attribute
from archlint.readers.cdk.evaluator.budget import CALL_DEPTH, MAX_CALLS, MAX_DOUBTFUL
from archlint.readers.cdk.evaluator.iterate import each
from archlint.readers.cdk.evaluator.library import table as library
from archlint.readers.cdk.evaluator.library.helper import Invocation
from archlint.readers.cdk.evaluator.memory import same
from archlint.readers.cdk.evaluator.names import is_construct_library, snake
from archlint.readers.cdk.evaluator.objects import CallSite, Frame, Method, NameScope, Signal, SuperOf
from archlint.readers.cdk.evaluator.operators import depends, unknown
from archlint.readers.cdk.evaluator.targets import bind
from archlint.readers.cdk.values import (
    REST,
    CdkInstance,
    CdkReference,
    CdkValue,
    Closure,
    Made,
    Member,
    Open,
    Several,
    Unset,
    UserClass,
)

if TYPE_CHECKING:
    from archlint.readers.cdk.evaluator.machine import Machine


def bind_all(
    machine: Machine,
    function: ir.Function,
    arguments: list[CdkValue],
    keywords: dict[Any, CdkValue],
    scope: NameScope,
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
    scope: NameScope,
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


_RAISES = "the app raises an error here"


def gathered(machine: Machine, items: tuple[ir.Expression, ...], scope: NameScope) -> list[CdkValue]:
    """Elements of a list or positional arguments, spreads written out."""
    found: list[CdkValue] = []
    for item in items:
        value = machine.evaluate(item, scope)
        if not isinstance(item, ir.Spread):
            found.append(value)
            continue
        inner = each(machine, value, scope.module.script)
        if isinstance(inner, list):
            found += inner
        elif isinstance(value, Unset) or value is None:
            continue
        else:
            found.append(Several(inner.reason))
    refused = machine.budget.items(len(found))
    return [Several(refused.reason)] if refused else found


def call(
    machine: Machine, function: CdkValue, arguments: list[CdkValue], keywords: dict[Any, CdkValue], site: CallSite
) -> CdkValue:
    """`function(arguments)` and `new function(arguments)`."""
    if isinstance(function, Closure):
        return call_closure(machine, function, arguments, keywords, site)
    if isinstance(function, UserClass):
        return classes.instantiate(machine, function, arguments, keywords, site)
    if isinstance(function, CdkReference):
        return _call_reference(machine, function, arguments, keywords, site)
    if isinstance(function, Method):
        return call_method(machine, function.owner, function.name, arguments, keywords, site)
    if isinstance(function, SuperOf):
        return classes.call_super(machine, function, arguments, keywords, site)
    if isinstance(function, Member):
        path = f"{function.owner.path}.{function.name}"
        return machine.make(path, arguments, keywords, site, owner=function.owner)
    if isinstance(function, CdkInstance):
        method = attribute(machine, function, "__call__", site)
        if isinstance(method, Closure):
            return call_closure(machine, method, arguments, keywords, site)
    why = unknown(function)
    _call_back(machine, [*arguments, *keywords.values()], why, site)
    if function is None:
        return machine.odd("nothing is called here", site.place)
    return why


def call_method(
    machine: Machine,
    owner: CdkValue,
    name: str,
    arguments: list[CdkValue],
    keywords: dict[Any, CdkValue],
    site: CallSite,
) -> CdkValue:
    """`owner.name(arguments)`."""
    if isinstance(owner, SuperOf) and name in ("__init__", "constructor"):
        return classes.call_super(machine, owner, arguments, keywords, site)
    if isinstance(owner, UserClass) and name == "__init__" and arguments and isinstance(arguments[0], CdkInstance):
        lineage = machine.lineage(owner)
        classes.construct(machine, arguments[0], lineage, arguments[1:], keywords, site)
        return None
    if isinstance(owner, Open):
        _call_back(machine, [*arguments, *keywords.values()], owner, site)
        return unknown(owner)
    if isinstance(owner, Made | Member):
        found = library.context_value(machine, snake(name) if site.script else name, arguments, keywords)
        if found is not library.NO_RESULT:
            return found
    at = Invocation(machine, site, arguments, keywords, owner)
    if library.has_method(owner, name, site) or isinstance(owner, Closure):
        return library.call_method(at, name)
    function = attribute(machine, owner, name, site)
    if isinstance(function, Method) and function.owner is owner and function.name == name:
        return library.call_method(at, name)
    return call(machine, function, arguments, keywords, site)


def _call_reference(
    machine: Machine, function: CdkReference, arguments: list[CdkValue], keywords: dict[Any, CdkValue], site: CallSite
) -> CdkValue:
    path = function.path
    if path.endswith(".__init__") and arguments and isinstance(arguments[0], CdkInstance):
        base = CdkReference(path.removesuffix(".__init__"))
        classes.construct(machine, arguments[0], [base], arguments[1:], keywords, site)
        return None
    if path == "builtins.super":
        return _python_super(arguments, site)
    found = library.call(Invocation(machine, site, arguments, keywords), path)
    if found is not library.NO_RESULT:
        return found
    if not is_construct_library(path):
        _call_back(machine, [*arguments, *keywords.values()], Open(f"only running tells what {path} gives"), site)
    if library.is_language(path):
        return Open(f"only running tells what {path.removeprefix('node.').removeprefix('js.')} gives")
    return machine.make(path, arguments, keywords, site)


def _python_super(arguments: list[CdkValue], site: CallSite) -> CdkValue:
    if len(arguments) == 2 and isinstance(arguments[0], UserClass):
        return SuperOf(arguments[0], arguments[1])
    frame = site.scope.method_frame()
    return (
        Open("super outside a class") if frame is None or frame.owner is None else SuperOf(frame.owner, frame.receiver)
    )


def _call_back(machine: Machine, arguments: list[CdkValue], why: Open, site: CallSite) -> None:
    """Functions handed to something unknown may be called, with arguments that nobody knows."""
    for value in arguments:
        if isinstance(value, Closure):
            call_some(machine, value, why, site)


def call_some(machine: Machine, function: CdkValue, why: Open, site: CallSite, count: int = 3) -> CdkValue:
    """A callback that is called any number of times with unknown arguments; an Open or what it surely gives."""
    results: list[CdkValue] = []

    def body() -> Signal | None:
        results.append(call(machine, function, [unknown(why)] * count, {}, site))
        return None

    machine.some_rounds(depends(why), body)
    return results[-1] if results else unknown(why)


def call_closure(
    machine: Machine, closure: Closure, arguments: list[CdkValue], keywords: dict[Any, CdkValue], site: CallSite
) -> CdkValue:
    """A function of the app."""
    function = closure.function
    if machine.budget.calls >= MAX_CALLS:
        return machine.beyond(Open("functions call each other more deeply than archlint follows"), site.place)
    active = machine.active.get(id(function), 0)
    if active > MAX_DOUBTFUL and machine.doubt:
        return Open("a recursion whose end is not known")
    receiver = closure.receiver
    if receiver is not None and not function.binds_this and not closure.scope.module.script:
        arguments = [receiver, *arguments]
    elif receiver is None and not closure.scope.module.script and closure.owner is not None and arguments:
        receiver = arguments[0]
    frame = Frame(closure.owner, receiver)
    scope = NameScope(closure.scope.module, closure.scope, "function", frame, outer=function.outer)
    machine.memory.born_dict(scope.variables)
    if function.binds_this:
        scope.variables["this"] = receiver
    doubt, broken = machine.doubt, machine.maybe_broken
    machine.budget.calls += 1
    machine.budget.depth += CALL_DEPTH
    machine.active[id(function)] = active + 1
    try:
        bind_all(machine, function, arguments, keywords, scope)
        signal = machine.run_block(function.body, scope)
    except RecursionError:
        return machine.beyond(Open("it is nested more deeply than archlint follows"), site.place)
    finally:
        machine.budget.calls -= 1
        machine.budget.depth -= CALL_DEPTH
        machine.active[id(function)] = active
        machine.doubt, machine.maybe_broken = doubt, broken
    return _result(machine, frame, signal, site)


def _result(machine: Machine, frame: Frame, signal: Signal | None, site: CallSite) -> CdkValue:
    if signal is not None and signal.kind == "raise":
        if machine.trying:
            return machine.fail(_RAISES, site.place)
        return frame.returns[0] if len(frame.returns) == 1 else Open(_RAISES)
    value = signal.value if signal is not None else None
    for other in frame.returns:
        if not same(value, other):
            return Open("what a function returns depends on something unknown")
    return value
