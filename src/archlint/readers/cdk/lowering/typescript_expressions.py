"""TypeScript's expressions as the small tree."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TypeGuard

from tree_sitter import Node

from archlint.model.place import Place
from archlint.readers.cdk import program as ir
from archlint.readers.cdk.lowering.typescript_nodes import (
    children,
    first_child,
    has_word,
    is_broken,
    number_of,
    source_of,
    template_parts,
    text_of,
)

MAX_LEVELS = 120
"""Expressions and statements inside each other; chains such as `a.b().c()` and `a + b + c` count too."""
KEPT = "(value)"
"""A name that no source can hold: a switch's subject, a hole in a pattern."""
_LONG_LINE = 2000

_OPERATORS = {"===": "==", "!==": "!=", "&&": "and", "||": "or"}
_OPERATORS |= {same: same for same in "+ - * / % ** == != < <= > >= in ?? | & ^ << >>".split()}
_TRANSPARENT = frozenset(
    "parenthesized_expression as_expression satisfies_expression non_null_expression await_expression "
    "instantiation_expression type_assertion".split()
)
_FUNCTIONS = frozenset("arrow_function function_expression generator_function function".split())


def operator_of(text: str) -> str | None:
    return _OPERATORS.get(text)


def is_plain(node: ir.Expression | ir.Target) -> TypeGuard[ir.Name | ir.Attribute]:
    """`a` and `a.b.c`: reading it again costs little and changes nothing."""
    while isinstance(node, ir.Attribute):
        node = node.owner
    return isinstance(node, ir.Name)


def bare(node: Node) -> Node:
    """Without parentheses, types, `!` and `await`."""
    while node.type in _TRANSPARENT and not is_broken(node):
        inner = children(node)[-1:] if node.type == "type_assertion" else children(node)[:1]
        if not inner:
            return node
        node = inner[0]
    return node


