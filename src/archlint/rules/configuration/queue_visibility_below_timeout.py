"""AL309: a queue shows a message again while the function still works on it."""

from __future__ import annotations

from collections.abc import Iterator

from archlint.finding import Hit, Step
from archlint.knowledge.limits import limit
from archlint.model.function import Function
from archlint.model.resource import Link, Resource
from archlint.project import Project
from archlint.rulebook.page import Page


def check(project: Project, page: Page) -> Iterator[Hit]:
    """Queues that Lambda polls; a queue or a timeout that is not known stays silent."""
    resources = {resource.id: resource for resource in project.architecture.resources}
    functions = {deployed.function.id: deployed.function for deployed in project.functions}
    seen: set[tuple[str, str]] = set()
    for link in project.architecture.links:
        queue, function, mapping = (
            resources.get(link.source),
            functions.get(link.target),
            resources.get(link.detail),
        )
        if queue is None or function is None or link.kind != "event" or (queue.id, function.id) in seen:
            continue
        if queue.kind == "queue" and mapping is not None and mapping.kind == "mapping":
            seen.add((queue.id, function.id))
            yield from _judge(project, page, queue, function, link)


def _judge(project: Project, page: Page, queue: Resource, function: Function, link: Link) -> Iterator[Hit]:
    setting = queue.settings.get("visibility_timeout_s")
    if setting is None:
        return
    visible = project.known(page.name, function, f"{queue.name}.visibility_timeout_s", setting.value)
    seconds = project.known(page.name, function, "timeout_s", function.timeout_s.value)
    factor = limit("visibility_factor")
    if not isinstance(visible, int) or seconds is None or visible >= factor.value * seconds:
        return
    default = "" if setting.place else ", the default,"
    if visible < seconds:
        rest = f"is shorter than the function's timeout of {seconds} s: AWS refuses the mapping"
    else:
        rest = (
            f"is less than {factor.value} times the function's timeout of {seconds} s: a batch that has to"
            " wait because the function is throttled comes back while it is worked on"
        )
    yield Hit(
        message=f"the visibility timeout of {visible} s{default} {rest} (AWS's advice as of {factor.as_of})",
        place=setting.place or queue.place,
        function=function.id,
        severity="error" if visible < seconds else None,
        trace=(Step(link.place, f"{function.name} is invoked with messages of {queue.name}"),),
        help=f"Set the queue's visibility timeout to {factor.value * seconds} s or more, plus the batching window.",
    )
