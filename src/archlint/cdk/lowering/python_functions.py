"""What Python's function and class definitions say about themselves, before their bodies are lowered."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import TypeAlias

from archlint.code.walking import children

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
