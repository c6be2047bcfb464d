"""TypeScript's targets, functions and classes as the small tree."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterable

from tree_sitter import Node

from archlint.model.place import Place
from archlint.readers.cdk import program as ir
from archlint.readers.cdk.lowering.typescript_expressions import KEPT, MAX_LEVELS, TypeScriptExpressions, bare
from archlint.readers.cdk.lowering.typescript_nodes import (
    children,
    first_child,
    has_word,
    is_broken,
    source_of,
    text_of,
)

Steps = tuple[ir.Statement, ...]
"""What runs before a `continue`: the step of a classic for, the test of a do-while."""


class NoFormError(Exception):
    """A target that the small tree cannot express; `reason` says what it is."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Functions(TypeScriptExpressions):
    """Lowers targets, functions and classes."""

    def __init__(self, path: str, text: str) -> None:
        super().__init__(path, text)
        self.steps: list[Steps] = []

    @abstractmethod
    def block(self, nodes: Iterable[Node]) -> tuple[ir.Statement, ...]: ...

    def target(self, node: Node) -> ir.Target:
        """Raises NoFormError for what has no form."""
        node, place = bare(node), self.place(node)
        if is_broken(node) or self.level >= MAX_LEVELS:
            raise NoFormError("a syntax error" if is_broken(node) else "nested too deeply")
        self.level += 1
        try:
            match node.type:
                case "identifier" | "shorthand_property_identifier_pattern" | "undefined":
                    return ir.Name(source_of(node), place)
                case "member_expression" | "subscript_expression":
                    found = self.expression(node)
                    if isinstance(found, ir.Attribute | ir.Index):
                        return found
                case "array_pattern":
                    return self._array_target(node, place)
                case "object_pattern":
                    return self._object_target(node, place)
        finally:
            self.level -= 1
        raise NoFormError(f"an assignment to TypeScript's {node.type.replace('_', ' ')}")

    def _array_target(self, node: Node, place: Place) -> ir.ListTarget:
        found: list[ir.Target] = []
        rest, after_comma = False, True
        for child in node.children:
            if child.type == ",":
                if after_comma:
                    found.append(ir.Name(KEPT, self.place(child)))
                after_comma = True
            elif child.is_named and child.type != "comment":
                after_comma, rest = False, child.type == "rest_pattern"
                found.append(self.target(_inside(child)))
        return ir.ListTarget(tuple(found), rest, place)

    def _object_target(self, node: Node, place: Place) -> ir.ObjectTarget:
        entries: list[tuple[str, ir.Target, ir.Expression | None]] = []
        rest: str | None = None
        for child in children(node):
            if child.type == "rest_pattern":
                rest = source_of(_inside(child))
                continue
            value, default = child, None
            if child.type == "pair_pattern":
                value = _required(child, "value")
                name = self._fixed_key(_required(child, "key"))
            else:
                name = source_of(_required(child, "left") if child.type == "object_assignment_pattern" else child)
            if value.type in ("assignment_pattern", "object_assignment_pattern"):
                default = self.field(value, "right")
                value = _required(value, "left")
            entries.append((name, self.target(value), default))
        return ir.ObjectTarget(tuple(entries), rest, place)

    def _fixed_key(self, node: Node) -> str:
        key = self.key(node, self.place(node))
        if isinstance(key, ir.Literal):
            return str(key.value)
        raise NoFormError("a computed key in a pattern")

    def unknown(self, node: Node, reason: str, *, declares: bool = True) -> list[ir.Statement]:
        """Every name that a pattern binds, as something that nobody knows."""
        found: list[ir.Statement] = []
        waiting = [node]
        while waiting:
            inner = waiting.pop()
            if inner.type in ("identifier", "shorthand_property_identifier_pattern"):
                place = self.place(inner)
                name = ir.Name(source_of(inner), place)
                found.append(ir.Assign(name, ir.Opaque(reason, place), place, None, declares))
            elif inner.type.endswith("_pattern"):
                named = inner.child_by_field_name("left") or inner.child_by_field_name("value")
                waiting.extend(children(inner) if named is None else [named])
        return found

    def function(self, node: Node, name: str) -> ir.Function:
        place, kind = self.place(node), "function"
        if has_word(node, "static"):
            kind = "static"
        elif has_word(node, "get"):
            kind = "property"
        arrow = node.type == "arrow_function"
        parameters, body = self._parameters(node)
        within, self.steps = self.steps, []
        if node.type.startswith("generator") or has_word(node, "*"):
            body.append(ir.Return(ir.Opaque("a generator function", place), place))
        else:
            body += self._function_body(node.child_by_field_name("body"))
        self.steps = within
        return ir.Function(name, parameters, tuple(body), place, binds_this=not arrow, kind=kind)

    def _function_body(self, node: Node | None) -> tuple[ir.Statement, ...]:
        if node is None:
            return ()
        if node.type == "statement_block":
            return self.block(children(node))
        return (ir.Return(self.expression(node), self.place(node)),)

    def _parameters(self, node: Node) -> tuple[tuple[ir.Parameter, ...], list[ir.Statement]]:
        """The parameters, and assignments for names in patterns that have no form."""
        single = node.child_by_field_name("parameter")
        if single is not None:
            return (ir.Parameter(ir.Name(source_of(single), self.place(single))),), []
        found: list[ir.Parameter] = []
        unknown: list[ir.Statement] = []
        for child in children(node.child_by_field_name("parameters")):
            pattern = child.child_by_field_name("pattern") or child
            if pattern.type == "this":
                continue
            try:
                target = self.target(_inside(pattern))
            except NoFormError as error:
                target = ir.Name(KEPT, self.place(child))
                unknown += self.unknown(pattern, error.reason)
            found.append(self._parameter(child, pattern, target))
        return tuple(found), unknown

    def _parameter(self, node: Node, pattern: Node, target: ir.Target) -> ir.Parameter:
        value = node.child_by_field_name("value")
        default: ir.Expression | None = None
        if value is not None:
            default = self.expression(value)
        elif node.type == "optional_parameter":
            default = ir.Literal(None, self.place(node))
        field = has_word(node, "readonly") or any(
            child.type in ("accessibility_modifier", "override_modifier") for child in node.named_children
        )
        kind = "rest" if pattern.type == "rest_pattern" else "plain"
        return ir.Parameter(target, default, kind, field=field)

    def class_of(self, node: Node, name: str) -> ir.Class:
        body: list[ir.Statement] = []
        fields: list[ir.Assign] = []
        for member in children(node.child_by_field_name("body")):
            match member.type:
                case "method_definition":
                    body += self._method(member)
                case "public_field_definition":
                    found = self._field(member)
                    if found is not None:
                        (body if has_word(member, "static") else fields).append(found)
                case "class_static_block" | "ERROR":
                    reason = "a syntax error" if member.is_error else "a class's static block"
                    body.append(ir.Do(ir.Opaque(reason, self.place(member)), self.place(member)))
        own = [child for child in node.children if child.type == "decorator"]
        outer = node.parent
        if outer is not None and outer.type == "export_statement":
            own = [child for child in outer.children if child.type == "decorator"] + own
        decorators = tuple(self.expression(inner) for child in own if (inner := first_child(child)) is not None)
        return ir.Class(name, self._bases(node), tuple(body), tuple(fields), self.place(node), decorators)

    def _bases(self, node: Node) -> tuple[ir.Expression, ...]:
        found: list[ir.Expression] = []
        for heritage in node.named_children:
            if heritage.type == "class_heritage":
                for clause in children(heritage):
                    if clause.type == "extends_clause":
                        found += [self.expression(value) for value in clause.children_by_field_name("value")]
                    elif clause.type != "implements_clause":
                        found.append(self.expression(clause))
        return tuple(found)

    def _member_name(self, node: Node) -> str | None:
        name = node.child_by_field_name("name")
        if name is None or name.type == "computed_property_name":
            return None
        return text_of(name) if name.type == "string" else source_of(name)

    def _method(self, node: Node) -> list[ir.Statement]:
        name, place = self._member_name(node), self.place(node)
        if has_word(node, "set"):
            return []
        if name is None:
            return [ir.Do(ir.Opaque("a method with a computed name", place), place)]
        if has_word(node, "static") and has_word(node, "get"):
            return [ir.Assign(ir.Name(name, place), ir.Opaque("a static getter", place), place)]
        return [ir.Define(self.function(node, name), place)]

    def _field(self, node: Node) -> ir.Assign | None:
        name, value, place = self._member_name(node), node.child_by_field_name("value"), self.place(node)
        if name is None or value is None:
            return None
        return ir.Assign(ir.Name(name, place), self.expression(value), place)


def _inside(node: Node) -> Node:
    """The pattern in `...pattern`."""
    return (first_child(node) or node) if node.type == "rest_pattern" else node


def _required(node: Node, field: str) -> Node:
    found = node.child_by_field_name(field)
    if found is None:
        raise NoFormError("a syntax error")
    return found
