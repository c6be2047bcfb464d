"""A TypeScript or JavaScript file of a CDK app as the small tree. Nothing is imported or executed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from tree_sitter import Node

from archlint.model.place import Place
from archlint.readers.cdk import program as ir
from archlint.readers.cdk.lowering.typescript_declarations import Declarations
from archlint.readers.cdk.lowering.typescript_expressions import KEPT, MAX_LEVELS
from archlint.readers.cdk.lowering.typescript_functions import NoFormError
from archlint.readers.cdk.lowering.typescript_modules import import_of
from archlint.readers.cdk.lowering.typescript_nodes import children, first_child, parse_typescript
from archlint.syntax.python import SourceError

_ENDS = frozenset("break_statement return_statement throw_statement continue_statement".split())
_BREAKABLE = frozenset("for_statement for_in_statement while_statement do_statement switch_statement".split())
_LOOPS = _BREAKABLE - {"switch_statement"}


@dataclass(frozen=True)
class Clause:
    """`case 1: case 2: body`; `values` is empty where `default` is among them. `falls`: it goes on into the next."""

    values: tuple[Node, ...]
    body: tuple[Node, ...]
    falls: bool


def clauses_of(node: Node) -> list[Clause]:
    """In order, but `default`, which is tried last, comes last."""
    cases = [child for child in children(node.child_by_field_name("body")) if child.type.startswith("switch_")]
    found: list[Clause] = []
    default: Clause | None = None
    values: list[Node] = []
    is_default = False
    for index, case in enumerate(cases):
        value = case.child_by_field_name("value")
        is_default = is_default or value is None
        values += [] if value is None else [value]
        own, is_last = _own_statements(case), index == len(cases) - 1
        if not own and not is_last:
            continue
        clause = Clause(() if is_default else tuple(values), _up_to_break(own), not is_last and not _any_ends(own))
        if is_default:
            default = clause
        else:
            found.append(clause)
        values, is_default = [], False
    return found if default is None else [*found, default]


def _own_statements(case: Node) -> list[Node]:
    """A clause's statements; `case 1: { … }` counts as its content."""
    own = [child for child in case.children_by_field_name("body") if child.is_named and child.type != "comment"]
    return children(own[0]) if len(own) == 1 and own[0].type == "statement_block" else own


def _any_ends(nodes: list[Node]) -> bool:
    """Whether control surely leaves: a statement that only may leave does not count."""
    return any(node.type in _ENDS or (node.type == "statement_block" and _any_ends(children(node))) for node in nodes)


def _up_to_break(nodes: list[Node]) -> tuple[Node, ...]:
    ends = next((index for index, node in enumerate(nodes) if node.type == "break_statement"), len(nodes))
    return tuple(nodes[:ends])


def leaves_with(clauses: list[Clause], kind: str) -> bool:
    """Whether a `break_statement` of the switch, or a `continue_statement` of the loop around it, stands in a body."""
    waiting = [node for clause in clauses for node in clause.body]
    closed = _BREAKABLE if kind == "break_statement" else _LOOPS
    while waiting:
        node = waiting.pop()
        if node.type == kind:
            return True
        if node.type not in closed and "function" not in node.type and not node.type.startswith(("class", "method")):
            waiting.extend(children(node))
    return False


MAX_CASES = 60

_DROPPED = frozenset(
    "interface_declaration type_alias_declaration ambient_declaration function_signature empty_statement "
    "debugger_statement hash_bang_line comment decorator html_comment".split()
)
_HOISTED = frozenset("function_declaration generator_function_declaration".split())
_SCOPED = frozenset("lexical_declaration class_declaration function_declaration enum_declaration".split())


def lower_typescript(text: str, path: str) -> ir.Source:
    """Syntax errors are Opaque where they stand. Raises SourceError for text that is too long or nested too deeply."""
    try:
        root = parse_typescript(text, path)
        body = _Statements(path, text).block(children(root))
    except RecursionError as error:
        raise SourceError("its code is nested too deeply") from error
    return ir.Source(path, "typescript", body, root.has_error)


