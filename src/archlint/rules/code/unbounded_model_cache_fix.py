"""AL110: the cache of models gets a bound."""

from __future__ import annotations

import ast
from collections.abc import Iterable

from archlint.edits.python.movable import binding_of, bound, mentioned
from archlint.edits.python.source import PythonSource, of_finding
from archlint.edits.text import Edit, Fix, Text
from archlint.finding import Finding
from archlint.project import Project

SAFE = False
"""How many models fit into memory only their owner knows."""

KEPT = 3
"""Models, as on the rule's page: few enough for most functions, to be set to what the memory holds."""


def fix(finding: Finding, project: Project, text: Text) -> Fix | None:
    """For `functools.cache` and `lru_cache(maxsize=None)` around the load; a dict has no bound to set."""
    source = of_finding(finding, project, text)
    call = source.node(finding, ast.Call) if source is not None else None
    function = source.function(call) if source is not None and call is not None else None
    if source is None or function is None:
        return None
    for decorator in function.decorator_list:
        edits = _bounded(source, decorator)
        if edits:
            title = f"keep at most {KEPT} models"
            return Fix(finding.rule, finding.fingerprint, title, False, edits)
    return None


def _bounded(source: PythonSource, decorator: ast.expr) -> tuple[Edit, ...]:
    maker = decorator.func if isinstance(decorator, ast.Call) else decorator
    path = source.reach.evaluator.path(maker, source.module.body)
    if path == "functools.lru_cache" and isinstance(decorator, ast.Call):
        sizes = [*decorator.args[:1], *(k.value for k in decorator.keywords if k.arg == "maxsize")]
        return _edits(source.replace(size, str(KEPT)) for size in sizes if _is_none(size))
    if path != "functools.cache" or isinstance(decorator, ast.Call):
        return ()
    if isinstance(decorator, ast.Attribute) and isinstance(decorator.value, ast.Name):
        return _edits([source.replace(decorator, f"{decorator.value.id}.lru_cache(maxsize={KEPT})")])
    return _by_name(source, decorator) if isinstance(decorator, ast.Name) else ()


def _edits(found: Iterable[Edit | None]) -> tuple[Edit, ...]:
    return tuple(edit for edit in found if edit is not None)


def _is_none(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and node.value is None


def _by_name(source: PythonSource, decorator: ast.Name) -> tuple[Edit, ...]:
    """`@cache`, where `from functools import cache` brought it."""
    statement = binding_of(decorator.id, source)
    tree = source.module.tree
    if not isinstance(statement, ast.ImportFrom) or statement.module != "functools":
        return ()
    edits = [source.replace(decorator, f"lru_cache(maxsize={KEPT})")]
    if "lru_cache" not in mentioned(tree):
        alias = next(alias for alias in statement.names if (alias.asname or alias.name) == decorator.id)
        uses = sum(1 for node in ast.walk(tree) if isinstance(node, ast.Name) and node.id == decorator.id)
        start = source.offset(alias.lineno, alias.col_offset)
        end = source.offset(alias.end_lineno or alias.lineno, alias.end_col_offset or 0)
        edits.append(Edit(source.path, start if uses == 1 else end, end, "lru_cache" if uses == 1 else ", lru_cache"))
    elif "lru_cache" not in bound(statement):
        return ()
    return _edits(edits)
