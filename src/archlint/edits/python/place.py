"""Where module scope takes a new statement, and what the text around it then looks like."""

from __future__ import annotations

import ast
from collections.abc import Collection

from archlint.edits.python.movable import bound
from archlint.edits.python.source import PythonSource
from archlint.edits.text import Edit


def header(source: PythonSource, node: ast.AST) -> list[ast.stmt]:
    """The statements of the module above its first function or class, and above what holds the node."""
    found: list[ast.stmt] = []
    last = source.top(node)
    for statement in source.module.tree.body:
        if statement is last or _defines(statement) or _is_main(statement):
            break
        found.append(statement)
    return found


def _defines(statement: ast.stmt) -> bool:
    return isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)


def _is_main(statement: ast.stmt) -> bool:
    return isinstance(statement, ast.If) and "__name__" in ast.dump(statement.test)


def binds_all(statements: list[ast.stmt], names: set[str]) -> bool:
    """Whether the statements give all the names a value."""
    return names <= {name for statement in statements for name in bound(statement)}


def insertion(source: PythonSource, statements: list[ast.stmt], lines: list[str]) -> Edit | None:
    """New lines right after the last of the module's first statements."""
    if not statements:
        return None
    last = statements[-1]
    text, path = source.text, source.path
    newline = text.newline(path)
    number = last.end_lineno or last.lineno
    at = text.line_end(path, number)
    content = text.read(path)
    body = newline.join(lines)
    if content[source.end(last) : at].partition("#")[0].strip():
        return None
    first = newline * (2 if isinstance(last, ast.Import | ast.ImportFrom | ast.Expr) or not _is_simple(last) else 1)
    after = ""
    if at < len(content) and text.line(path, number + 1).strip():
        after = newline if first == newline * 2 else ""
    if number + 1 > _last_line(source):
        after = ""
    return Edit(path, at, at, first + body + after)


def _is_simple(statement: ast.stmt) -> bool:
    return not hasattr(statement, "body")


def _last_line(source: PythonSource) -> int:
    return source.module.text.count("\n") + 1


def removal(
    source: PythonSource, statement: ast.stmt, known: Collection[str] | None = None
) -> tuple[Edit, list[str]] | None:
    """Takes a statement with its lines out of a block. Second are the comments above that speak of it alone and go
    with it; where they are all `known`, they are not needed elsewhere, and else they stay if it is given. None where
    the statement shares a line or is all that the block does."""
    block = block_of(source, statement)
    if block is None or len([s for s in block if not is_docstring(s)]) < 2 or not stands_alone(source, statement):
        return None
    text, path = source.text, source.path
    first, last = statement.lineno, statement.end_lineno or statement.lineno
    below = text.line(path, last + 1).strip() if last < _last_line(source) else ""
    ends = not below or below.startswith("#") or statement is block[-1]
    comments = _comments_above(source, statement) if ends else []
    if known is not None and not all(comment in known for comment in comments):
        comments = []
    first -= len(comments)
    blank_below = last < _last_line(source) and not text.line(path, last + 1).strip()
    if blank_below and (statement is block[0] or not text.line(path, first - 1).strip()):
        last += 1
    start = text.line_start(path, first)
    end = text.line_start(path, last + 1) if last < _last_line(source) else len(text.read(path))
    return Edit(path, start, end, ""), comments


def _comments_above(source: PythonSource, statement: ast.stmt) -> list[str]:
    indent = indentation(source, statement)
    found: list[str] = []
    number = statement.lineno - 1
    while number > 0 and (line := source.text.line(source.path, number)).startswith(f"{indent}#"):
        found.insert(0, line.strip())
        number -= 1
    return found


def indentation(source: PythonSource, statement: ast.stmt) -> str:
    """What stands before a statement on its line."""
    line = source.text.line(source.path, statement.lineno)
    return line[: len(line) - len(line.lstrip())]


def trailing(source: PythonSource, statement: ast.stmt) -> str:
    """The comment behind a statement, with the spaces before it."""
    at = source.end(statement)
    return source.text.read(source.path)[at : source.text.line_end(source.path, statement.end_lineno or 1)].rstrip()


def stands_alone(source: PythonSource, statement: ast.stmt) -> bool:
    """Whether nothing but a comment shares the lines of a statement."""
    text, path = source.text, source.path
    first, last = statement.lineno, statement.end_lineno or statement.lineno
    before = text.read(path)[text.line_start(path, first) : source.start(statement)]
    after = text.read(path)[source.end(statement) : text.line_end(path, last)].strip()
    return not before.strip() and (not after or after.startswith("#"))


def block_of(source: PythonSource, statement: ast.stmt) -> list[ast.stmt] | None:
    """The list of statements that a statement belongs to."""
    parent = source.parents.get(statement)
    for name in ("body", "orelse", "finalbody"):
        block = getattr(parent, name, None)
        if isinstance(block, list) and statement in block:
            return block
    return None


def is_docstring(statement: ast.stmt) -> bool:
    return (
        isinstance(statement, ast.Expr)
        and isinstance(statement.value, ast.Constant)
        and isinstance(statement.value.value, str)
    )


def moved(source: PythonSource, node: ast.expr, indent: str, shift: int) -> list[str] | None:
    """The lines of an expression without the indentation of its statement; those that are aligned with what stands
    behind an opening bracket move by `shift` columns. None where a text inside spans several lines."""
    code = source.code(node)
    if code is None:
        return None
    if any(isinstance(n, ast.Constant | ast.JoinedStr) and n.end_lineno != n.lineno for n in ast.walk(node)):
        return None
    first, *rest = code.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    return [first, *(_moved_line(line, indent, node.col_offset, shift) for line in rest)]


def _moved_line(line: str, indent: str, column: int, shift: int) -> str:
    """What is aligned right of where the expression begins keeps its distance to it."""
    inner = line.lstrip(" ")
    spaces = len(line) - len(inner)
    if spaces <= column or not inner:
        return line.removeprefix(indent) if inner.strip() else ""
    return " " * (spaces + shift) + inner
