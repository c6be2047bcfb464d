"""TypeScript's `switch`: which clauses run what."""

from __future__ import annotations

from dataclasses import dataclass

from tree_sitter import Node

from archlint.cdk.lowering.typescript_nodes import children

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
