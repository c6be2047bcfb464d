"""AL101: the model is loaded by a function that keeps its result."""

from __future__ import annotations

import ast

from archlint.code.abstract import Constant
from archlint.edits.python.hoist import is_free
from archlint.edits.python.imports import joined, module_name
from archlint.edits.python.movable import needs_of
from archlint.edits.python.place import header, indentation, is_docstring, moved
from archlint.edits.python.source import PythonSource, of_finding
from archlint.edits.text import Edit, Fix, Text
from archlint.finding import Finding
from archlint.knowledge import ml
from archlint.project import Project

SAFE = False
"""Invocations share the model afterwards, with whatever one of them changes in it."""

_TRAINS = frozenset({"fit", "partial_fit", "fit_transform", "fit_predict", "train_on_batch", "update", "add_pipe"})
_ON_MODEL = frozenset({"eval", "to", "cpu", "half", "float", "requires_grad_"})
_OLD = frozenset({"3.6", "3.7", "3.8"})
"""Runtimes without functools.cache."""


def fix(finding: Finding, project: Project, text: Text) -> Fix | None:
    """A loader without parameters gets the decorator; any other load moves to a function of its own."""
    source = of_finding(finding, project, text)
    call = source.node(finding, ast.Call) if source is not None else None
    if source is None or call is None or needs_of(call, source) is None or not _lasts(source, call):
        return None
    functools = module_name(source, "functools")
    if functools is None or any(view.deployed.function.python_version in _OLD for view in source.views):
        return None
    name, imported = functools
    loader = _loader(source, call)
    if loader is not None:
        title = f"keep what {loader.name}() returns"
        edits: tuple[Edit, ...] | None = (_decorator(source, loader, name),)
    else:
        title = "load the model once"
        edits = _own_function(source, call, name)
    return Fix(finding.rule, finding.fingerprint, title, False, joined((imported, *edits))) if edits else None


def _lasts(source: PythonSource, call: ast.Call) -> bool:
    """Whether the same model may serve every invocation, as far as the code shows: it is not trained there, and its
    file is no scratch file."""
    if isinstance(source.parents.get(call), ast.Await | ast.withitem):
        return False
    unit = source.unit(call)
    for argument in (*call.args, *(keyword.value for keyword in call.keywords)):
        for part in (n for n in ast.walk(argument) if isinstance(n, ast.expr)):
            for value in source.reach.evaluator.values(part, unit):
                if isinstance(value, Constant) and str(value.value).startswith("/tmp"):
                    return False
    name = _target(source, call)
    around = source.function(call)
    return around is not None and not any(
        isinstance(node, ast.Attribute) and node.attr in _TRAINS and _last(node.value) == name
        for node in ast.walk(around)
    )


def _target(source: PythonSource, call: ast.Call) -> str:
    """The name that the model gets."""
    statement = source.parents.get(call)
    if isinstance(statement, ast.Assign) and len(statement.targets) == 1:
        return _last(statement.targets[0])
    return _last(statement.target) if isinstance(statement, ast.AnnAssign) else ""


def _last(node: ast.AST) -> str:
    return str(getattr(node, "attr", getattr(node, "id", "")))


def _loader(source: PythonSource, call: ast.Call) -> ast.FunctionDef | None:
    """The function around the load, where loading is all that it does and it takes nothing."""
    function = source.function(call)
    if not isinstance(function, ast.FunctionDef) or function not in source.module.tree.body:
        return None
    takes = ast.unparse(function.args)
    body = [s for s in function.body if not is_docstring(s)]
    if takes or function.decorator_list or not body or not isinstance(body[-1], ast.Return):
        return None
    if not all(isinstance(s, ast.Assign) and all(isinstance(t, ast.Name) for t in s.targets) for s in body[:-1]):
        return None
    if any(isinstance(n, ast.Yield | ast.YieldFrom | ast.Lambda | ast.NamedExpr) for n in ast.walk(function)):
        return None
    calls = [node for node in ast.walk(function) if isinstance(node, ast.Call)]
    return function if body[-1].value is not None and all(_only_loads(source, node) for node in calls) else None


def _only_loads(source: PythonSource, call: ast.Call) -> bool:
    if isinstance(call.func, ast.Attribute) and call.func.attr in _ON_MODEL:
        return all(isinstance(a, ast.Constant) for a in (*call.args, *(k.value for k in call.keywords)))
    path = source.path_of(call.func)
    loads = path is not None and any(meaning.kind == "load" for meaning in ml.match_calls(path))
    return loads and _takes_only_constants(source, call)


def _takes_only_constants(source: PythonSource, call: ast.Call) -> bool:
    return needs_of(call, source) is not None and _lasts(source, call)


def _decorator(source: PythonSource, function: ast.FunctionDef, functools: str) -> Edit:
    at = source.start(function)
    newline = source.text.newline(source.path)
    return Edit(source.path, at, at, f"@{functools}.cache{newline}{indentation(source, function)}")


def _own_function(source: PythonSource, call: ast.Call, functools: str) -> tuple[Edit, ...] | None:
    """A function below the module's first statements, which the load's place then calls."""
    statement = source.statement(call)
    above = header(source, call)
    name = _free_name(source, _target(source, call).strip("_").lower() or "model")
    if statement is None or not above or name is None:
        return None
    indent = indentation(source, statement)
    lines = moved(source, call, indent, len("    return ") - call.col_offset)
    edit = source.replace(call, f"{name}()")
    if lines is None or edit is None:
        return None
    path, newline, last = source.path, source.text.newline(source.path), above[-1]
    number = last.end_lineno or last.lineno
    at = source.text.line_end(path, number)
    if source.text.read(path)[source.end(last) : at].partition("#")[0].strip():
        return None
    made = [f"@{functools}.cache", f"def {name}():", f"    return {lines[0]}", *(f"    {one}" for one in lines[1:])]
    follows = bool(source.text.line(path, number + 1).strip())
    text = newline * 3 + newline.join(line.rstrip() for line in made) + newline * (2 if follows else 0)
    return edit, Edit(path, at, at, text)


def _free_name(source: PythonSource, word: str) -> str | None:
    names = (f"load_{word}", f"_load_{word}", f"load_{word}_once")
    return next((name for name in names if is_free(source, name)), None)
