"""AL214: nothing but weights is unpickled."""

from __future__ import annotations

import ast

from archlint.edits.python.source import of_finding
from archlint.edits.text import Fix, Text
from archlint.finding import Finding
from archlint.project import Project

SAFE = False
"""A file that holds more than tensors can no longer be loaded."""

_ARGUMENTS = {"torch.load": ("weights_only", False, "True"), "numpy.load": ("allow_pickle", True, "False")}


def fix(finding: Finding, project: Project, text: Text) -> Fix | None:
    """For loads that say themselves that everything is unpickled: `weights_only=False`, `allow_pickle=True`."""
    source = of_finding(finding, project, text)
    call = source.node(finding, ast.Call) if source is not None else None
    if source is None or call is None:
        return None
    name, given, instead = _ARGUMENTS.get(source.path_of(call.func) or "", ("", None, ""))
    for keyword in call.keywords:
        if keyword.arg == name and isinstance(keyword.value, ast.Constant) and keyword.value.value is given:
            edit = source.replace(keyword.value, instead)
            title = f"load with {name}={instead}"
            return Fix(finding.rule, finding.fingerprint, title, False, (edit,)) if edit is not None else None
    return None
