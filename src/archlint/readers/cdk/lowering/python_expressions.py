"""Python's expressions and targets as the small tree."""

from __future__ import annotations

import ast
import re
from collections.abc import Sequence as Many

from archlint.model.place import Place
from archlint.readers.cdk import program as ir
from archlint.readers.cdk.lowering.texts import whole_characters

MAX_LEVELS = 120
"""Expressions and statements inside each other; chains such as `a.b().c()` and `a + b + c` count too."""
_LONG_LINE = 2000

_OPERATORS: dict[type[ast.AST], str] = {
    ast.Add: "+",
    ast.Sub: "-",
    ast.Mult: "*",
    ast.Div: "/",
    ast.FloorDiv: "//",
    ast.Mod: "%",
    ast.Pow: "**",
    ast.BitOr: "|",
    ast.BitAnd: "&",
    ast.BitXor: "^",
    ast.LShift: "<<",
    ast.RShift: ">>",
    ast.Eq: "==",
    ast.NotEq: "!=",
    ast.Lt: "<",
    ast.LtE: "<=",
    ast.Gt: ">",
    ast.GtE: ">=",
    ast.In: "in",
    ast.NotIn: "not-in",
    ast.Is: "is",
    ast.IsNot: "is-not",
    ast.Not: "not",
    ast.USub: "neg",
    ast.And: "and",
    ast.Or: "or",
}


