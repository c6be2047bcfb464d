"""AL302: a timeout one second below the API's, so that an error is seen where it happens."""

from __future__ import annotations

import math
from functools import partial

from archlint.edits.document import Document
from archlint.edits.functions import SETTINGS, each_function, fix_of
from archlint.edits.text import Edit, Fix, Text
from archlint.finding import Finding
from archlint.knowledge.triggers import trigger_type
from archlint.model.function import Function
from archlint.project import Project
from archlint.rules.configuration.api_sync_timeout_mismatch import fronts_of, wall_s
from archlint.syntax.node import Mapping


def fix(finding: Finding, project: Project, text: Text) -> Fix | None:
    """Not where another trigger, or a durable function, may need the longer timeout."""
    edits = each_function(finding, project, text, partial(_lower, project))
    return fix_of(finding, "set the function's timeout below the API's", edits, safe=False)


def _lower(project: Project, function: Function, document: Document, properties: Mapping) -> Edit | None:
    seconds = None if function.durable else least_wall(project, function)
    others = any(not trigger_type(t.type).limit or not t.sync for t in function.triggers)
    if seconds is None or seconds < 2 or others:
        return None
    return document.set(properties, "Timeout", seconds - 1, SETTINGS)


def least_wall(project: Project, function: Function) -> int | None:
    """Seconds after which the first API in front gives up; None where that is not known, or nothing is in front."""
    walls = [wall_s(project, trigger) for trigger in fronts_of(function)]
    known = [wall for wall in walls if wall is not None]
    return math.floor(min(known)) if known and len(known) == len(walls) else None
