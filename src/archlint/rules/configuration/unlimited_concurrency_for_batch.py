"""AL308: a burst of events makes one cold start each, up to the whole account's concurrency."""

from __future__ import annotations

from collections.abc import Iterator

from archlint.finding import Hit, Step
from archlint.model.function import Function
from archlint.model.resource import Link
from archlint.project import Project
from archlint.rulebook.page import Page
from archlint.rules.shared.ml_work import is_kept_ready, model_work

SOURCES = {
    "bucket": "objects in a bucket",
    "topic": "messages of a topic",
    "queue": "messages of a queue",
    "rule": "events",
}


def check(project: Project, page: Page) -> Iterator[Hit]:
    """Bursts come from buckets, topics, event patterns, and queues whose mapping has no MaximumConcurrency."""
    events: dict[str, list[Link]] = {}
    for link in project.architecture.links:
        if link.kind == "event" and not link.sync:
            events.setdefault(link.target, []).append(link)
    most = project.limits.get("concurrency")
    basis = most.basis if most.own else f"the account's default, {most.basis}"
    for deployed, reach in project.python_functions():
        function = deployed.function
        if function.id not in events or function.reserved_concurrency is not None or is_kept_ready(function):
            continue
        work = model_work(deployed, reach)
        found = _burst(project, page, function, events[function.id]) if work is not None and work.large else None
        if work is None or found is None:
            continue
        source, link = found
        yield Hit(
            message=f"a burst of {source} starts up to {most.value} environments at once ({basis}),"
            f" and each of them first {work.text}: nothing limits the function's concurrency",
            place=function.defined_at,
            function=function.id,
            confidence="medium" if deployed.by_name else None,
            trace=(Step(link.place, "these events start environments"), *work.trace),
        )


def _burst(project: Project, page: Page, function: Function, links: list[Link]) -> tuple[str, Link] | None:
    resources = {resource.id: resource for resource in project.architecture.resources}
    for link in links:
        source = resources.get(link.source)
        if source is None or source.kind not in SOURCES or "schedule_expression" in source.settings:
            continue
        if source.kind == "rule" and not source.type:
            continue
        mapping = resources.get(link.detail)
        if source.kind == "queue" and (mapping is None or "maximum_concurrency" in mapping.settings):
            continue
        return SOURCES[source.kind], link
    return None
