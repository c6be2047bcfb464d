"""AL303: a timeout that suits a model."""

from __future__ import annotations

from functools import partial

from archlint.edits.document import Document
from archlint.edits.functions import SETTINGS, each_function, fix_of, functions_of
from archlint.edits.text import Edit, Fix, Text
from archlint.finding import Finding
from archlint.model.function import Function
from archlint.project import Project
from archlint.rules.configuration.api_sync_timeout_mismatch_fix import least_wall
from archlint.rules.configuration.queue_visibility_below_timeout_fix import raised_for
from archlint.syntax.node import Mapping

SECONDS = 60
"""The rule's page: 30 s to 60 s suits many models."""


def fix(finding: Finding, project: Project, text: Text) -> Fix | None:
    """Only a measurement tells the right number; behind an API it stays below the API's own, and a queue in front gets
    the visibility timeout that goes with it."""
    edits = each_function(finding, project, text, partial(_add, project))
    queues: set[Edit] = set()
    for function in functions_of(finding, project):
        raised = raised_for(function, _seconds(project, function), project, text)
        if raised is None:
            return None
        queues.update(raised)
    edits = None if edits is None else (*edits, *sorted(queues))
    return fix_of(finding, "give the function a timeout of its own", edits, safe=False)


def _add(project: Project, function: Function, document: Document, properties: Mapping) -> Edit | None:
    return document.set(properties, "Timeout", _seconds(project, function), SETTINGS)


def _seconds(project: Project, function: Function) -> int:
    wall = least_wall(project, function)
    return SECONDS if wall is None else max(1, min(SECONDS, wall - 1))
