"""Which names Python code binds, and where."""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Iterator

from archlint.code.walking import children, walk

_SCOPES = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda)
_TYPE_PARAMETERS = frozenset({"TypeVar", "ParamSpec", "TypeVarTuple"})
_SEES_LOCALS = frozenset({"locals", "vars", "eval", "exec", "dir", "globals"})


def bound(node: ast.AST) -> Counter[str]:
    """How often each name is bound, deleted or declared anywhere below, whatever the scope."""
    return Counter(name for child in walk(node) for name in _bound_by(child))


def bound_in_scope(statements: list[ast.stmt]) -> Counter[str]:
    """As `bound`, for the scope that the statements belong to: what functions and classes in it bind does not count,
    but for the names that they take from the module with `global`."""
    found: Counter[str] = Counter()
    pending: list[ast.AST] = list(statements)
    while pending:
        node = pending.pop()
        found.update(_bound_by(node))
        if isinstance(node, _SCOPES):
            inner = [child for child in walk(node) if isinstance(child, ast.Global)]
            found.update(name for child in inner for name in child.names)
        else:
            pending.extend(children(node))
    return found


def read(node: ast.AST) -> set[str]:
    """The names that are read anywhere below."""
    return {n.id for n in walk(node) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Load)}


def mentioned(node: ast.AST) -> set[str]:
    """Every name that is bound or read anywhere below."""
    return read(node) | set(bound(node))


def sees_locals(node: ast.AST) -> bool:
    """Whether code looks its names up at run time, so that no name can be moved."""
    return not _SEES_LOCALS.isdisjoint(read(node))


def _bound_by(node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.Name):
        if not isinstance(node.ctx, ast.Load):
            yield node.id
    elif isinstance(node, ast.arg):
        yield node.arg
    elif isinstance(node, ast.alias):
        yield node.asname or node.name.partition(".")[0]
    elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        yield node.name
    elif isinstance(node, ast.ExceptHandler | ast.MatchAs | ast.MatchStar):
        yield from (node.name,) if node.name else ()
    elif isinstance(node, ast.MatchMapping):
        yield from (node.rest,) if node.rest else ()
    elif isinstance(node, ast.Global | ast.Nonlocal):
        yield from node.names
    elif type(node).__name__ in _TYPE_PARAMETERS:
        yield str(getattr(node, "name", ""))
