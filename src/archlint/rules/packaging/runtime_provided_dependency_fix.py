"""AL212: the function uses the runtime's AWS SDK."""

from __future__ import annotations

from archlint.edits.functions import fix_of
from archlint.edits.requirements import is_requirements, line_at, without_line
from archlint.edits.text import Edit, Fix, Text
from archlint.finding import Finding
from archlint.knowledge.slimming import sdk_roots
from archlint.model.place import Place
from archlint.project import Project
from archlint.syntax.requirements import parse_requirements


def fix(finding: Finding, project: Project, text: Text) -> Fix | None:
    """All lines of the SDK, since each of them brings the others; tests may need it elsewhere."""
    path = finding.place.path
    if not is_requirements(path) or line_at(finding.place, text) is None:
        return None
    lines = parse_requirements(text.read(path))
    roots = sdk_roots()
    edits: tuple[Edit, ...] = tuple(
        without_line(Place(path, line.line), text)
        for line in lines
        if line.kind == "requirement" and line.name in roots
    )
    return fix_of(finding, "use the runtime's AWS SDK", edits, safe=False)
