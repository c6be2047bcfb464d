"""AL310: the function waits for the mount targets of its file system."""

from __future__ import annotations

from archlint.edits.document import Document, Value, load
from archlint.edits.functions import fix_of, functions_of
from archlint.edits.text import Edit, Fix, Text
from archlint.finding import Finding
from archlint.model.function import Function
from archlint.project import Project
from archlint.syntax.node import Mapping, Scalar, Sequence

SAFE = True
"""The order of the deployment is all that changes."""


def fix(finding: Finding, project: Project, text: Text) -> Fix | None:
    """A VpcConfig that is missing takes subnets that nobody knows here."""
    edits: set[Edit] = set()
    for function in functions_of(finding, project):
        document = load(function.defined_at.path, text) if function.origin.editable else None
        resource = document.resource(function.defined_at) if document is not None else None
        if document is None or resource is None or not function.unawaited_mount_targets or not function.vpc:
            return None
        edit = _depends_on(function, document, resource)
        if edit is None:
            return None
        edits.add(edit)
    return fix_of(finding, "let the function wait for the mount targets", tuple(sorted(edits)), safe=True)


def _depends_on(function: Function, document: Document, resource: Mapping) -> Edit | None:
    names = list(function.unawaited_mount_targets)
    entry = resource.entry("DependsOn")
    if entry is None:
        value: Value = names[0] if len(names) == 1 else [*names]
        return document.add(resource, {"DependsOn": value}, ("Type",))
    if not document.is_written(entry) or entry not in document.own(resource):
        return None
    if isinstance(entry.value, Scalar) and isinstance(entry.value.value, str):
        mark = '"' if document.is_json else ""
        text = f"[{', '.join(f'{mark}{name}{mark}' for name in (entry.value.text, *names))}]"
        return Edit(document.path, document.start(entry.value), document.end(entry.value), text)
    if isinstance(entry.value, Sequence):
        return _appended(document, entry.value, names)
    return None


def _appended(document: Document, items: Sequence, names: list[str]) -> Edit | None:
    if not items.items or not all(isinstance(item, Scalar) for item in items.items):
        return None
    last = items.items[-1]
    at = document.end(last)
    start = document.start(last)
    if document.source[document.start(items)] == "[":
        mark = '"' if document.source[start] == '"' else ""
        return Edit(document.path, at, at, "".join(f", {mark}{name}{mark}" for name in names))
    lead = document.source[document.text.line_start(document.path, last.place.line) : start]
    if lead.strip() != "-":
        return None
    end = document.text.line_end(document.path, last.place.line)
    newline = document.text.newline(document.path)
    return Edit(document.path, end, end, "".join(f"{newline}{lead}{name}" for name in names))
