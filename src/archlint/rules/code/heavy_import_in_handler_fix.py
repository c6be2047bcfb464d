"""AL103: the import moves to the top of its module."""

from __future__ import annotations

import ast

from archlint.edits.python import world as _world
from archlint.edits.python.imports import IMPORTS, insertion, joined
from archlint.edits.python.movable import bound, bound_in_scope, read, sees_locals
from archlint.edits.python.place import block_of, is_docstring, removal
from archlint.edits.python.source import PythonSource, of_finding
from archlint.edits.text import Fix, Text
from archlint.finding import Finding
from archlint.project import Project

SAFE = False
"""Init takes longer afterwards, and where the library is not there, the whole module fails instead of one path."""


def fix(finding: Finding, project: Project, text: Text) -> Fix | None:
    """Only for imports that stand first in a function: nothing that runs before them can be meant for them."""
    source = of_finding(finding, project, text)
    if source is None:
        return None
    statement = source.node(finding, ast.Import) or source.node(finding, ast.ImportFrom)
    if statement is None or not _comes_first(source, statement) or not _can_move(source, statement):
        return None
    code = ast.unparse(statement)
    top = [s for s in source.module.tree.body if isinstance(s, IMPORTS) and ast.dump(s) == ast.dump(statement)]
    taken = removal(source, statement)
    inserted = None if top else insertion(source, code)
    if taken is None or (inserted is None and not top) or statement.lineno != statement.end_lineno:
        return None
    return Fix(
        finding.rule, finding.fingerprint, f"move `{code}` to the module's top", False, joined((inserted, taken[0]))
    )


def _comes_first(source: PythonSource, statement: ast.stmt) -> bool:
    """Whether the function does nothing before but import."""
    function = source.function(statement)
    block = block_of(source, statement)
    if function is None or block is None or block is not function.body:
        return False
    above = block[: block.index(statement)]
    return all(isinstance(s, IMPORTS) or is_docstring(s) for s in above)


def _can_move(source: PythonSource, statement: ast.Import | ast.ImportFrom) -> bool:
    """Whether the names mean the same everywhere in the module, and nothing prepares the import at run time."""
    if isinstance(statement, ast.ImportFrom) and statement.level:
        return False
    if _world.is_star_imported(source) or "*" in bound(source.module.tree):
        return False
    if any("sys.path" in m.text or "site.addsitedir" in m.text for v in source.views for m in v.reach.imported):
        return False
    if _world.writes_any_variable(source):
        return False
    return all(_is_same_everywhere(source, statement, name) for name in bound(statement))


def _is_same_everywhere(source: PythonSource, statement: ast.stmt, name: str) -> bool:
    tree = source.module.tree
    making = ast.dump(statement)
    alike = [s for s in ast.walk(tree) if isinstance(s, IMPORTS) and name in bound(s)]
    if any(ast.dump(s) != making for s in alike) or bound(tree)[name] != len(alike):
        return False
    functions = [n for n in ast.walk(tree) if isinstance(n, ast.FunctionDef | ast.AsyncFunctionDef)]
    if any(sees_locals(f) for f in functions if name in bound(f) or name in read(f)):
        return False
    if bound_in_scope(tree.body)[name]:
        return True
    readers = [f for f in functions if name in read(f)]
    outside = sum(_reads(s, name) for s in tree.body) == sum(_reads(f, name) for f in _outermost(functions, source))
    return outside and all(name in bound(f) or _inside(f, functions, name, source) for f in readers)


def _inside(
    function: ast.AST, functions: list[ast.FunctionDef | ast.AsyncFunctionDef], name: str, s: PythonSource
) -> bool:
    return any(outer in functions and name in bound(outer) for outer in s.above(function))


def _outermost(functions: list[ast.FunctionDef | ast.AsyncFunctionDef], source: PythonSource) -> list[ast.AST]:
    return [f for f in functions if not any(outer in functions for outer in source.above(f))]


def _reads(node: ast.AST, name: str) -> int:
    return sum(1 for n in ast.walk(node) if isinstance(n, ast.Name) and n.id == name and isinstance(n.ctx, ast.Load))