class NoFormError(Exception):
    """A target that the small tree cannot express; `reason` says what it is."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class PythonExpressions:
    """Lowers the expressions of one file."""

    def __init__(self, path: str, text: str) -> None:
        self.path = path
        self.lines = re.split(r"\r\n|\r|\n", text)
        self.level = 0
        self.in_chain = False
        """A chain evaluates its inner operands twice; chains inside chains would double that each time."""

    def place(self, node: ast.expr | ast.stmt | ast.excepthandler | ast.arg | ast.pattern) -> Place:
        offset = node.col_offset
        if 0 < node.lineno <= len(self.lines):
            line = self.lines[node.lineno - 1]
            if len(line) < _LONG_LINE and not line.isascii():
                offset = len(line.encode(errors="replace")[:offset].decode(errors="ignore"))
        return Place(self.path, node.lineno, offset + 1)

    def expression(self, node: ast.expr) -> ir.Expression:
        """Never raises: what has no form, or is nested too deeply, is Opaque."""
        if self.level >= MAX_LEVELS:
            return ir.Opaque("nested too deeply", self.place(node))
        self.level += 1
        try:
            return self._common(node)
        finally:
            self.level -= 1

    def all_of(self, nodes: Many[ast.expr]) -> tuple[ir.Expression, ...]:
        return tuple(self.expression(node) for node in nodes)

    def _common(self, node: ast.expr) -> ir.Expression:
        place = self.place(node)
        match node:
            case ast.Constant():
                return _literal(node.value, place)
            case ast.Name():
                return ir.Name(node.id, place)
            case ast.Attribute():
                return ir.Attribute(self.expression(node.value), node.attr, place)
            case ast.Call():
                keywords = tuple(self._keyword(keyword, place) for keyword in node.keywords)
                return ir.Call(self.expression(node.func), self.all_of(node.args), keywords, place)
            case ast.Subscript():
                return ir.Index(self.expression(node.value), self.expression(node.slice), place)
            case ast.List() | ast.Tuple():
                return ir.ListOf(self.all_of(node.elts), place)
            case ast.Dict():
                pairs = zip(node.keys, node.values, strict=True)
                return ir.DictOf(
                    tuple(
                        ir.Item(None if key is None else self.expression(key), self.expression(v)) for key, v in pairs
                    ),
                    place,
                )
            case ast.JoinedStr():
                return ir.Template(tuple(self._part(part) for part in node.values), place)
            case ast.Starred():
                return ir.Spread(self.expression(node.value), place)
            case ast.IfExp():
                test, then, otherwise = self.all_of((node.test, node.body, node.orelse))
                return ir.Choice(test, then, otherwise, place)
            case _:
                return self._rarer(node, place)

    def _rarer(self, node: ast.expr, place: Place) -> ir.Expression:
        match node:
            case ast.BinOp():
                return self._operation(node.op, self.all_of((node.left, node.right)), place)
            case ast.BoolOp():
                return _nested(_OPERATORS[type(node.op)], self.all_of(node.values), place)
            case ast.UnaryOp(op=ast.UAdd()):
                return self.expression(node.operand)
            case ast.UnaryOp():
                return self._operation(node.op, (self.expression(node.operand),), place)
            case ast.Compare():
                return self._comparison(node, place)
            case ast.Lambda():
                value = self.expression(node.body)
                body = (ir.Return(value, self.place(node.body)),)
                if any(isinstance(inner, ast.Yield | ast.YieldFrom) for inner in ast.walk(node.body)):
                    return ir.Opaque("a generator function", place)
                return ir.Function("(lambda)", self.parameters(node.args), body, place)
            case ast.ListComp() | ast.SetComp() | ast.GeneratorExp() | ast.DictComp():
                return self._comprehension(node, place)
            case ast.NamedExpr():
                name = ir.Name(node.target.id, place)
                return ir.Sequence((ir.Assign(name, self.expression(node.value), place),), name, place)
            case ast.Await():
                return self.expression(node.value)
            case ast.Slice():
                return self._slice(node, place)
            case ast.Set():
                return ir.Call(ir.Name("set", place), (ir.ListOf(self.all_of(node.elts), place),), (), place)
            case ast.Yield() | ast.YieldFrom():
                return ir.Opaque("a generator's yield", place)
            case _:
                return ir.Opaque(f"Python's {type(node).__name__}", place)

    def _keyword(self, keyword: ast.keyword, place: Place) -> ir.Item:
        key = None if keyword.arg is None else ir.Literal(keyword.arg, place)
        return ir.Item(key, self.expression(keyword.value))

    def _part(self, part: ast.expr) -> ir.Expression:
        """A part of an f-string; `!s` changes nothing in a text."""
        if not isinstance(part, ast.FormattedValue):
            return self.expression(part)
        place, value = self.place(part), self.expression(part.value)
        if part.conversion in (ord("r"), ord("a")):
            value = ir.Call(ir.Name("repr", place), (value,), (), place)
        if part.format_spec is not None:
            value = ir.Call(ir.Name("format", place), (value, self.expression(part.format_spec)), (), place)
        return value

    def _operation(self, operator: ast.AST, operands: tuple[ir.Expression, ...], place: Place) -> ir.Expression:
        name = _OPERATORS.get(type(operator))
        if name is None:
            return ir.Opaque(f"Python's operator {type(operator).__name__}", place)
        return ir.Operation(name, operands, place)

    def _comparison(self, node: ast.Compare, place: Place) -> ir.Expression:
        if len(node.ops) > 1 and self.in_chain:
            return ir.Opaque("a chain of comparisons inside another", place)
        before, self.in_chain = self.in_chain, self.in_chain or len(node.ops) > 1
        operands = self.all_of((node.left, *node.comparators))
        self.in_chain = before
        pairs = zip(node.ops, operands, operands[1:], strict=False)
        return _nested("and", tuple(self._operation(op, (left, right), place) for op, left, right in pairs), place)

    def _slice(self, node: ast.Slice, place: Place) -> ir.Expression:
        bounds = (node.lower, node.upper, node.step)
        values = tuple(ir.Literal(None, place) if bound is None else self.expression(bound) for bound in bounds)
        return ir.Call(ir.Name("slice", place), values, (), place)

    def _comprehension(
        self, node: ast.ListComp | ast.SetComp | ast.GeneratorExp | ast.DictComp, place: Place
    ) -> ir.Expression:
        try:
            loops = tuple(
                (self.target(loop.target), self.expression(loop.iter), self.all_of(loop.ifs))
                for loop in node.generators
            )
        except NoFormError as error:
            return ir.Opaque(error.reason, place)
        if isinstance(node, ast.DictComp):
            element: ir.Expression = ir.ListOf(self.all_of((node.key, node.value)), place)
            return ir.Comprehension("dict", element, loops, place)
        kind = {ast.ListComp: "list", ast.SetComp: "set", ast.GeneratorExp: "generator"}[type(node)]
        return ir.Comprehension(kind, self.expression(node.elt), loops, place)

    def parameters(self, arguments: ast.arguments) -> tuple[ir.Parameter, ...]:
        """In calling order: positional ones, `*args`, keyword-only ones, `**kwargs`."""
        plain = [*arguments.posonlyargs, *arguments.args]
        defaults: list[ast.expr | None] = [None] * (len(plain) - len(arguments.defaults)) + list(arguments.defaults)
        found = [self._parameter(argument, default) for argument, default in zip(plain, defaults, strict=True)]
        if arguments.vararg is not None:
            found.append(self._parameter(arguments.vararg, None, kind="rest"))
        for argument, default in zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True):
            found.append(self._parameter(argument, default, keyword_only=True))
        if arguments.kwarg is not None:
            found.append(self._parameter(arguments.kwarg, None, kind="keywords"))
        return tuple(found)

    def _parameter(
        self, argument: ast.arg, default: ast.expr | None, *, kind: str = "plain", keyword_only: bool = False
    ) -> ir.Parameter:
        target = ir.Name(argument.arg, self.place(argument))
        return ir.Parameter(target, None if default is None else self.expression(default), kind, keyword_only)

    def target(self, node: ast.expr) -> ir.Target:
        """Raises NoFormError for a `*rest` that is not last and for too much nesting."""
        place = self.place(node)
        if self.level >= MAX_LEVELS:
            raise NoFormError("nested too deeply")
        match node:
            case ast.Name():
                return ir.Name(node.id, place)
            case ast.Attribute():
                return ir.Attribute(self.expression(node.value), node.attr, place)
            case ast.Subscript():
                return ir.Index(self.expression(node.value), self.expression(node.slice), place)
            case ast.List() | ast.Tuple():
                return self._list_target(node, place)
            case _:
                raise NoFormError(f"an assignment to Python's {type(node).__name__}")

    def _list_target(self, node: ast.List | ast.Tuple, place: Place) -> ir.ListTarget:
        if any(isinstance(element, ast.Starred) for element in node.elts[:-1]):
            raise NoFormError("an assignment to a starred name before others")
        rest = bool(node.elts) and isinstance(node.elts[-1], ast.Starred)
        inner = [element.value if isinstance(element, ast.Starred) else element for element in node.elts]
        self.level += 1
        try:
            return ir.ListTarget(tuple(self.target(element) for element in inner), rest, place)
        finally:
            self.level -= 1


def _literal(value: object, place: Place) -> ir.Expression:
    if isinstance(value, str):
        return ir.Literal(whole_characters(value), place)
    if value is None or isinstance(value, bool | int | float):
        return ir.Literal(value, place)
    return ir.Opaque("an ellipsis" if value is ... else f"Python's {type(value).__name__}", place)


def _nested(operator: str, operands: tuple[ir.Expression, ...], place: Place) -> ir.Expression:
    """`a and b and c` as `(a and b) and c`; an evaluator recurses over it, so its length is bounded."""
    if len(operands) > MAX_LEVELS:
        return ir.Opaque(f"more than {MAX_LEVELS} operands", place)
    result = operands[0]
    for operand in operands[1:]:
        result = ir.Operation(operator, (result, operand), place)
    return result
