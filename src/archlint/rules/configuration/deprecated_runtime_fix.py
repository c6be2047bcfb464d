"""AL312: the newest runtime."""

from __future__ import annotations

from archlint.edits.document import load
from archlint.edits.functions import fix_of, functions_of
from archlint.edits.text import Fix, Text
from archlint.finding import Finding
from archlint.knowledge.limits import newest_runtime, runtime
from archlint.model.function import FolderCode, Function, InlineCode
from archlint.project import Project
from archlint.syntax.node import Scalar


def fix(finding: Finding, project: Project, text: Text) -> Fix | None:
    """Where the runtime is written as such, also for all functions at once; code has to be tested. Layers and packages
    that are already built were built for the old Python, so that they are left to people."""
    if not all(map(_is_built_here, functions_of(finding, project))):
        return None
    document = load(finding.place.path, text)
    way = document.way_to(finding.place) if document is not None else ()
    if document is None or not way or way[-1].key != "Runtime":
        return None
    written = way[-1].value
    if not isinstance(written, Scalar) or runtime(written.text) is None:
        return None
    edit = document.replace(way[-1], newest_runtime())
    return fix_of(finding, f"move to {newest_runtime()}", (edit,) if edit else None, safe=False)


def _is_built_here(function: Function) -> bool:
    code = function.code
    builds = isinstance(code, InlineCode) or (isinstance(code, FolderCode) and code.builds)
    return function.origin.editable and builds and not function.layers
