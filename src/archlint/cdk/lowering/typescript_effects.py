"""TypeScript's expressions that are statements: assignments, updates, conditions that only guard a call."""

from __future__ import annotations

from tree_sitter import Node

from archlint.cdk import program as ir
from archlint.cdk.lowering.typescript_expressions import MAX_LEVELS, bare, is_plain, operator_of
from archlint.cdk.lowering.typescript_functions import Functions, NoFormError
from archlint.cdk.lowering.typescript_nodes import children, has_word, is_broken, source_of
from archlint.model.place import Place


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
