"""AL315: a number within the range that AWS takes."""

from __future__ import annotations

from archlint.edits.document import Document, load
from archlint.edits.functions import fix_of, functions_of
from archlint.edits.text import Edit, Fix, Text
from archlint.finding import Finding
from archlint.knowledge.limits import limit
from archlint.model.resource import Resource
from archlint.project import Project
from archlint.syntax.node import Entry, Mapping, Scalar


def fix(finding: Finding, project: Project, text: Text) -> Fix | None:
    """Whether the range suffices for the work is another question. What excludes something else is for people."""
    document = load(finding.place.path, text)
    way = document.way_to(finding.place) if document is not None else ()
    if document is None or not way:
        return None
    made = _function(finding, project, document, way) or _resource(finding, project, document, way)
    if made is None:
        return None
    edit, value = made
    return fix_of(finding, f"set {way[-1].key} to {value}", (edit,), safe=False)


def _function(
    finding: Finding, project: Project, document: Document, way: tuple[Entry, ...]
) -> tuple[Edit, int | str] | None:
    functions = list(functions_of(finding, project))
    if not functions or any(not f.origin.editable for f in functions):
        return None
    if way[-1].key == "MemorySize":
        name = "memory_managed_max" if all(f.capacity_provider for f in functions) else "memory_max"
        return _set(document, way[-1], limit(name).value)
    if way[-1].key == "EphemeralStorage" and isinstance(way[-1].value, Mapping):
        size = way[-1].value.entry("Size")
        name = "ephemeral_accelerator_max" if all(f.accelerator for f in functions) else "ephemeral_max"
        return _set(document, size, limit(name).value) if size is not None else None
    return None


def _resource(
    finding: Finding, project: Project, document: Document, way: tuple[Entry, ...]
) -> tuple[Edit, int | str] | None:
    for resource in project.architecture.resources:
        for name, setting in resource.settings.items():
            if setting.place != finding.place:
                continue
            value = _within(resource, name, way[-1])
            if value is not None:
                return _set(document, way[-1], value)
    return None


def _within(resource: Resource, name: str, entry: Entry) -> int | str | None:
    written = entry.value
    if name == "target_type" and resource.kind == "target-group":
        return "ip"
    if resource.kind != "job" or not isinstance(written, Scalar) or not written.text.isdecimal():
        return None
    if name == "timeout_s":
        return max(int(written.text), limit("batch_timeout_min").value)
    if name == "attempts":
        return min(max(int(written.text), 1), limit("batch_attempts_max").value)
    return None


def _set(document: Document, entry: Entry, value: int | str) -> tuple[Edit, int | str] | None:
    edit = document.replace(entry, value)
    return (edit, value) if edit is not None else None
