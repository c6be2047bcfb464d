"""AL105: the GPU is used where there is one."""

from __future__ import annotations

import ast

from archlint.edits.python.imports import joined
from archlint.edits.python.movable import binding_of, bound
from archlint.edits.python.source import PythonSource, of_finding
from archlint.edits.text import Edit, Fix, Text
from archlint.finding import Finding
from archlint.project import Project

SAFE = False
"""What failed at once then runs on the CPU, for as long as that takes."""

_DEVICES = frozenset({"cuda", "cuda:0"})
_GPU = "CUDAExecutionProvider"
_CPU = "CPUExecutionProvider"


def fix(finding: Finding, project: Project, text: Text) -> Fix | None:
    """For devices that stand in the call, in modules that import torch; and for ONNX Runtime's list of providers."""
    source = of_finding(finding, project, text)
    call = source.node(finding, ast.Call) if source is not None else None
    if source is None or call is None:
        return None
    edits = _providers(source, call) or _devices(source, call)
    title = "fall back to the CPU where there is no GPU"
    return Fix(finding.rule, finding.fingerprint, title, False, edits) if edits else None


def _providers(source: PythonSource, call: ast.Call) -> tuple[Edit, ...]:
    for keyword in call.keywords:
        given = keyword.value
        if keyword.arg == "providers" and isinstance(given, ast.List) and len(given.elts) == 1:
            only = given.elts[0]
            if isinstance(only, ast.Constant) and only.value == _GPU and source.code(only) is not None:
                quote = source.code(only) or '"'
                at = source.end(only)
                return (Edit(source.path, at, at, f", {quote[0]}{_CPU}{quote[0]}"),)
    return ()


def _devices(source: PythonSource, call: ast.Call) -> tuple[Edit, ...]:
    statement, top = binding_of("torch", source), source.top(call)
    if not isinstance(statement, ast.Import) or top is None or (top is not statement and bound(top)["torch"]):
        return ()
    if not any(alias.name.partition(".")[0] == "torch" and not alias.asname for alias in statement.names):
        return ()
    function = call.func
    if isinstance(function, ast.Attribute) and function.attr == "cuda" and not call.args and not call.keywords:
        start, end = source.end(function) - len("cuda"), source.end(call)
        return (Edit(source.path, start, end, 'to("cuda" if torch.cuda.is_available() else "cpu")'),)
    given = [*call.args, *(k.value for k in call.keywords if k.arg in ("device", "map_location"))]
    found = [node for node in given if isinstance(node, ast.Constant) and node.value in _DEVICES]
    return joined(source.replace(n, f'"{n.value!s}" if torch.cuda.is_available() else "cpu"') for n in found)
