"""The things that a unit does, in order, each with the circumstances under which it does them."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass, replace

from archlint.code.guards import FILE, Test, loaded_keys, missing_errors, no_file_error, read_test, stores_in
from archlint.code.units import Unit, defaults_of
from archlint.code.walking import children


@dataclass(frozen=True, slots=True)
class Context:
    """`guards` are the stores whose absence led here; `loops` counts enclosing loops; `conditions` are the
    tests of enclosing `if`s; `in_handler` says that an `except` stands around it."""

    guards: frozenset[str] = frozenset()
    loops: int = 0
    conditions: tuple[ast.expr, ...] = ()
    in_handler: bool = False

    @property
    def file_guarded(self) -> bool:
        """Reached only where a file is not there yet."""
        return FILE in self.guards


@dataclass(frozen=True, slots=True, eq=False)
class Site:
    """One call, import, assignment, attribute, loop, `with` or decorated function of a unit."""

    node: ast.AST
    unit: Unit
    context: Context


NODES = (ast.Call, ast.Attribute, ast.Subscript)


def sites_of(unit: Unit) -> tuple[Site, ...]:
    """Everything that runs when the unit runs; what a script does under `__main__` is left out."""
    if isinstance(unit.node, ast.Lambda):
        return tuple(_Walk(unit).expression(unit.node.body, Context()))
    return tuple(_Walk(unit).block(unit.node.body, Context()))


class _Walk:
    def __init__(self, unit: Unit) -> None:
        self.unit = unit

    def block(self, statements: list[ast.stmt], context: Context) -> Iterator[Site]:
        for statement in statements:
            yield from self.statement(statement, context)
            if isinstance(statement, ast.If) and not statement.orelse and _leaves(statement.body):
                context = _guarded(context, read_test(statement.test, self.unit).present)
            elif isinstance(statement, ast.Try) and _leaves(statement.body) and _all_missing(statement):
                context = _guarded(context, loaded_keys(statement.body, self.unit))

    def statement(self, node: ast.stmt, context: Context) -> Iterator[Site]:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            for expression in (*node.decorator_list, *defaults_of(node)):
                yield from self.expression(expression, context)
            if node.decorator_list:
                yield Site(node, self.unit, context)
        elif isinstance(node, ast.ClassDef):
            for expression in (*node.decorator_list, *node.bases):
                yield from self.expression(expression, context)
            yield from self.block(node.body, context)
        elif isinstance(node, ast.If):
            yield from self.if_(node, context)
        elif isinstance(node, ast.Try | ast.TryStar):
            yield from self.try_(node, context)
        elif isinstance(node, ast.For | ast.AsyncFor):
            yield Site(node, self.unit, context)
            yield from self.expression(node.iter, context)
            yield from self.block(node.body, replace(context, loops=context.loops + 1))
            yield from self.block(node.orelse, context)
        elif isinstance(node, ast.While):
            inner = replace(context, loops=context.loops + 1)
            yield Site(node, self.unit, context)
            yield from self.expression(node.test, inner)
            yield from self.block(node.body, _guarded(inner, read_test(node.test, self.unit).missing))
            yield from self.block(node.orelse, context)
        elif isinstance(node, ast.With | ast.AsyncWith):
            yield Site(node, self.unit, context)
            for item in node.items:
                yield from self.expression(item.context_expr, context)
            yield from self.block(node.body, context)
        elif isinstance(node, ast.Match):
            yield from self.expression(node.subject, context)
            for case in node.cases:
                inner = replace(context, conditions=(*context.conditions, node.subject))
                if case.guard is not None:
                    yield from self.expression(case.guard, inner)
                yield from self.block(case.body, inner)
        else:
            yield from self.simple(node, context)

    def simple(self, node: ast.stmt, context: Context) -> Iterator[Site]:
        if isinstance(node, ast.Import | ast.ImportFrom | ast.Assign | ast.AugAssign | ast.AnnAssign | ast.Delete):
            yield Site(node, self.unit, context)
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.BoolOp | ast.IfExp):
            kept = stores_in([node], self.unit)
            yield from self.expression(node.value, context, kept)
            for target in node.targets:
                yield from self.expression(target, context)
            return
        for child in children(node):
            if isinstance(child, ast.expr):
                yield from self.expression(child, context)

    def if_(self, node: ast.If, context: Context) -> Iterator[Site]:
        if _never_on_lambda(node.test):
            yield from self.block(node.orelse, context)
            return
        yield from self.expression(node.test, context)
        test = read_test(node.test, self.unit)
        flags = _flags_cleared(test, node.body, self.unit)
        inner = replace(context, conditions=(*context.conditions, node.test))
        yield from self.block(node.body, _guarded(inner, test.missing | flags))
        yield from self.block(node.orelse, _guarded(inner, test.present))

    def try_(self, node: ast.Try | ast.TryStar, context: Context) -> Iterator[Site]:
        yield from self.block(node.body, context)
        for handler in node.handlers:
            inner = replace(context, in_handler=True)
            if missing_errors(handler):
                inner = _guarded(inner, loaded_keys(node.body, self.unit))
            if no_file_error(handler):
                inner = _guarded(inner, frozenset({FILE}))
            yield from self.block(handler.body, inner)
        yield from self.block(node.orelse, context)
        yield from self.block(node.finalbody, context)

    def expression(self, node: ast.expr, context: Context, kept: frozenset[str] = frozenset()) -> Iterator[Site]:
        """Inner calls before the calls that use them, as Python runs them (roughly); lambdas are units of their own.
        `kept` are the stores that the value goes to."""
        pending: list[tuple[ast.AST, Context]] = [(node, context)]
        found: list[Site] = []
        while pending:
            current, here = pending.pop()
            if isinstance(current, NODES) and isinstance(getattr(current, "ctx", ast.Load()), ast.Load):
                found.append(Site(current, self.unit, here))
            if isinstance(current, ast.Lambda):
                pending.extend((default, here) for default in defaults_of(current))
            elif isinstance(current, ast.IfExp):
                test = read_test(current.test, self.unit)
                inner = replace(here, conditions=(*here.conditions, current.test))
                pending += [
                    (current.test, here),
                    (current.body, _guarded(inner, test.missing & kept)),
                    (current.orelse, _guarded(inner, test.present & kept)),
                ]
            elif isinstance(current, ast.BoolOp):
                for value in current.values:
                    pending.append((value, here))
                    test = read_test(value, self.unit)
                    keys = test.present if isinstance(current.op, ast.Or) else test.missing
                    here = _guarded(here, keys & kept)
            elif isinstance(current, ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp):
                inner = replace(here, loops=here.loops + 1)
                for number, generator in enumerate(current.generators):
                    pending.append((generator.iter, inner if number else here))
                    pending.extend((condition, inner) for condition in generator.ifs)
                results = (current.key, current.value) if isinstance(current, ast.DictComp) else (current.elt,)
                pending.extend((result, inner) for result in results)
            else:
                pending.extend((child, here) for child in children(current))
        return iter(reversed(found))


def _guarded(context: Context, keys: frozenset[str]) -> Context:
    return replace(context, guards=context.guards | keys) if keys else context


def _leaves(block: list[ast.stmt]) -> bool:
    return bool(block) and isinstance(block[-1], ast.Return | ast.Raise | ast.Continue | ast.Break)


def _all_missing(node: ast.Try) -> bool:
    return bool(node.handlers) and all(map(missing_errors, node.handlers))


def _flags_cleared(test: Test, body: list[ast.stmt], unit: Unit) -> frozenset[str]:
    """`if cold: start(); cold = False`: flags that the body turns off."""
    cleared: set[str] = set()
    for statement in body:
        if (
            isinstance(statement, ast.Assign)
            and isinstance(statement.value, ast.Constant)
            and not statement.value.value
        ):
            cleared.update(stores_in([statement], unit))
    return test.present & frozenset(cleared)


def _never_on_lambda(test: ast.expr) -> bool:
    """`if __name__ == "__main__":` and `if TYPE_CHECKING:`."""
    if isinstance(test, ast.BoolOp) and isinstance(test.op, ast.And):
        return any(map(_never_on_lambda, test.values[:10]))
    if isinstance(test, ast.Compare):
        sides = {getattr(side, "id", getattr(side, "value", "")) for side in (test.left, test.comparators[0])}
        return isinstance(test.ops[0], ast.Eq) and sides == {"__name__", "__main__"}
    return getattr(test, "id", getattr(test, "attr", "")) == "TYPE_CHECKING"
