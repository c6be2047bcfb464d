"""TypeScript's declarations: variables, enums, namespaces, imports and exports."""

from __future__ import annotations

from abc import abstractmethod

from tree_sitter import Node

from archlint.model.place import Place
from archlint.readers.cdk import program as ir
from archlint.readers.cdk.lowering.typescript_expressions import MAX_LEVELS, bare, is_plain, operator_of
from archlint.readers.cdk.lowering.typescript_functions import Functions, NoFormError
from archlint.readers.cdk.lowering.typescript_modules import declared_names, export_of, required_module, required_names
from archlint.readers.cdk.lowering.typescript_nodes import (
    children,
    first_child,
    has_word,
    is_broken,
    source_of,
    text_of,
)


class Effects(Functions):
    """Lowers expressions whose value is not used, and assignments whose value is."""

    def effect(self, node: Node) -> list[ir.Statement]:
        node = bare(node)
        place = self.place(node)
        if is_broken(node) or self.level >= MAX_LEVELS:
            return self._lost(node, self.expression(node), place)
        self.level += 1
        try:
            return self._effect(node, place)
        finally:
            self.level -= 1

    def _effect(self, node: Node, place: Place) -> list[ir.Statement]:
        match node.type:
            case "assignment_expression":
                declares = has_word(node, "using")
                left = node.child_by_field_name("left")
                return self.bind(left or node, self.field(node, "right"), place, declares=declares)
            case "augmented_assignment_expression":
                sign = node.child_by_field_name("operator")
                operator = operator_of("" if sign is None else source_of(sign).removesuffix("="))
                return self._changed(node.child_by_field_name("left"), self.field(node, "right"), operator, place)
            case "update_expression":
                step = "-" if has_word(node, "--") else "+"
                return self._changed(node.child_by_field_name("argument"), ir.Literal(1, place), step, place)
            case "sequence_expression":
                return [statement for part in children(node) for statement in self.effect(part)]
            case "unary_expression" if has_word(node, "void") or has_word(node, "delete"):
                argument = bare(node.child_by_field_name("argument") or node)
                if has_word(node, "void") or argument.type not in ("member_expression", "subscript_expression"):
                    return [ir.Do(self.field(node, "argument"), place)]
                return self.bind(argument, ir.Literal(None, place), place, declares=False)
            case "ternary_expression":
                then, otherwise = (node.child_by_field_name(name) for name in ("consequence", "alternative"))
                return [ir.If(self.field(node, "condition"), self._branch(then), self._branch(otherwise), place)]
            case "binary_expression" if has_word(node, "&&") or has_word(node, "||"):
                guarded, test = self._branch(node.child_by_field_name("right")), self.field(node, "left")
                if has_word(node, "&&"):
                    return [ir.If(test, guarded, (), place)]
                return [ir.If(test, (), guarded, place)]
            case _:
                return [ir.Do(self.expression(node), place)]

    def _branch(self, node: Node | None) -> tuple[ir.Statement, ...]:
        return () if node is None else tuple(self.effect(node))

    def _lost(self, node: Node, value: ir.Expression, place: Place) -> list[ir.Statement]:
        """A broken assignment leaves its target unknown."""
        left = node.child_by_field_name("left") if node.type.endswith("assignment_expression") else None
        return [ir.Do(value, place)] if left is None else self.bind(left, value, place, declares=False)

    def bind(self, target: Node, value: ir.Expression, place: Place, *, declares: bool) -> list[ir.Statement]:
        try:
            return [ir.Assign(self.target(target), value, place, None, declares)]
        except NoFormError as error:
            return [ir.Do(value, place), *self.unknown(target, error.reason, declares=declares)]

    def _changed(
        self, node: Node | None, value: ir.Expression, operator: str | None, place: Place
    ) -> list[ir.Statement]:
        if node is None:
            return [ir.Do(value, place)]
        try:
            target = self.target(node)
        except NoFormError as error:
            return [ir.Do(value, place), *self.unknown(node, error.reason, declares=False)]
        if operator is None:
            return [ir.Assign(target, ir.Opaque("a rare operator", place), place)]
        return [ir.Assign(target, value, place, operator)]

    def assigned(self, node: Node, place: Place) -> ir.Expression:
        """A target that does something itself is not evaluated a second time."""
        body = tuple(self.effect(node))
        last = body[-1] if body else None
        if isinstance(last, ir.Assign) and is_plain(last.target):
            value: ir.Expression = last.target
        else:
            value = ir.Opaque("the value of an assignment", place)
        if node.type != "update_expression" or not node.children or not node.children[0].is_named:
            return ir.Sequence(body, value, place)
        sign = "+" if has_word(node, "--") else "-"
        return ir.Sequence(body, ir.Operation(sign, (value, ir.Literal(1, place)), place), place)


