"""AL307: no provisioned concurrency where nobody waits."""

from __future__ import annotations

from archlint.edits.document import Document
from archlint.edits.functions import each_function, fix_of
from archlint.edits.text import Edit, Fix, Text
from archlint.finding import Finding
from archlint.model.function import Function
from archlint.project import Project
from archlint.syntax.node import Mapping


def fix(finding: Finding, project: Project, text: Text) -> Fix | None:
    """Where a SAM function says it itself; the events may have a deadline that a cold start breaks."""
    edits = each_function(finding, project, text, _removed)
    return fix_of(finding, "remove the provisioned concurrency", edits, safe=False)


def _removed(function: Function, document: Document, properties: Mapping) -> Edit | None:
    entry = properties.entry("ProvisionedConcurrencyConfig")
    return document.remove(properties, entry) if entry is not None else None
