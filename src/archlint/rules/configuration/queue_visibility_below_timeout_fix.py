"""AL309: AWS's advice for the queue's visibility timeout."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from archlint.edits.document import load
from archlint.edits.functions import fix_of, functions_of, resource_properties
from archlint.edits.text import Edit, Fix, Text
from archlint.finding import Finding
from archlint.knowledge.limits import limit
from archlint.model.function import Function
from archlint.model.resource import Resource
from archlint.project import Project
from archlint.values import Known, Unknown

SAFE = True


def fix(finding: Finding, project: Project, text: Text) -> Fix | None:
    """Safe where AWS refuses the mapping as it is; else a failed message comes back later than before."""
    queue = _queue(finding, project)
    seconds = _seconds(queue, project) if queue is not None else None
    if queue is None or seconds is None:
        return None
    edit = _set(queue, seconds, text)
    title = f"set the visibility timeout to {seconds} s"
    return fix_of(finding, title, (edit,) if edit else None, safe=_is_refused(queue, finding, project))


def _is_refused(queue: Resource, finding: Finding, project: Project) -> bool:
    """Whether AWS refuses the mapping: a message comes back before the function may even end."""
    visible = queue.settings["visibility_timeout_s"].value
    timeouts = [function.timeout_s.value for function in functions_of(finding, project)]
    if not isinstance(visible, Known) or not isinstance(visible.value, int):
        return False
    return any(isinstance(one, Known) and visible.value < one.value for one in timeouts)


def raised_for(function: Function, seconds: int, project: Project, text: Text) -> tuple[Edit, ...] | None:
    """What the queues of a function need when its timeout becomes `seconds`; None where one cannot be changed."""
    edits: list[Edit] = []
    resources = {resource.id: resource for resource in project.architecture.resources}
    for link in project.architecture.links:
        queue = resources.get(link.source)
        if link.target != function.id or link.kind != "event" or queue is None or queue.kind != "queue":
            continue
        setting = queue.settings.get("visibility_timeout_s")
        wanted = _seconds(queue, project, {function.id: seconds})
        if setting is None or wanted is None or isinstance(setting.value, Unknown):
            return None
        if isinstance(setting.value.value, int) and setting.value.value < wanted:
            edit = _set(queue, wanted, text)
            if edit is None:
                return None
            edits.append(edit)
    return tuple(edits)


def _set(queue: Resource, seconds: int, text: Text) -> Edit | None:
    found = resource_properties(queue, text)
    if found is not None:
        return found[0].set(found[1], "VisibilityTimeout", seconds, ("QueueName",))
    document = load(queue.place.path, text)
    resource = document.resource(queue.place) if document is not None else None
    if document is None or resource is None or "Properties" in resource:
        return None
    return document.add(resource, {"Properties": {"VisibilityTimeout": seconds}}, ("Type",))


def _queue(finding: Finding, project: Project) -> Resource | None:
    for resource in project.architecture.resources:
        setting = resource.settings.get("visibility_timeout_s")
        if resource.kind == "queue" and setting is not None and (setting.place or resource.place) == finding.place:
            return resource
    return None


def _seconds(queue: Resource, project: Project, planned: Mapping[str, int] = MappingProxyType({})) -> int | None:
    """Of all the functions that take from the queue the most, with the batching window; None where one is not known.
    `planned` are timeouts by function that hold instead of those written."""
    resources = {resource.id: resource for resource in project.architecture.resources}
    wanted: list[int] = []
    for link in project.architecture.links:
        linked = project.linked.get(link.target)
        if link.source != queue.id or link.kind != "event" or linked is None:
            continue
        timeout = linked.deployed.function.timeout_s.value
        window = _window(resources.get(link.detail))
        if isinstance(timeout, Unknown) or window is None:
            return None
        seconds = planned.get(link.target, timeout.value)
        wanted.append(limit("visibility_factor").value * seconds + window)
    return max(wanted, default=None)


def _window(mapping: Resource | None) -> int | None:
    setting = mapping.settings.get("batching_window_s") if mapping is not None else None
    if setting is None:
        return 0
    return setting.value.value if isinstance(setting.value, Known) and isinstance(setting.value.value, int) else None