_DEFAULT = "(default)"


class Declarations(Effects):
    """Lowers what gives names."""

    @abstractmethod
    def statement(self, node: Node) -> list[ir.Statement]: ...

    def variables(self, node: Node) -> list[ir.Statement]:
        declarators = [child for child in children(node) if child.type == "variable_declarator"]
        return [statement for child in declarators for statement in self._variable(child)]

    def _variable(self, node: Node) -> list[ir.Statement]:
        name, value, place = node.child_by_field_name("name"), node.child_by_field_name("value"), self.place(node)
        if name is None:
            return []
        if is_broken(node) or (value is None and node.parent is not None and is_broken(node.parent)):
            return self.bind(name, ir.Opaque("a syntax error", place), place, declares=True)
        if value is None:
            return self.bind(name, ir.Literal(None, place), place, declares=True)
        value = bare(value)
        required = self._required(name, value, place)
        if required is not None:
            return [required]
        if value.type == "class" and value.child_by_field_name("name") is None and name.type == "identifier":
            return [self.class_of(value, source_of(name))]
        return self.bind(name, self.expression(value), place, declares=True)

    def _required(self, name: Node, value: Node, place: Place) -> ir.Import | None:
        """`const x = require('m')`, `const { a } = require('m')`, `const x = require('m').a`."""
        module = required_module(value)
        if module is not None and name.type == "identifier":
            return ir.Import(module, 0, (("*", source_of(name)),), place)
        if module is not None and name.type == "object_pattern":
            names = required_names(name)
            return None if names is None else ir.Import(module, 0, names, place)
        if value.type == "member_expression" and name.type == "identifier":
            owner, member = value.child_by_field_name("object"), value.child_by_field_name("property")
            module = required_module(None if owner is None else bare(owner))
            if module is not None and member is not None:
                return ir.Import(module, 0, ((source_of(member), source_of(name)),), place)
        return None

    def named_function(self, node: Node) -> list[ir.Statement]:
        name = node.child_by_field_name("name")
        return [ir.Define(self.function(node, _DEFAULT if name is None else source_of(name)), self.place(node))]

    def named_class(self, node: Node) -> list[ir.Statement]:
        name = node.child_by_field_name("name")
        return [self.class_of(node, _DEFAULT if name is None else source_of(name))]

    def alias(self, node: Node) -> list[ir.Statement]:
        """`import x = A.B`."""
        parts, place = children(node), self.place(node)
        if len(parts) < 2:
            return []
        first, *rest = source_of(parts[1]).split(".")
        value: ir.Expression = ir.Name(first, place)
        for name in rest:
            value = ir.Attribute(value, name.strip(), place)
        return [ir.Assign(ir.Name(source_of(parts[0]), place), value, place, None, True)]

    def enum(self, node: Node) -> list[ir.Statement]:
        """An object of its members; a number also leads back to its name."""
        name, place = node.child_by_field_name("name"), self.place(node)
        known: dict[str, ir.Expression] = {}
        items: list[ir.Item] = []
        following: int | None = 0
        for child in children(node.child_by_field_name("body")):
            label = child.child_by_field_name("name") if child.type == "enum_assignment" else child
            if label is None or child.is_error or label.type == "computed_property_name":
                items.append(ir.Item(None, ir.Opaque("an enum's computed member", place)))
                continue
            key = text_of(label) if label.type == "string" else source_of(label)
            value = self._enum_value(child, following, known)
            number = value.value if isinstance(value, ir.Literal) else None
            following = number + 1 if isinstance(number, int) else None
            known[key] = value
            items.append(ir.Item(ir.Literal(key, self.place(child)), value))
            if isinstance(number, int | float):
                items.append(ir.Item(ir.Literal(str(number), self.place(child)), ir.Literal(key, self.place(child))))
        target = ir.Name("" if name is None else source_of(name), place)
        return [ir.Assign(target, ir.DictOf(tuple(items), place), place, None, True)]

    def _enum_value(self, node: Node, following: int | None, known: dict[str, ir.Expression]) -> ir.Expression:
        if node.type == "enum_assignment":
            value = self.field(node, "value")
            earlier = known.get(value.name) if isinstance(value, ir.Name) else None
            return value if earlier is None else earlier
        place = self.place(node)
        return (
            ir.Opaque("an enum's member without a value", place) if following is None else ir.Literal(following, place)
        )

    def namespace(self, node: Node) -> list[ir.Statement]:
        """Its content stands in the scope around it; the namespace itself is an object of what it exports."""
        name, place = node.child_by_field_name("name"), self.place(node)
        body = node.child_by_field_name("body")
        if name is None or body is None or name.type != "identifier":
            return [] if name is not None and name.type == "string" else [ir.Do(ir.Opaque("a namespace", place), place)]
        items: list[ir.Item] = []
        found: list[ir.Statement] = []
        for statement in self.block(children(body)):
            if isinstance(statement, ir.Export):
                for local, exported in statement.names:
                    items.append(ir.Item(ir.Literal(exported, statement.place), ir.Name(local, statement.place)))
            else:
                found.append(statement)
        whole = ir.Assign(ir.Name(source_of(name), place), ir.DictOf(tuple(items), place), place, None, True)
        return [*found, whole]

    def exported(self, node: Node) -> list[ir.Statement]:
        place = self.place(node)
        declaration, value = node.child_by_field_name("declaration"), node.child_by_field_name("value")
        is_default = has_word(node, "default")
        if declaration is not None:
            found = self.statement(declaration)
            names = declared_names(found[-1:] if declaration.type == "internal_module" else found)
            if is_default:
                names = tuple((local, "default") for local, _ in names)
            return [*found, ir.Export(names, None, place)] if names else found
        if value is not None:
            return self._given(value, "default", _DEFAULT, place)
        if has_word(node, "="):
            inner = first_child(node)
            return [] if inner is None else self._given(inner, "=", "(module)", place)
        export = export_of(node, place)
        return [] if export is None else [export]

    def _given(self, node: Node, exported: str, local: str, place: Place) -> list[ir.Statement]:
        """`export default x`, `module.exports = x`: a name as itself, any other value under `local`."""
        node = bare(node)
        if node.type == "identifier":
            return [ir.Export(((source_of(node), exported),), None, place)]
        export = ir.Export(((local, exported),), None, place)
        if node.type == "class" and node.child_by_field_name("name") is None:
            return [self.class_of(node, local), export]
        return [ir.Assign(ir.Name(local, place), self.expression(node), place, None, True), export]

    def common_js(self, node: Node) -> list[ir.Statement] | None:
        """`module.exports = …`, `exports.x = …`; None for anything else."""
        left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
        if node.type != "assignment_expression" or left is None or right is None or left.type != "member_expression":
            return None
        place, target = self.place(node), source_of(left)
        if target == "module.exports":
            return [*self._given(right, "=", "(module)", place), *self._object_exports(right)]
        owner, name = target.rpartition(".")[::2]
        if owner in ("exports", "module.exports"):
            return self._given(right, name, f"(exports.{name})", place)
        return None

    def _object_exports(self, node: Node) -> list[ir.Statement]:
        """`module.exports = { A, b: c }` also exports A, and c as b."""
        if node.type != "object":
            return []
        try:
            pairs = [self._object_export(child) for child in children(node)]
        except NoFormError:
            return []
        names = tuple(pair for pair in pairs if pair is not None)
        return [ir.Export(names, None, self.place(node))] if names else []

    def _object_export(self, node: Node) -> tuple[str, str] | None:
        if node.type == "shorthand_property_identifier":
            return source_of(node), source_of(node)
        key, value = node.child_by_field_name("key"), node.child_by_field_name("value")
        if node.type == "pair" and key is not None and value is not None and value.type == "identifier":
            return source_of(value), self._fixed_key(key)
        return None
