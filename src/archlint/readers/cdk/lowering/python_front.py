"""A Python file of a CDK app as the small tree. Nothing is imported or executed."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TypeAlias

from archlint.code.walking import children
from archlint.model.place import Place
from archlint.readers.cdk import program as ir
from archlint.readers.cdk.lowering.python_expressions import MAX_LEVELS, NoFormError, PythonExpressions
from archlint.syntax.python import SourceError, parse_python


@dataclass(frozen=True)
class Arm:
    """`test` is None where a pattern takes everything; `binds` are the names that it gives."""

    test: ir.Expression | None
    binds: tuple[ir.Statement, ...] = ()


def arm_of(reader: PythonExpressions, pattern: ast.pattern, subject: ir.Expression) -> Arm:
    place = reader.place(pattern)
    match pattern:
        case ast.MatchValue():
            return Arm(ir.Operation("==", (subject, reader.expression(pattern.value)), place))
        case ast.MatchSingleton():
            return Arm(ir.Operation("is", (subject, ir.Literal(pattern.value, place)), place))
        case ast.MatchAs():
            inner = Arm(None) if pattern.pattern is None else arm_of(reader, pattern.pattern, subject)
            if pattern.name is None:
                return inner
            name = ir.Assign(ir.Name(pattern.name, place), subject, place)
            return Arm(inner.test, (*inner.binds, name))
        case ast.MatchOr() if all(isinstance(p, ast.MatchValue | ast.MatchSingleton) for p in pattern.patterns):
            return Arm(_any_of([arm_of(reader, inner, subject).test for inner in pattern.patterns], pattern, reader))
        case _:
            return _unknown(reader, pattern)


def _any_of(tests: list[ir.Expression | None], pattern: ast.pattern, reader: PythonExpressions) -> ir.Expression | None:
    place, result = reader.place(pattern), tests[0]
    for test in tests[1:]:
        if result is not None and test is not None:
            result = ir.Operation("or", (result, test), place)
    return result


def _unknown(reader: PythonExpressions, pattern: ast.pattern) -> Arm:
    reason = "whether a pattern of match applies"
    binds: list[ir.Statement] = []
    for inner in ast.walk(pattern):
        name = inner.rest if isinstance(inner, ast.MatchMapping) else getattr(inner, "name", None)
        if isinstance(inner, ast.pattern) and isinstance(name, str):
            place = reader.place(inner)
            binds.append(
                ir.Assign(ir.Name(name, place), ir.Opaque("a part that a pattern of match took", place), place)
            )
    return Arm(ir.Opaque(reason, reader.place(pattern)), tuple(binds))


_Definition: TypeAlias = ast.FunctionDef | ast.AsyncFunctionDef

_KINDS = {"staticmethod": "static", "classmethod": "class", "property": "property", "cached_property": "property"}


def kind_of(node: _Definition) -> str | None:
    """The `kind` of ir.Function; None for a property's setter or deleter and for an overload."""
    kind = "function"
    for decorator in node.decorator_list:
        last = _last_name(decorator)
        if last == "overload" or (last in ("setter", "deleter") and isinstance(decorator, ast.Attribute)):
            return None
        kind = _KINDS.get(last, kind)
    return kind


def _last_name(node: ast.expr) -> str:
    """`dataclass` of `@dataclasses.dataclass(frozen=True)`; empty for other expressions."""
    while isinstance(node, ast.Call | ast.Subscript):
        node = node.func if isinstance(node, ast.Call) else node.value
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""


def _own(node: _Definition) -> Iterator[ast.AST]:
    """The nodes of a function without those of functions and classes inside it."""
    waiting: list[ast.AST] = list(node.body)
    while waiting:
        found = waiting.pop()
        yield found
        if not isinstance(found, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda | ast.ClassDef):
            waiting.extend(children(found))


def is_generator(node: _Definition) -> bool:
    return any(isinstance(inner, ast.Yield | ast.YieldFrom) for inner in _own(node))


def outer_names(node: _Definition) -> tuple[str, ...]:
    """The names of `global` and `nonlocal`, sorted."""
    found = {name for inner in _own(node) if isinstance(inner, ast.Global | ast.Nonlocal) for name in inner.names}
    return tuple(sorted(found))


def field_names(node: ast.ClassDef) -> Iterator[tuple[str, ast.AnnAssign]]:
    """The annotated names of a class body in order; a ClassVar is no field."""
    for statement in node.body:
        if not isinstance(statement, ast.AnnAssign) or _last_name(statement.annotation) == "ClassVar":
            continue
        if isinstance(statement.target, ast.Name):
            yield statement.target.id, statement


MAX_CHARACTERS = 250_000
"""Longer sources are generated: reading one would take seconds."""

_KEPT = "(value)"
"""A name that no source can hold: the value of `a[0] = b[0] = f()`, a match's subject."""


