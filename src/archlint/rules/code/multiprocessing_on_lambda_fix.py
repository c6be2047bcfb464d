"""AL112: threads in place of processes that need shared memory."""

from __future__ import annotations

import ast

from archlint.edits.python.imports import insertion, joined
from archlint.edits.python.movable import binding_of, mentioned
from archlint.edits.python.source import PythonSource, of_finding
from archlint.edits.text import Edit, Fix, Text
from archlint.finding import Finding
from archlint.project import Project

SAFE = False
"""Threads share what processes have each of their own, and compute one after the other in Python code."""

_EXECUTORS = frozenset({"concurrent.futures.ProcessPoolExecutor", "concurrent.futures.process.ProcessPoolExecutor"})
_POOLS = frozenset({"multiprocessing.Pool", "multiprocess.Pool", "torch.multiprocessing.Pool"})
_LOADERS = frozenset({"torch.utils.data.DataLoader", "torch.utils.data.dataloader.DataLoader"})
_OF_BOTH = frozenset({"max_workers", "processes", "initializer", "initargs"})
"""Arguments that process pools and thread pools have in common."""
_OF_WORKERS = frozenset(
    {"prefetch_factor", "persistent_workers", "multiprocessing_context", "timeout", "worker_init_fn", None}
)
"""Arguments of a data loader that speak to its workers."""


def fix(finding: Finding, project: Project, text: Text) -> Fix | None:
    """A pool of threads, or a data loader without workers; queues and locks depend on what they connect."""
    source = of_finding(finding, project, text)
    call = source.node(finding, ast.Call) if source is not None else None
    if source is None or call is None:
        return None
    path = source.path_of(call.func)
    edits: tuple[Edit, ...] = ()
    title = "use threads"
    if path in _LOADERS:
        edits, title = _without_workers(source, call), "load without workers"
    elif path in _EXECUTORS and _has_common_arguments(call, 1):
        edits = _renamed(source, call, "concurrent.futures", "ProcessPoolExecutor", "ThreadPoolExecutor")
    elif path in _POOLS and _has_common_arguments(call, 3):
        edits = _renamed(source, call, "multiprocessing.pool", "Pool", "ThreadPool")
    return Fix(finding.rule, finding.fingerprint, title, False, edits) if edits else None


def _without_workers(source: PythonSource, call: ast.Call) -> tuple[Edit, ...]:
    if any(keyword.arg in _OF_WORKERS for keyword in call.keywords):
        return ()
    return joined(source.replace(k.value, "0") for k in call.keywords if k.arg == "num_workers")


def _has_common_arguments(call: ast.Call, positions: int) -> bool:
    plain = not any(isinstance(argument, ast.Starred) for argument in call.args)
    return plain and len(call.args) <= positions and all(keyword.arg in _OF_BOTH for keyword in call.keywords)


def _renamed(source: PythonSource, call: ast.Call, module: str, old: str, new: str) -> tuple[Edit, ...]:
    """The call of the other class, and the import that brings it."""
    function = call.func
    if isinstance(function, ast.Attribute) and function.attr == old and module == "concurrent.futures":
        end = source.end(function)
        return (Edit(source.path, end - len(old), end, new),)
    edit = source.replace(function, new)
    tree = source.module.tree
    statement = binding_of(function.id, source) if isinstance(function, ast.Name) else None
    if edit is None or new in mentioned(tree):
        return ()
    name = function.id if isinstance(function, ast.Name) else None
    uses = sum(1 for node in ast.walk(tree) if isinstance(node, ast.Name) and node.id == name)
    if isinstance(statement, ast.ImportFrom) and uses == 1 and len(statement.names) == 1:
        start, end = source.start(statement), source.end(statement)
        return edit, Edit(source.path, start, end, f"from {module} import {new}")
    added = insertion(source, f"from {module} import {new}")
    return joined((edit, added)) if added is not None else ()
