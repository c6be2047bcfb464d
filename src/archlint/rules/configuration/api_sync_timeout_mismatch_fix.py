"""AL302: a timeout one second below the API's, so that an error is seen where it happens."""

from __future__ import annotations

import math

from archlint.edits.document import Document
from archlint.edits.edit import Edit, Fix
from archlint.edits.functions import SETTINGS, each_function, fix_of
from archlint.edits.text import Text
from archlint.finding import Finding
from archlint.knowledge.limits import limit
from archlint.model.function import Function
from archlint.project import Project
from archlint.rules.configuration.api_sync_timeout_mismatch import FRONTS
from archlint.syntax.node import Mapping
from archlint.values import Known


def fix(finding: Finding, project: Project, text: Text) -> Fix | None:
    """Not where another trigger, or a durable function, may need the longer timeout."""
    edits = each_function(finding, project, text, _lower)
    return fix_of(finding, "set the function's timeout below the API's", edits, safe=False)


def _lower(function: Function, document: Document, properties: Mapping) -> Edit | None:
    seconds = None if function.durable else least_wall(function)
    if seconds is None or seconds < 2 or any(t.type not in FRONTS or not t.sync for t in function.triggers):
        return None
    return document.set(properties, "Timeout", seconds - 1, SETTINGS)


def least_wall(function: Function) -> int | None:
    """Seconds after which the first API in front gives up; None where that is not known, or nothing is in front."""
    walls: list[float] = []
    for trigger in function.triggers:
        if trigger.type in FRONTS and trigger.sync and not trigger.streaming:
            if trigger.timeout_s is None:
                walls.append(float(limit(FRONTS[trigger.type][0]).value))
            elif isinstance(trigger.timeout_s, Known):
                walls.append(trigger.timeout_s.value)
            else:
                return None
    return math.floor(min(walls)) if walls else None
