"""Functions that the repository does not call itself: it hands them to libraries, or decorators register them."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from archlint.code.abstract import ClassValue, External, FunctionValue, Instance
from archlint.code.evaluate import Evaluator
from archlint.code.units import Module, Unit
from archlint.knowledge.ml import routers, startup_decorators

MAX_NESTED = 4
DEPENDENCIES = ("fastapi.Depends", "fastapi.Security", "fastapi.params.Depends", "fastapi.params.Security")
VIEWS = ("flask.views.", "flask_restful.Resource", "flask_restx.Resource", "flask_restplus.Resource")
"""Bases whose methods answer requests."""

_VIEW_METHODS = frozenset("get post put patch delete head options dispatch_request".split())


def handed(node: ast.Call, unit: Unit, evaluator: Evaluator, depth: int = 0) -> Iterator[Unit]:
    """The repository's functions among a call's arguments, also in lists and in what other calls wrapped."""
    for argument in (*node.args, *(keyword.value for keyword in node.keywords)):
        yield from _functions(argument, unit, evaluator, depth)


def _functions(node: ast.expr, unit: Unit, evaluator: Evaluator, depth: int) -> Iterator[Unit]:
    if depth > MAX_NESTED:
        return
    if isinstance(node, ast.List | ast.Tuple):
        for item in node.elts[:50]:
            yield from _functions(item, unit, evaluator, depth + 1)
    elif isinstance(node, ast.Name | ast.Attribute | ast.Lambda | ast.Call):
        for value in evaluator.values(node, unit):
            if isinstance(value, FunctionValue):
                yield value.unit
            elif isinstance(value, External) and value.call is node:
                yield from handed(value.call, unit, evaluator, depth + 1)


def wrapped(value: External, evaluator: Evaluator) -> Iterator[Unit]:
    """The functions inside what a library made of them, such as `f` in `retry(f)`."""
    if value.call is not None and value.unit is not None and value.path.endswith("()"):
        yield from handed(value.call, value.unit, evaluator)


def is_router(path: str | None) -> bool:
    """Whether a symbolic path is an object whose methods register functions; a class may also be imported from the
    module inside its package that defines it."""
    if path is None or not path.endswith("()"):
        return False
    path = path.removesuffix("()")
    return path in routers() or (path.split(".")[0], path.rpartition(".")[2]) in {
        (known.split(".")[0], known.rpartition(".")[2]) for known in routers()
    }


def _registers(target: ast.expr, unit: Unit, evaluator: Evaluator) -> bool:
    """Whether this is a method of a router."""
    if not isinstance(target, ast.Attribute):
        return False
    values = evaluator.values(target.value, unit)
    paths = [value.path for value in values if isinstance(value, External)]
    for value in values:
        if isinstance(value, Instance):
            paths += [f"{base}()" for base in evaluator.external_bases(value.cls)]
    return any(map(is_router, paths))


def registered(module: Module, evaluator: Evaluator) -> Iterator[tuple[Unit, bool]]:
    """The functions that a framework calls because a module registers them; True with those that it calls at start."""
    for unit in module.units.values():
        for decorator in unit.decorators:
            target = decorator.func if isinstance(decorator, ast.Call) else decorator
            if isinstance(target, ast.Attribute) and _registers(target, unit.parent or unit, evaluator):
                yield unit, target.attr in startup_decorators()
    for statement in module.tree.body:
        call = statement.value if isinstance(statement, ast.Expr) else None
        if isinstance(call, ast.Call) and _registers(call.func, module.body, evaluator):
            for unit in handed(call, module.body, evaluator):
                yield unit, getattr(call.func, "attr", "") == "add_event_handler"
    for cls in module.classes.values():
        if any(base.startswith(VIEWS) for base in evaluator.external_bases(cls)):
            yield from ((method, False) for name, method in cls.methods.items() if name in _VIEW_METHODS)


def dependencies(unit: Unit, evaluator: Evaluator) -> Iterator[Unit]:
    """What FastAPI calls for a route's parameters: `x=Depends(f)` and `x: Annotated[X, Depends(f)]`."""
    if isinstance(unit.node, ast.Module):
        return
    spec = unit.node.args
    places = [*spec.defaults, *spec.kw_defaults, *(parameter.annotation for parameter in unit.parameters)]
    scope = unit.parent or unit
    for place in places:
        for call in ast.walk(place) if place is not None else ():
            if isinstance(call, ast.Call) and evaluator.path(call.func, scope) in DEPENDENCIES:
                for argument in call.args[:1]:
                    for value in evaluator.values(argument, scope):
                        if isinstance(value, FunctionValue):
                            yield value.unit
                        elif isinstance(value, ClassValue):
                            method = evaluator.method(value.cls, "__init__")
                            yield from () if method is None else (method,)


def wrappers(unit: Unit, evaluator: Evaluator) -> Iterator[Unit]:
    """What the repository's own decorators put around a function."""
    for decorator in unit.decorators:
        for value in evaluator.values(decorator, unit.parent or unit):
            if isinstance(value, FunctionValue):
                yield from _put_around(value.unit, evaluator)
            elif isinstance(value, ClassValue):
                method = evaluator.method(value.cls, "__call__")
                yield from () if method is None else (method,)


def _put_around(decorator: Unit, evaluator: Evaluator) -> Iterator[Unit]:
    """What a decorator returns: a function of its own. One that a library decorates in turn, such as a Powertools
    middleware, runs itself around every call."""
    if any(not isinstance(v, FunctionValue) for d in decorator.decorators for v in evaluator.values(d, decorator)):
        yield decorator
    for returned in decorator.returns:
        for value in evaluator.values(returned, decorator):
            if isinstance(value, FunctionValue):
                yield value.unit
            elif isinstance(value, Instance):
                method = evaluator.method(value.cls, "__call__")
                yield from () if method is None else (method,)


def decorating(unit: Unit, evaluator: Evaluator) -> Iterator[Unit]:
    """The repository's functions that run once to decorate this one."""
    for decorator in unit.decorators:
        for value in evaluator.values(decorator, unit.parent or unit):
            if isinstance(value, FunctionValue):
                yield value.unit
            elif isinstance(value, ClassValue):
                method = evaluator.method(value.cls, "__init__")
                yield from () if method is None else (method,)
