"""AL314: SnapStart for a SAM function, with the alias that its API then invokes."""

from __future__ import annotations

from archlint.edits.document import Document, Value
from archlint.edits.functions import SETTINGS, each_function, fix_of
from archlint.edits.text import Edit, Fix, Text
from archlint.finding import Finding
from archlint.model.function import Function
from archlint.project import Project
from archlint.syntax.node import Mapping


def fix(finding: Finding, project: Project, text: Text) -> Fix | None:
    """What is made at import is then shared by all environments."""
    edits = each_function(finding, project, text, _added)
    return fix_of(finding, "turn SnapStart on and publish an alias", edits, safe=False)


def _added(function: Function, document: Document, properties: Mapping) -> Edit | None:
    if not function.origin.sam_properties or "SnapStart" in properties or function.places.get("snapstart") is not None:
        return None
    added: dict[str, Value] = {} if "AutoPublishAlias" in properties else {"AutoPublishAlias": "live"}
    added["SnapStart"] = {"ApplyOn": "PublishedVersions"}
    return document.add(properties, added, SETTINGS)
