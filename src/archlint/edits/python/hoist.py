"""Moves the making of an object from a function to module scope."""

from __future__ import annotations

import ast
import builtins
from collections.abc import Iterator
from dataclasses import dataclass

from archlint.code.walking import children, walk
from archlint.edits.python.movable import bound, bound_in_scope, mentioned, read, sees_locals
from archlint.edits.python.place import block_of, indentation, moved, removal, trailing
from archlint.edits.python.source import PythonSource
from archlint.edits.text import Edit

FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)


@dataclass(frozen=True, slots=True)
class Hoisted:
    """What changes in the function, and the lines that module scope gains: none where it has such an object already."""

    name: str
    edits: tuple[Edit, ...]
    lines: tuple[str, ...]


def hoisted(source: PythonSource, call: ast.Call, above: list[ast.stmt], name: str) -> Hoisted | None:
    """Makes the object of a call in the statements `above`, under the name that the function has for it where that is
    free, or else under `name`."""
    made = existing(call, above, source)
    if made is not None:
        return _with_existing(source, call, made, above)
    return _under_own_name(source, call) or _under_new_name(source, call, name)


def existing(call: ast.Call, above: list[ast.stmt], source: PythonSource) -> str | None:
    """The name of an equal object that module scope makes already."""
    wanted = ast.dump(call)
    for statement in above:
        name = assigned(statement)
        if name is not None and isinstance(statement, ast.Assign) and ast.dump(statement.value) == wanted:
            return name if bound_in_scope(source.module.tree.body)[name] == 1 else None
    return None


def assigned(statement: ast.AST | None) -> str | None:
    """The one name that an assignment gives a value."""
    if isinstance(statement, ast.Assign) and len(statement.targets) == 1:
        target = statement.targets[0]
        return target.id if isinstance(target, ast.Name) else None
    return None


def _with_existing(source: PythonSource, call: ast.Call, name: str, above: list[ast.stmt]) -> Hoisted | None:
    """A comment that module scope has too goes with the assignment."""
    statement = source.parents.get(call)
    if isinstance(statement, ast.Assign) and assigned(statement) == name and _is_only_binding(source, statement, name):
        lines = range(1, (above[-1].end_lineno or 0) + 1)
        taken = removal(source, statement, {source.text.line(source.path, number).strip() for number in lines})
        if taken is not None:
            return Hoisted(name, (taken[0],), ())
    if name in bound(source.top(call) or call) or name.startswith("__"):
        return None
    edit = source.replace(call, name)
    return Hoisted(name, (edit,), ()) if edit is not None else None


def _under_own_name(source: PythonSource, call: ast.Call) -> Hoisted | None:
    """The whole assignment moves: `s3 = boto3.client("s3")`."""
    statement = source.parents.get(call)
    name = assigned(statement)
    if name is None or not isinstance(statement, ast.Assign) or not _can_be_global(source, statement, name):
        return None
    taken = removal(source, statement)
    indent = indentation(source, statement)
    lines = moved(source, call, indent, -len(indent))
    if taken is None or lines is None:
        return None
    lines = [f"{name} = {lines[0]}", *lines[1:]]
    lines[-1] += trailing(source, statement)
    return Hoisted(name, (taken[0],), (*taken[1], *lines))


def _under_new_name(source: PythonSource, call: ast.Call, name: str) -> Hoisted | None:
    """Only the call moves, and a name takes its place."""
    statement = source.statement(call)
    edit = source.replace(call, name)
    if statement is None or edit is None or not is_free(source, name) or "*" in bound(source.module.tree):
        return None
    lines = moved(source, call, indentation(source, statement), len(name) + 3 - call.col_offset)
    return Hoisted(name, (edit,), (f"{name} = {lines[0]}", *lines[1:])) if lines is not None else None


def is_free(source: PythonSource, name: str) -> bool:
    """Whether no code of the file has the name, in any scope."""
    return name.isidentifier() and name not in mentioned(source.module.tree) and not hasattr(builtins, name)


def _can_be_global(source: PythonSource, statement: ast.Assign, name: str) -> bool:
    """Whether a local that is assigned once may become a name of the module: nothing else there has it, but for
    functions with a local of their own of the very same making."""
    tree = source.module.tree
    if name.startswith("__") or hasattr(builtins, name) or bound_in_scope(tree.body)[name] or "*" in bound(tree):
        return False
    if not _is_only_binding(source, statement, name) or "globals" in read(tree):
        return False
    making = ast.dump(statement.value)
    alike = [s for s in walk(tree) if isinstance(s, ast.Assign) and assigned(s) == name]
    if len(alike) != bound(tree)[name] or any(ast.dump(s.value) != making for s in alike):
        return False
    functions = list(_outermost(tree))
    inside = sum(_reads(function, name) for function in functions)
    return inside == _reads(tree, name) and all(bound(f)[name] for f in functions if name in read(f))


def _is_only_binding(source: PythonSource, statement: ast.Assign, name: str) -> bool:
    """Whether all code of the function that reads the name comes after the statement, in its block: elsewhere the name
    may have no value yet."""
    outer = next((f for f in _outermost(source.module.tree) if any(n is f for n in source.above(statement))), None)
    inner = next((n for n in source.above(statement) if isinstance(n, (*FUNCTIONS, ast.ClassDef))), None)
    if outer is None or isinstance(inner, ast.ClassDef):
        return False
    if bound(outer)[name] != 1 or sees_locals(outer) or name.startswith("__"):
        return False
    block = block_of(source, statement)
    reads = [n for n in walk(outer) if isinstance(n, ast.Name) and n.id == name and isinstance(n.ctx, ast.Load)]
    return block is not None and all(_start(statement) < _start(n) < _end(block[-1]) for n in reads)


def _start(node: ast.stmt | ast.expr) -> tuple[int, int]:
    return node.lineno, node.col_offset


def _end(node: ast.stmt) -> tuple[int, int]:
    return node.end_lineno or node.lineno, node.end_col_offset or 0


def _reads(node: ast.AST, name: str) -> int:
    return sum(1 for n in walk(node) if isinstance(n, ast.Name) and n.id == name and isinstance(n.ctx, ast.Load))


def _outermost(tree: ast.AST) -> Iterator[ast.AST]:
    """The functions and methods that are not inside another one."""
    pending = [tree]
    while pending:
        node = pending.pop()
        if isinstance(node, FUNCTIONS):
            yield node
        else:
            pending.extend(children(node))
