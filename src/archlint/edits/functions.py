"""The functions and resources of a finding as entries of their templates."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from archlint.edits.document import Document, load
from archlint.edits.text import Edit, Fix, Text
from archlint.finding import Finding
from archlint.model.function import Function
from archlint.model.resource import Resource
from archlint.project import Project
from archlint.syntax.node import Mapping

SETTINGS = ("Timeout", "MemorySize", "Runtime", "Handler", "ImageUri", "PackageType")
"""Behind these a new setting of a function reads well."""


def functions_of(finding: Finding, project: Project) -> Iterator[Function]:
    for name in finding.functions:
        linked = project.linked.get(name)
        if linked is not None:
            yield linked.deployed.function


def properties(function: Function, text: Text) -> tuple[Document, Mapping] | None:
    """The template of a function and what its resource writes under Properties."""
    return _properties(function.defined_at.path, function, text) if function.origin.editable else None


def resource_properties(resource: Resource, text: Text) -> tuple[Document, Mapping] | None:
    """As `properties`, for any resource."""
    return _properties(resource.place.path, resource, text)


def _properties(path: str, declared: Function | Resource, text: Text) -> tuple[Document, Mapping] | None:
    document = load(path, text)
    place = declared.defined_at if isinstance(declared, Function) else declared.place
    resource = document.resource(place) if document is not None else None
    if document is None or resource is None:
        return None
    found = document.child(resource, "Properties")
    return (document, found) if found is not None else None


def each_function(
    finding: Finding, project: Project, text: Text, edit: Callable[[Function, Document, Mapping], Edit | None]
) -> tuple[Edit, ...] | None:
    """One edit for every function of the finding; None where one of them cannot be edited."""
    edits: set[Edit] = set()
    for function in functions_of(finding, project):
        found = properties(function, text)
        made = edit(function, *found) if found is not None else None
        if made is None:
            return None
        edits.add(made)
    return tuple(sorted(edits)) or None


def fix_of(finding: Finding, title: str, edits: tuple[Edit, ...] | None, *, safe: bool) -> Fix | None:
    return Fix(finding.rule, finding.fingerprint, title, safe, edits) if edits else None
