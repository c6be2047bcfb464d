"""AL204: the build that does without CUDA."""

from __future__ import annotations

from archlint.edits.functions import fix_of
from archlint.edits.requirements import without_cuda
from archlint.edits.text import Fix, Text
from archlint.finding import Finding
from archlint.project import Project


def fix(finding: Finding, project: Project, text: Text) -> Fix | None:
    """The file may serve a machine with a GPU as well."""
    found = without_cuda(finding, project, text)
    return fix_of(finding, found[0], found[1], safe=False) if found is not None else None
