"""AL304: the memory that the largest library in use asks for."""

from __future__ import annotations

from archlint.code.ml import libraries_in_use
from archlint.edits.document import Document
from archlint.edits.functions import SETTINGS, each_function, fix_of
from archlint.edits.text import Edit, Fix, Text
from archlint.finding import Finding
from archlint.model.function import Function
from archlint.project import Project
from archlint.syntax.node import Mapping


def fix(finding: Finding, project: Project, text: Text) -> Fix | None:
    """An estimate, and more memory costs more for each second."""

    def raised(function: Function, document: Document, properties: Mapping) -> Edit | None:
        least = _least(function, project)
        return None if least is None else document.set(properties, "MemorySize", least, SETTINGS)

    edits = each_function(finding, project, text, raised)
    return fix_of(finding, "give the function the memory that its libraries need", edits, safe=False)


def _least(function: Function, project: Project) -> int | None:
    reach = project.reach(function.id)
    if reach is None:
        return None
    uses = libraries_in_use(reach, project.linked[function.id].deployed.distributions)
    return max((use.library.min_memory_mb or 0 for use in uses), default=0) or None
