"""AL311: room in /tmp for the models that the function fetches."""

from __future__ import annotations

import math

from archlint.edits.document import Document
from archlint.edits.functions import SETTINGS, each_function, fix_of
from archlint.edits.text import Edit, Fix, Text
from archlint.finding import Finding
from archlint.knowledge.limits import limit
from archlint.model.function import Function
from archlint.project import Project
from archlint.rules.configuration.ephemeral_storage_too_small import needs
from archlint.syntax.node import Mapping

BESIDES = 1.25
"""What a download takes is more than the weights: vocabularies, settings, and weights of which a part has 32 bits."""

STEP_MB = 512
"""The size is a multiple of it, as people write sizes of /tmp."""


def fix(finding: Finding, project: Project, text: Text) -> Fix | None:
    """More of /tmp costs more for each second; where it cannot hold the models, the work belongs elsewhere."""

    def raised(function: Function, document: Document, properties: Mapping) -> Edit | None:
        size = _size(function, project)
        return None if size is None else _set(document, properties, size)

    edits = each_function(finding, project, text, raised)
    return fix_of(finding, "give /tmp room for the models that the function fetches", edits, safe=False)


def _size(function: Function, project: Project) -> int | None:
    """MB for all the models whose size is known; None where that is more than /tmp can have."""
    reach = project.reach(function.id)
    if reach is None:
        return None
    models = {name: size for _, name, size in needs(project.linked[function.id].deployed, reach, project.tree)}
    most = limit("ephemeral_max").value
    if not models or sum(models.values()) > most:
        return None
    return min(math.ceil(sum(models.values()) * BESIDES / STEP_MB) * STEP_MB, most)


def _set(document: Document, properties: Mapping, size: int) -> Edit | None:
    if "EphemeralStorage" not in properties:
        return document.add(properties, {"EphemeralStorage": {"Size": size}}, ("MemorySize", *SETTINGS))
    storage = document.child(properties, "EphemeralStorage")
    return document.set(storage, "Size", size) if storage is not None else None
