"""Import statements: which there are, and where a new one goes."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterable
from itertools import pairwise

from archlint.edits.python.movable import binding_of, mentioned
from archlint.edits.python.place import is_docstring
from archlint.edits.python.source import PythonSource
from archlint.edits.text import Edit

IMPORTS = (ast.Import, ast.ImportFrom)


def module_name(source: PythonSource, dotted: str) -> tuple[str, Edit | None] | None:
    """The name that a module has in the file, with the edit that imports it where the file does not; None where its
    name is taken."""
    for statement in source.module.tree.body:
        if isinstance(statement, ast.Import):
            for alias in statement.names:
                if alias.name == dotted:
                    name = alias.asname or dotted
                    return (name, None) if binding_of(name.partition(".")[0], source) is statement else None
    if dotted.partition(".")[0] in mentioned(source.module.tree):
        return None
    edit = insertion(source, f"import {dotted}")
    return (dotted, edit) if edit is not None else None


def insertion(source: PythonSource, statement: str) -> Edit | None:
    """A new import in its group, sorted as isort does: `import x` first, the standard library above the rest."""
    found = [s for s in source.module.tree.body if isinstance(s, IMPORTS)]
    first = _first_of_code(source)
    new = ast.parse(statement).body[0]
    key = _key(source, new)
    before = [s for s in found if _key(source, s) <= key and s.lineno < first]
    after = [s for s in found if _key(source, s) > key]
    newline = source.text.newline(source.path)
    if before:
        last = before[-1]
        gap = newline if key[0] != _key(source, last)[0] and _separates_groups(source, found) else ""
        return _below(source, last, f"{newline}{gap}{statement}")
    if not after:
        return _first(source, statement) if not found else None
    at = source.text.line_start(source.path, after[0].lineno)
    gap = newline if key[0] != _key(source, after[0])[0] else ""
    return Edit(source.path, at, at, f"{statement}{newline}{gap}")


def _first(source: PythonSource, statement: str) -> Edit | None:
    """The first import of a file, below its docstring."""
    body, path, newline = source.module.tree.body, source.path, source.text.newline(source.path)
    if is_docstring(body[0]):
        return _below(source, body[0], f"{newline * 2}{statement}")
    number = min((d.lineno for d in getattr(body[0], "decorator_list", ())), default=body[0].lineno)
    above = number
    while above > 1 and source.text.line(path, above - 1).startswith("#"):
        above -= 1
    at = source.text.line_start(path, above if above > 1 else number)
    return Edit(path, at, at, statement + newline * 3)


def _first_of_code(source: PythonSource) -> int:
    """The line of the first function or class: an import below it is of no use above."""
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
    return min((s.lineno for s in source.module.tree.body if isinstance(s, kinds)), default=10**9)


def _below(source: PythonSource, statement: ast.stmt, text: str) -> Edit | None:
    at = source.text.line_end(source.path, statement.end_lineno or statement.lineno)
    rest = source.text.read(source.path)[source.end(statement) : at].partition("#")[0]
    return Edit(source.path, at, at, text) if not rest.strip() else None


def _key(source: PythonSource, statement: ast.stmt) -> tuple[int, bool, str]:
    if isinstance(statement, ast.Import):
        name = statement.names[0].name
        return group(source, name), False, name.lower()
    if isinstance(statement, ast.ImportFrom):
        name = statement.module or ""
        return (3 if statement.level else group(source, name)), True, name.lower()
    return 9, True, ""


def group(source: PythonSource, name: str) -> int:
    """0 for `__future__`, 1 for the standard library, 2 for other libraries, 3 for modules of the repository."""
    root = name.partition(".")[0]
    if root == "__future__":
        return 0
    if source.reach.program.locate(root) is not None or source.reach.program.is_own_package(root):
        return 3
    return 1 if root in sys.stdlib_module_names else 2


def _separates_groups(source: PythonSource, found: list[ast.Import | ast.ImportFrom]) -> bool:
    """Whether an empty line stands between the file's groups; without two groups it is taken for granted."""
    pairs = [(a, b) for a, b in pairwise(found) if _key(source, a)[0] != _key(source, b)[0]]
    return not pairs or any(b.lineno - (a.end_lineno or a.lineno) > 1 for a, b in pairs)


def joined(edits: Iterable[Edit | None]) -> tuple[Edit, ...]:
    """The edits, insertions at one place made one in the order given."""
    found: list[Edit] = []
    for edit in edits:
        if edit is None:
            continue
        same = next((e for e in found if (e.path, e.start, e.end) == (edit.path, edit.start, edit.end)), None)
        if same is not None and edit.start == edit.end:
            found[found.index(same)] = Edit(same.path, same.start, same.end, same.text + edit.text)
        else:
            found.append(edit)
    return tuple(found)
