"""AL113: the handler's module moves the library's cache to /tmp before anything imports the library."""

from __future__ import annotations

import ast
import sys

from archlint.edits.python.imports import IMPORTS
from archlint.edits.python.movable import binding_of, bound
from archlint.edits.python.place import is_docstring
from archlint.edits.python.source import PythonSource, of_finding, source_of
from archlint.edits.text import Edit, Fix, Text
from archlint.finding import Finding
from archlint.knowledge.slimming import cache_folder
from archlint.project import Project

SAFE = False
"""What a folder in /tmp holds counts towards the function's ephemeral storage."""


def fix(finding: Finding, project: Project, text: Text) -> Fix | None:
    """The variable is set in the code of every function concerned, unless something sets it from outside."""
    source = of_finding(finding, project, text)
    call = source.node(finding, ast.Call) if source is not None else None
    if source is None or call is None:
        return None
    root = (source.path_of(call.func) or "").partition(".")[0].partition("(")[0]
    cache = cache_folder(root)
    if cache is None or cache.folder is None:
        return None
    variable, folder = cache.variables[0], cache.folder
    edits: dict[Edit, None] = {}
    for path in _entries(finding, project):
        entry = source_of(path, project, text) if path is not None else None
        found = _setting(entry, f'os.environ.setdefault("{variable}", "{folder}")') if entry is not None else None
        if found is None:
            return None
        edits.update(dict.fromkeys(found))
    title = f"set {variable} to {folder}"
    return Fix(finding.rule, finding.fingerprint, title, False, tuple(edits)) if edits else None


def _entries(finding: Finding, project: Project) -> list[str | None]:
    """The modules of the handlers; None for one that a package with code of its own stands around."""
    found: list[str | None] = []
    for function in finding.functions:
        linked, reach = project.linked.get(function), project.reach(function)
        if linked is None or linked.module is None or reach is None:
            return [None]
        first = reach.imported[: reach.imported.index(linked.module)] if linked.module in reach.imported else [None]
        empty = all(module is not None and not module.imports() for module in first)
        found.append(linked.module.path if empty else None)
    return found


def _setting(source: PythonSource, line: str) -> tuple[Edit, ...] | None:
    """The line below the imports of the standard library that the module starts with."""
    body, path, newline = source.module.tree.body, source.path, source.text.newline(source.path)
    start = [s for s in body[:1] if is_docstring(s)]
    for statement in body[len(start) :]:
        if not _is_standard(source, statement):
            break
        start.append(statement)
    brought = binding_of("os", source)
    has_os = any(statement is brought for statement in start)
    if (bound(source.module.tree)["os"] and not has_os) or not body:
        return None
    if not start:
        at = source.text.line_start(path, body[0].lineno)
        blank = newline if isinstance(body[0], IMPORTS) else newline * 2
        return (Edit(path, at, at, f"import os{newline * 2}{line}{newline}{blank}"),)
    last = start[-1]
    at = source.text.line_end(path, last.end_lineno or last.lineno)
    if source.text.read(path)[source.end(last) : at].partition("#")[0].strip():
        return None
    imports = "" if has_os else f"{newline * (2 if is_docstring(last) else 1)}import os"
    follows = newline if source.text.line(path, (last.end_lineno or 1) + 1).strip() else ""
    return (Edit(path, at, at, f"{imports}{newline * 2}{line}{follows}"),)


def _is_standard(source: PythonSource, statement: ast.stmt) -> bool:
    if isinstance(statement, ast.Import):
        names = [alias.name for alias in statement.names]
    elif isinstance(statement, ast.ImportFrom) and not statement.level:
        names = [statement.module or ""]
    else:
        return False
    roots = {name.partition(".")[0] for name in names}
    own = any(source.reach.program.locate(root) is not None for root in roots)
    return not own and (roots <= sys.stdlib_module_names or roots == {"__future__"})