class TypeScriptExpressions(ABC):
    """Lowers the expressions of one file."""

    def __init__(self, path: str, text: str) -> None:
        self.path = path
        self.lines = text.split("\n")
        self.level = 0

    @abstractmethod
    def function(self, node: Node, name: str) -> ir.Function: ...

    @abstractmethod
    def effect(self, node: Node) -> list[ir.Statement]:
        """What an expression does when its value is not used."""

    @abstractmethod
    def class_of(self, node: Node, name: str) -> ir.Class: ...

    def place(self, node: Node) -> Place:
        row, column = node.start_point
        if row < len(self.lines):
            line = self.lines[row]
            if len(line) < _LONG_LINE and not line.isascii():
                column = len(line.encode(errors="replace")[:column].decode(errors="ignore"))
        return Place(self.path, row + 1, column + 1)

    def field(self, node: Node, name: str) -> ir.Expression:
        found = node.child_by_field_name(name)
        return ir.Opaque("a syntax error", self.place(node)) if found is None else self.expression(found)

    def expression(self, node: Node) -> ir.Expression:
        """Never raises: what has no form, or is nested too deeply, is Opaque."""
        node = bare(node)
        place = self.place(node)
        if is_broken(node):
            return ir.Opaque("a syntax error", place)
        if self.level >= MAX_LEVELS:
            return ir.Opaque("nested too deeply", place)
        self.level += 1
        try:
            return self._leaf(node, place) or self._common(node, place)
        finally:
            self.level -= 1

    def _leaf(self, node: Node, place: Place) -> ir.Expression | None:
        match node.type:
            case "identifier" | "this" | "super" | "shorthand_property_identifier":
                return ir.Name(source_of(node), place)
            case "string":
                return ir.Literal(text_of(node), place)
            case "number":
                value = number_of(source_of(node))
                return ir.Opaque("a number that is no number", place) if value is None else ir.Literal(value, place)
            case "true" | "false":
                return ir.Literal(node.type == "true", place)
            case "null" | "undefined":
                return ir.Literal(None, place)
            case "regex":
                return ir.Opaque("a regular expression", place)
            case "import" | "meta_property":
                return ir.Name(source_of(node).replace(" ", ""), place)
            case _:
                return None

    def _common(self, node: Node, place: Place) -> ir.Expression:
        match node.type:
            case "member_expression":
                return self._member(node, place)
            case "call_expression":
                return self._call(node, place)
            case "new_expression":
                arguments = node.child_by_field_name("arguments")
                return ir.Call(self.field(node, "constructor"), self._items(arguments), (), place)
            case "object":
                return ir.DictOf(tuple(self._entry(child) for child in children(node)), place)
            case "array":
                return ir.ListOf(self._array(node), place)
            case "template_string":
                return self._template(node, place)
            case "spread_element":
                inner = first_child(node)
                value = ir.Opaque("a syntax error", place) if inner is None else self.expression(inner)
                return ir.Spread(value, place)
            case "subscript_expression":
                owner = self.field(node, "object")
                index = ir.Index(owner, self.field(node, "index"), place)
                return self._unless_none(owner, index, optional=node.child_by_field_name("optional_chain") is not None)
            case "ternary_expression":
                test, then = self.field(node, "condition"), self.field(node, "consequence")
                return ir.Choice(test, then, self.field(node, "alternative"), place)
            case "binary_expression":
                return self._binary(node, place)
            case "unary_expression":
                return self._unary(node, place)
            case _:
                return self._rarer(node, place)

    def _rarer(self, node: Node, place: Place) -> ir.Expression:
        if node.type in _FUNCTIONS:
            label = node.child_by_field_name("name")
            return self.function(node, "(function)" if label is None else source_of(label))
        match node.type:
            case "class":
                own = node.child_by_field_name("name")
                name = f"(class {place.line}:{place.column})" if own is None else source_of(own)
                return ir.Sequence((self.class_of(node, name),), ir.Name(name, place), place)
            case "assignment_expression" | "augmented_assignment_expression" | "update_expression":
                return self.assigned(node, place)
            case "sequence_expression":
                parts = children(node)
                body = tuple(statement for part in parts[:-1] for statement in self.effect(part))
                return ir.Sequence(body, self.expression(parts[-1]), place)
            case "yield_expression":
                return ir.Opaque("a generator's yield", place)
            case kind if kind.startswith("jsx_"):
                return ir.Opaque("JSX", place)
            case kind:
                return ir.Opaque(f"TypeScript's {kind.replace('_', ' ')}", place)

    @abstractmethod
    def assigned(self, node: Node, place: Place) -> ir.Expression:
        """`(a = b)`, `(a += b)` and `i++` as a value."""

    def _member(self, node: Node, place: Place) -> ir.Expression:
        name = node.child_by_field_name("property")
        optional = node.child_by_field_name("optional_chain") is not None
        return ir.Attribute(self.field(node, "object"), "" if name is None else source_of(name), place, optional)

    def _call(self, node: Node, place: Place) -> ir.Expression:
        arguments = node.child_by_field_name("arguments")
        if arguments is None or arguments.type != "arguments":
            return ir.Opaque("a tagged template", place)
        function = self.field(node, "function")
        call = ir.Call(function, self._items(arguments), (), place)
        return self._unless_none(function, call, optional=has_word(node, "?."))

    def _unless_none(self, owner: ir.Expression, value: ir.Expression, *, optional: bool) -> ir.Expression:
        """`a?.[k]`, `f?.()`: None for a None owner. An owner that does something is not evaluated twice."""
        if not optional or not is_plain(owner):
            return value
        none = ir.Literal(None, owner.place)
        return ir.Choice(ir.Operation("==", (owner, none), owner.place), none, value, value.place)

    def _items(self, node: Node | None) -> tuple[ir.Expression, ...]:
        """Arguments; after a syntax error among them nobody knows how many there are."""
        if node is not None and is_broken(node):
            place = self.place(node)
            return (ir.Spread(ir.Opaque("a syntax error", place), place),)
        return tuple(self.expression(child) for child in children(node))

    def _array(self, node: Node) -> tuple[ir.Expression, ...]:
        items: list[ir.Expression] = []
        after_comma = True
        for child in node.children:
            if child.type == ",":
                if after_comma:
                    items.append(ir.Literal(None, self.place(child)))
                after_comma = True
            elif child.is_named and child.type != "comment":
                items.append(self.expression(child))
                after_comma = False
        return tuple(items)

    def _entry(self, node: Node) -> ir.Item:
        place = self.place(node)
        match node.type:
            case "pair":
                return ir.Item(self.key(node.child_by_field_name("key"), place), self.field(node, "value"))
            case "shorthand_property_identifier":
                return ir.Item(ir.Literal(source_of(node), place), self.expression(node))
            case "spread_element":
                inner = first_child(node)
                return ir.Item(None, ir.Opaque("a syntax error", place) if inner is None else self.expression(inner))
            case "method_definition":
                name = node.child_by_field_name("name")
                accessor = has_word(node, "get") or has_word(node, "set")
                method = self.function(node, "" if name is None else source_of(name))
                value = ir.Opaque("a getter in an object", place) if accessor else method
                return ir.Item(self.key(name, place), value)
            case _:
                return ir.Item(None, ir.Opaque("a syntax error", place))

    def key(self, node: Node | None, place: Place) -> ir.Expression:
        """A property's name; only `[computed]` ones are expressions."""
        if node is None:
            return ir.Opaque("a syntax error", place)
        if node.type == "computed_property_name":
            inner = first_child(node)
            return ir.Opaque("a syntax error", place) if inner is None else self.expression(inner)
        if node.type == "string":
            return ir.Literal(text_of(node), place)
        number = number_of(source_of(node)) if node.type == "number" else None
        return ir.Literal(source_of(node) if number is None else str(number), place)

    def _template(self, node: Node, place: Place) -> ir.Expression:
        parts: list[ir.Expression] = []
        for part in template_parts(node):
            if isinstance(part, str):
                parts.append(ir.Literal(part, place))
            else:
                inner = first_child(part)
                parts.append(ir.Opaque("a syntax error", place) if inner is None else self.expression(inner))
        if all(isinstance(part, ir.Literal) for part in parts) and len(parts) < 2:
            return parts[0] if parts else ir.Literal("", place)
        return ir.Template(tuple(parts), place)

    def _binary(self, node: Node, place: Place) -> ir.Expression:
        sign = node.child_by_field_name("operator")
        operator = "" if sign is None else source_of(sign)
        name = operator_of(operator)
        if name is None:
            return ir.Opaque(f"the operator {operator}", place)
        return ir.Operation(name, (self.field(node, "left"), self.field(node, "right")), place)

    def _unary(self, node: Node, place: Place) -> ir.Expression:
        sign = node.child_by_field_name("operator")
        operator = "" if sign is None else source_of(sign)
        match operator:
            case "!" | "-":
                return ir.Operation("not" if operator == "!" else "neg", (self.field(node, "argument"),), place)
            case "+" | "typeof":
                name = ir.Name("Number" if operator == "+" else "typeof", place)
                return ir.Call(name, (self.field(node, "argument"),), (), place)
            case "void" | "delete":
                return ir.Sequence(tuple(self.effect(node)), ir.Literal(operator == "delete" or None, place), place)
            case _:
                return ir.Opaque(f"the operator {operator}", place)
