"""AL313: no SnapStart where AWS refuses it."""

from __future__ import annotations

from archlint.edits.document import Document
from archlint.edits.functions import each_function, fix_of
from archlint.edits.text import Edit, Fix, Text
from archlint.finding import Finding
from archlint.model.function import Function
from archlint.project import Project
from archlint.syntax.node import Mapping


def fix(finding: Finding, project: Project, text: Text) -> Fix | None:
    """One of two ways: what stands in its way could be removed as well."""
    edits = each_function(finding, project, text, _removed)
    return fix_of(finding, "remove SnapStart", edits, safe=False)


def _removed(function: Function, document: Document, properties: Mapping) -> Edit | None:
    entry = properties.entry("SnapStart")
    return document.remove(properties, entry) if entry is not None else None