def lower_python(text: str, path: str) -> ir.Source:
    """Raises SourceError for what is no Python 3, nested too deeply or longer than MAX_CHARACTERS."""
    if len(text) > MAX_CHARACTERS:
        raise SourceError(f"it is longer than {MAX_CHARACTERS:,} characters: leave generated code out of the scan")
    module = parse_python(text)
    try:
        return ir.Source(path, "python", _Statements(path, text).block(module.body))
    except RecursionError as error:
        raise SourceError("its code is nested too deeply") from error


class _Statements(PythonExpressions):
    def block(self, nodes: Iterable[ast.stmt]) -> tuple[ir.Statement, ...]:
        return tuple(statement for node in nodes for statement in self.statement(node))

    def statement(self, node: ast.stmt) -> list[ir.Statement]:
        if self.level >= MAX_LEVELS:
            place = self.place(node)
            return [ir.Do(ir.Opaque("nested too deeply", place), place)]
        self.level += 1
        try:
            return self._simple(node)
        finally:
            self.level -= 1

    def _simple(self, node: ast.stmt) -> list[ir.Statement]:
        place = self.place(node)
        match node:
            case ast.Expr(value=ast.Constant()) | ast.Pass() | ast.Assert() | ast.Global() | ast.Nonlocal():
                return []
            case ast.Expr():
                return [ir.Do(self.expression(node.value), place)]
            case ast.Assign():
                return self._assign(node)
            case ast.AnnAssign():
                return [] if node.value is None else self._bind(node.target, self.expression(node.value))
            case ast.AugAssign():
                return self._update(node)
            case ast.Return():
                return [ir.Return(None if node.value is None else self.expression(node.value), place)]
            case ast.Import():
                return [found for alias in node.names for found in self._import(alias, place)]
            case ast.ImportFrom():
                names = tuple((alias.name, alias.asname or alias.name) for alias in node.names)
                return [ir.Import(node.module or "", node.level, names, place)]
            case ast.Delete():
                return [statement for target in node.targets for statement in self._delete(target)]
            case ast.Raise() | ast.Break() | ast.Continue():
                return [ir.Leave(type(node).__name__.lower(), place)]
            case _:
                return self._compound(node)

    def _compound(self, node: ast.stmt) -> list[ir.Statement]:
        place = self.place(node)
        match node:
            case ast.FunctionDef() | ast.AsyncFunctionDef():
                return self._define(node)
            case ast.ClassDef():
                return [self._class(node)]
            case ast.If():
                test = self.expression(node.test)
                return [ir.If(test, self.block(node.body), self.block(node.orelse), place)]
            case ast.For() | ast.AsyncFor():
                return self._for(node)
            case ast.While():
                loop = ir.While(self.expression(node.test), self.block(node.body), place)
                return [loop, *self._after_loop(node)]
            case ast.With() | ast.AsyncWith():
                return self._with(node)
            case ast.Try() | ast.TryStar():
                body = self.block([*node.body, *node.orelse])
                handlers = tuple(self._handler(handler) for handler in node.handlers)
                return [ir.Try(body, handlers, self.block(node.finalbody), place)]
            case ast.Match():
                return self._match(node)
            case _:
                if type(node).__name__ == "TypeAlias":
                    return []
                return [ir.Do(ir.Opaque(f"Python's {type(node).__name__}", place), place)]

    def _bind(self, target: ast.expr, value: ir.Expression) -> list[ir.Statement]:
        place = self.place(target)
        try:
            return [ir.Assign(self.target(target), value, place)]
        except NoFormError as error:
            return [ir.Do(value, place), *self._unknown(target, error.reason)]

    def _unknown(self, target: ast.AST, reason: str) -> list[ir.Statement]:
        """Every name that `target` binds, as something that nobody knows."""
        found: list[ir.Statement] = []
        for inner in ast.walk(target):
            if isinstance(inner, ast.Name) and isinstance(inner.ctx, ast.Store | ast.Del):
                place = self.place(inner)
                found.append(ir.Assign(ir.Name(inner.id, place), ir.Opaque(reason, place), place))
        return found

    def _assign(self, node: ast.Assign) -> list[ir.Statement]:
        """`a = b = f()` calls f once: the others take what the first name holds."""
        value = self.expression(node.value)
        if len(node.targets) == 1:
            return self._bind(node.targets[0], value)
        first = next((target for target in node.targets if isinstance(target, ast.Name)), None)
        holder = ir.Name(_KEPT if first is None else first.id, self.place(node))
        found: list[ir.Statement] = [ir.Assign(holder, value, self.place(node))]
        for target in node.targets:
            if target is not first:
                found += self._bind(target, holder)
        return found

    def _update(self, node: ast.AugAssign) -> list[ir.Statement]:
        place, value = self.place(node), self.expression(node.value)
        operation = self._operation(node.op, (value,), place)
        if not isinstance(operation, ir.Operation):
            return [ir.Assign(self.target(node.target), operation, place)]
        return [ir.Assign(self.target(node.target), value, place, operation.operator)]

    def _delete(self, target: ast.expr) -> list[ir.Statement]:
        """`del d[k]` is `d.pop(k)`; any other deleted name is not known afterwards."""
        place = self.place(target)
        match target:
            case ast.Subscript(slice=ast.Slice()):
                return [ir.Assign(self.target(target), ir.Opaque("a deleted slice", place), place)]
            case ast.Subscript():
                pop = ir.Attribute(self.expression(target.value), "pop", place)
                return [ir.Do(ir.Call(pop, (self.expression(target.slice),), (), place), place)]
            case ast.Attribute():
                return self._bind(target, ir.Opaque("it was deleted", place))
            case _:
                return self._unknown(target, "it was deleted")

    def _import(self, alias: ast.alias, place: Place) -> list[ir.Statement]:
        package, _, inner = alias.name.partition(".")
        if alias.asname is not None or not inner:
            return [ir.Import(alias.name, 0, (("*", alias.asname or alias.name),), place)]
        return [ir.Import(package, 0, (("*", package),), place), ir.Import(alias.name, 0, (), place)]

    def _define(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> list[ir.Statement]:
        kind = kind_of(node)
        if kind is None:
            return []
        place, parameters = self.place(node), self.parameters(node.args)
        if is_generator(node):
            body: tuple[ir.Statement, ...] = (ir.Return(ir.Opaque("a generator function", place), place),)
        else:
            body = self.block(node.body)
        decorators = self.all_of(node.decorator_list)
        function = ir.Function(node.name, parameters, body, place, decorators, kind=kind, outer=outer_names(node))
        return [ir.Define(function, place)]

    def _class(self, node: ast.ClassDef) -> ir.Class:
        fields: list[ir.Assign] = []
        for name, statement in field_names(node):
            place = self.place(statement)
            unset = ir.Opaque(ir.NO_DEFAULT, place)
            value = unset if statement.value is None else self.expression(statement.value)
            fields.append(ir.Assign(ir.Name(name, place), value, place))
        bases, decorators = self.all_of(node.bases), self.all_of(node.decorator_list)
        return ir.Class(node.name, bases, self.block(node.body), tuple(fields), self.place(node), decorators)

    def _for(self, node: ast.For | ast.AsyncFor) -> list[ir.Statement]:
        place, iterable = self.place(node), self.expression(node.iter)
        unknown: list[ir.Statement] = []
        try:
            target = self.target(node.target)
        except NoFormError as error:
            target = ir.Name(_KEPT, place)
            unknown = self._unknown(node.target, error.reason)
        loop = ir.For(target, iterable, (*unknown, *self.block(node.body)), place)
        return [loop, *self._after_loop(node)]

    def _after_loop(self, node: ast.For | ast.AsyncFor | ast.While) -> list[ir.Statement]:
        """A loop's `else`: it runs unless the loop was left by a break."""
        if not node.orelse:
            return []
        body = self.block(node.orelse)
        if not any(isinstance(inner, ast.Break) for statement in node.body for inner in ast.walk(statement)):
            return list(body)
        place = self.place(node.orelse[0])
        return [ir.If(ir.Opaque("whether the loop was left by a break", place), body, (), place)]

    def _with(self, node: ast.With | ast.AsyncWith) -> list[ir.Statement]:
        """A context manager is taken to give itself, as open() does."""
        found: list[ir.Statement] = []
        for item in node.items:
            value = self.expression(item.context_expr)
            if item.optional_vars is None:
                found.append(ir.Do(value, self.place(item.context_expr)))
            else:
                found += self._bind(item.optional_vars, value)
        return [*found, *self.block(node.body)]

    def _handler(self, handler: ast.ExceptHandler) -> tuple[ir.Statement, ...]:
        if handler.name is None:
            return self.block(handler.body)
        place = self.place(handler)
        caught = ir.Assign(ir.Name(handler.name, place), ir.Opaque("an exception", place), place)
        return (caught, *self.block(handler.body))

    def _match(self, node: ast.Match) -> list[ir.Statement]:
        """An if-chain; a pattern other than values and names is a test that nobody knows."""
        place, value = self.place(node), self.expression(node.subject)
        subject: ir.Expression = value
        found: list[ir.Statement] = []
        if not isinstance(value, ir.Name):
            subject = ir.Name(_KEPT, place)
            found.append(ir.Assign(subject, value, place))
        rest: tuple[ir.Statement, ...] = ()
        for case in reversed(node.cases):
            rest = self._case(case, arm_of(self, case.pattern, subject), rest)
        return [*found, *rest]

    def _case(self, case: ast.match_case, arm: Arm, rest: tuple[ir.Statement, ...]) -> tuple[ir.Statement, ...]:
        place, then = self.place(case.pattern), (*arm.binds, *self.block(case.body))
        test = arm.test
        if case.guard is not None:
            guard: ir.Expression = self.expression(case.guard)
            if arm.binds:
                guard = ir.Sequence(arm.binds, guard, place)
            test = guard if test is None else ir.Operation("and", (test, guard), place)
        return then if test is None else (ir.If(test, then, rest, place),)
