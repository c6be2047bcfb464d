"""AL205: the line goes."""

from __future__ import annotations

from archlint.edits.functions import fix_of
from archlint.edits.requirements import line_at, without_line
from archlint.edits.text import Fix, Text
from archlint.finding import Finding
from archlint.project import Project


def fix(finding: Finding, project: Project, text: Text) -> Fix | None:
    """Development and training may need it elsewhere."""
    line = line_at(finding.place, text)
    if line is None or not line.name:
        return None
    return fix_of(
        finding, f"remove {line.name} from the requirements", (without_line(finding.place, text),), safe=False
    )