class _Statements(Declarations):
    def block(self, nodes: Iterable[Node]) -> tuple[ir.Statement, ...]:
        """Functions come first: they can be called above their declaration."""
        functions: list[ir.Statement] = []
        others: list[ir.Statement] = []
        for node in nodes:
            declaration = node.child_by_field_name("declaration") if node.type == "export_statement" else node
            is_function = declaration is not None and declaration.type in _HOISTED
            (functions if is_function else others).extend(self.statement(node))
        return (*functions, *others)

    def statement(self, node: Node) -> list[ir.Statement]:
        if node.type in _DROPPED:
            return []
        if self.level >= MAX_LEVELS:
            return self._opaque(node, "nested too deeply")
        self.level += 1
        try:
            return self._simple(node)
        finally:
            self.level -= 1

    def _opaque(self, node: Node, reason: str) -> list[ir.Statement]:
        place = self.place(node)
        return [ir.Do(ir.Opaque(reason, place), place)]

    def _simple(self, node: Node) -> list[ir.Statement]:
        place = self.place(node)
        match node.type:
            case "expression_statement":
                return self._expression_statement(node)
            case "lexical_declaration" | "variable_declaration":
                return self.variables(node)
            case "import_statement":
                found = import_of(node, place)
                return [] if found is None else [found]
            case "export_statement":
                return self.exported(node)
            case "function_declaration" | "generator_function_declaration":
                return self.named_function(node)
            case "class_declaration" | "abstract_class_declaration":
                return self.named_class(node)
            case "return_statement":
                value = first_child(node)
                return [ir.Return(None if value is None else self.expression(value), place)]
            case "throw_statement":
                return [ir.Leave("raise", place)]
            case "break_statement" | "continue_statement":
                return self._leave(node, place)
            case "import_alias":
                return self.alias(node)
            case "enum_declaration":
                return self.enum(node)
            case "internal_module" | "module":
                return self.namespace(node)
            case _:
                return self._compound(node)

    def _compound(self, node: Node) -> list[ir.Statement]:
        place = self.place(node)
        match node.type:
            case "statement_block":
                body = self.block(children(node))
                if any(child.type in _SCOPED for child in node.named_children):
                    return [ir.If(ir.Literal(True, place), body, (), place)]
                return list(body)
            case "if_statement":
                then, otherwise = (node.child_by_field_name(name) for name in ("consequence", "alternative"))
                rest = None if otherwise is None else first_child(otherwise)
                return [ir.If(self.field(node, "condition"), self._body(then), self._body(rest), place)]
            case "for_in_statement":
                return self._for_in(node, place)
            case "for_statement":
                return self._for(node, place)
            case "while_statement":
                test = self.field(node, "condition")
                return [ir.While(test, self._loop_body(node, ()), place)]
            case "do_statement":
                test = self.field(node, "condition")
                step = ir.If(test, (), (ir.Leave("break", test.place),), test.place)
                return [ir.While(ir.Literal(True, place), (*self._loop_body(node, (step,)), step), place)]
            case "try_statement":
                return self._try(node, place)
            case "switch_statement":
                return self._switch(node, place)
            case "labeled_statement":
                return self._body_list(node.child_by_field_name("body"))
            case "ERROR":
                return [*self._opaque(node, "a syntax error"), *self._rescued(node)]
            case kind:
                return self._opaque(node, f"TypeScript's {kind.replace('_', ' ')}")

    def _rescued(self, node: Node) -> list[ir.Statement]:
        """Whole statements that the parser recognised inside an error."""
        whole = (child for child in children(node) if child.type.endswith(("_statement", "_declaration", "_module")))
        return list(self.block(whole))

    def _body(self, node: Node | None) -> tuple[ir.Statement, ...]:
        return tuple(self._body_list(node))

    def _body_list(self, node: Node | None) -> list[ir.Statement]:
        if node is None:
            return []
        return list(self.block(children(node))) if node.type == "statement_block" else self.statement(node)

    def _expression_statement(self, node: Node) -> list[ir.Statement]:
        inner = first_child(node)
        if inner is None or inner.type == "string":
            return []
        if inner.type in ("internal_module", "module"):
            return self.namespace(inner)
        return self.common_js(inner) or self.effect(inner)

    def _leave(self, node: Node, place: Place) -> list[ir.Statement]:
        if node.child_by_field_name("label") is not None:
            return self._opaque(node, "a jump to a label")
        if node.type == "break_statement":
            return [ir.Leave("break", place)]
        return [*(self.steps[-1] if self.steps else ()), ir.Leave("continue", place)]

    def _loop_body(self, node: Node, steps: tuple[ir.Statement, ...]) -> tuple[ir.Statement, ...]:
        self.steps.append(steps)
        try:
            return self._body(node.child_by_field_name("body"))
        finally:
            self.steps.pop()

    def _for_in(self, node: Node, place: Place) -> list[ir.Statement]:
        left, operator = node.child_by_field_name("left"), node.child_by_field_name("operator")
        unknown: list[ir.Statement] = []
        target: ir.Target = ir.Name(KEPT, place)
        if left is not None:
            try:
                target = self.target(left)
            except NoFormError as error:
                unknown = self.unknown(left, error.reason)
        body = (*unknown, *self._loop_body(node, ()))
        keys = operator is not None and operator.type == "in"
        return [ir.For(target, self.field(node, "right"), body, place, keys)]

    def _for(self, node: Node, place: Place) -> list[ir.Statement]:
        """Its own names live in a block of their own."""
        start, step = node.child_by_field_name("initializer"), node.child_by_field_name("increment")
        test_node = node.child_by_field_name("condition")
        if test_node is not None and test_node.type == "expression_statement":
            test_node = first_child(test_node)
        endless = test_node is None or test_node.type == "empty_statement"
        test = ir.Literal(True, place) if endless or test_node is None else self.expression(test_node)
        steps = () if step is None else tuple(self.effect(step))
        loop = ir.While(test, (*self._loop_body(node, steps), *steps), place)
        if start is None:
            return [loop]
        is_statement = start.type.endswith(("_declaration", "_statement"))
        first = self.statement(start) if is_statement else self.effect(start)
        if start.type == "lexical_declaration":
            return [ir.If(ir.Literal(True, place), (*first, loop), (), place)]
        return [*first, loop]

    def _try(self, node: Node, place: Place) -> list[ir.Statement]:
        handler, final = node.child_by_field_name("handler"), node.child_by_field_name("finalizer")
        handlers: tuple[tuple[ir.Statement, ...], ...] = ()
        if handler is not None:
            caught = handler.child_by_field_name("parameter")
            names = [] if caught is None else self.unknown(caught, "an exception")
            handlers = ((*names, *self._body(handler.child_by_field_name("body"))),)
        ends = None if final is None else final.child_by_field_name("body")
        return [ir.Try(self._body(node.child_by_field_name("body")), handlers, self._body(ends), place)]

    def _switch(self, node: Node, place: Place) -> list[ir.Statement]:
        """An if-chain; one with a `break` in the middle of a clause is a loop that runs once."""
        clauses = clauses_of(node)
        breaks = leaves_with(clauses, "break_statement")
        if len(clauses) > MAX_CASES or (breaks and leaves_with(clauses, "continue_statement")):
            return self._opaque(node, "a switch that is no chain of conditions")
        subject = self.field(node, "value")
        found: list[ir.Statement] = []
        if not isinstance(subject, ir.Name | ir.Literal):
            found.append(ir.Assign(ir.Name(KEPT, place), subject, place, None, True))
            subject = ir.Name(KEPT, place)
        chain: tuple[ir.Statement, ...] = ()
        for clause in reversed(clauses):
            chain = self._clause(clause, subject, chain)
        if breaks:
            once = ir.ListOf((ir.Literal(None, place),), place)
            return [*found, ir.For(ir.Name("(switch)", place), once, chain, place)]
        return [*found, *chain]

    def _clause(
        self, clause: Clause, subject: ir.Expression, rest: tuple[ir.Statement, ...]
    ) -> tuple[ir.Statement, ...]:
        body = list(self.block(clause.body))
        if clause.falls and clause.body:
            body += self._opaque(clause.body[-1], "a case that goes on into the next one")
        if not clause.values:
            return tuple(body)
        test: ir.Expression | None = None
        for value in clause.values:
            one = ir.Operation("==", (subject, self.expression(value)), self.place(value))
            test = one if test is None else ir.Operation("or", (test, one), one.place)
        return tuple(body) if test is None else (ir.If(test, tuple(body), rest, test.place),)
