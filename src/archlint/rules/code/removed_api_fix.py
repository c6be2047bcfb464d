"""AL119: the call's successor, where it takes the same arguments."""

from __future__ import annotations

import ast

from archlint.edits.python import world as _world
from archlint.edits.python.hoist import is_free
from archlint.edits.python.imports import joined
from archlint.edits.python.movable import binding_of
from archlint.edits.python.source import PythonSource, of_finding
from archlint.edits.text import Edit, Fix, Text
from archlint.finding import Finding
from archlint.knowledge import ml
from archlint.project import Project

SAFE = True

_DIFFER = frozenset({"huggingface_hub.cached_download", "transformers.AutoModelWithLMHead.from_pretrained"})
"""Calls whose successor takes other arguments, or stands for some of their uses only."""


def fix(finding: Finding, project: Project, text: Text) -> Fix | None:
    """A class that was renamed: today the import or the call fails in every invocation that reaches it."""
    source = of_finding(finding, project, text)
    call = source.node(finding, ast.Call) if source is not None else None
    if source is None or call is None:
        return None
    path = source.path_of(call.func) or ""
    successors = {m.replaced_by for m in ml.match_calls(path) if m.removed_in and m.replaced_by and m.pattern == path}
    if len(successors) != 1 or path in _DIFFER:
        return None
    new = successors.pop()
    edits = _renamed(source, call, path, new)
    if not edits:
        return None
    safe = finding.confidence == "high" and not _world.used_elsewhere(source, project)
    return Fix(finding.rule, finding.fingerprint, f"call {new}", safe, edits)


def _renamed(source: PythonSource, call: ast.Call, path: str, new: str) -> tuple[Edit, ...]:
    """`transformers.Old.from_pretrained` to `transformers.New`: the class changes its name, the method stays."""
    owner = call.func.value if isinstance(call.func, ast.Attribute) else None
    old_class = path.rpartition(".")[0]
    package, _, new_name = new.rpartition(".")
    old_name = old_class.rpartition(".")[2]
    if owner is None or old_class.rpartition(".")[0] != package:
        return ()
    if isinstance(owner, ast.Attribute) and owner.attr == old_name:
        end = source.end(owner)
        return (Edit(source.path, end - len(old_name), end, new_name),)
    statement = binding_of(owner.id, source) if isinstance(owner, ast.Name) else None
    if not isinstance(owner, ast.Name) or not isinstance(statement, ast.ImportFrom) or statement.module != package:
        return ()
    alias = next((alias for alias in statement.names if (alias.asname or alias.name) == owner.id), None)
    if alias is None or alias.name != old_name:
        return ()
    start = source.offset(alias.lineno, alias.col_offset)
    imported = Edit(source.path, start, start + len(old_name), new_name)
    if alias.asname:
        return (imported,)
    uses = [n for n in ast.walk(source.module.tree) if isinstance(n, ast.Name) and n.id == old_name]
    edits = [source.replace(node, new_name) for node in uses]
    if None in edits or not is_free(source, new_name) or any(not isinstance(n.ctx, ast.Load) for n in uses):
        return ()
    return joined((imported, *edits))
