"""AL406: asynchronous work whose failed events nobody keeps."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from archlint.code.calls import service_calls
from archlint.code.ml import libraries_in_use, model_calls
from archlint.finding import Hit
from archlint.model.deployed import Deployed
from archlint.model.function import Function, Trigger
from archlint.model.resource import Architecture, Link, Resource
from archlint.project import Project
from archlint.rulebook.page import Page
from archlint.values import Known

_INVOKED = {"s3": "S3", "sns": "SNS", "eventbridge": "EventBridge", "schedule": "the schedule"}
"""Triggers that hand Lambda an event and forget it: Lambda tries twice more, then drops it."""

_STREAMS = {"dynamodb": "table", "kinesis": "stream"}


@dataclass(frozen=True, slots=True)
class _Gap:
    trigger: Trigger
    text: str
    help: str


@dataclass(frozen=True, slots=True)
class _Wiring:
    """`kept` are the ids of what has a place for what fails; `events` are the links that lead to a function."""

    kept: frozenset[str]
    events: Mapping[str, Sequence[Link]]
    resources: Mapping[str, Resource]


def _wiring(architecture: Architecture) -> _Wiring:
    events: defaultdict[str, list[Link]] = defaultdict(list)
    for link in architecture.links:
        if link.kind == "event":
            events[link.target].append(link)
    return _Wiring(
        frozenset(link.source for link in architecture.links if link.kind == "failure"),
        events,
        {resource.id: resource for resource in architecture.resources},
    )


def check(project: Project, page: Page) -> Iterator[Hit]:
    """Functions that do ML work, as a warning; those that may run long, as information."""
    wiring = _wiring(project.architecture)
    for deployed in project.functions:
        function = deployed.function
        if function.is_one_shot or function.durable:
            continue
        severity = _severity(deployed, project, page)
        gap = _gap(function, wiring, severity) if severity is not None else None
        if gap is not None:
            yield Hit(
                message=f"{function.name}: {gap.text}",
                place=gap.trigger.place,
                function=function.id,
                severity=severity,
                help=gap.help,
            )


def _severity(deployed: Deployed, project: Project, page: Page) -> str | None:
    """None for work that is soon done again, and for code that is not at hand."""
    reach = project.reach(deployed.function.id)
    if reach is None:
        return None
    if (
        any(use.library.is_ml for use in libraries_in_use(reach))
        or any(model_calls(reach, "load"))
        or any(call.kind in ("model", "endpoint") for call in service_calls(reach))
    ):
        return "warning"
    function = deployed.function
    if all(trigger.sync for trigger in function.triggers):
        return None
    timeout = project.known(page.name, function, "timeout_s", function.timeout_s.value)
    return "info" if timeout is not None and timeout >= project.limits.get("long_running_s").value else None


def _gap(function: Function, wiring: _Wiring, severity: str) -> _Gap | None:
    if function.id in wiring.kept:
        return None
    for trigger in function.triggers:
        if trigger.type == "schedule" and severity == "info":
            continue  # the next run does what this one missed
        if trigger.type in _INVOKED:
            return _Gap(
                trigger,
                f"{_INVOKED[trigger.type]} invokes it asynchronously, and an event that fails three times is lost",
                "Give the function an OnFailure destination or a dead-letter queue.",
            )
        for link in wiring.events.get(function.id, ()):
            found = _polled(trigger, link, wiring)
            if found is not None:
                return found
    return None


def _polled(trigger: Trigger, link: Link, wiring: _Wiring) -> _Gap | None:
    source, mapping = wiring.resources.get(link.source), wiring.resources.get(link.detail)
    if source is None:
        return None
    if trigger.type == "sqs" and source.kind == "queue" and source.type == "AWS::SQS::Queue":
        redrive = source.settings.get("redrive")
        if redrive is not None and redrive.value == Known(False) and source.id not in wiring.kept:
            return _Gap(
                trigger,
                f"the queue {source.name} has no dead-letter queue: a message that fails comes back until it expires",
                "Give the queue a RedrivePolicy with a dead-letter queue.",
            )
    if _STREAMS.get(trigger.type) == source.kind and mapping is not None:
        bisects = mapping.settings.get("bisect")
        tamed = "maximum_retry_attempts" in mapping.settings or (bisects is not None and bisects.value != Known(False))
        if not tamed:
            return _Gap(
                trigger,
                f"a record of {source.name} that fails is tried until it expires, and holds up its shard meanwhile",
                "Set MaximumRetryAttempts and BisectBatchOnFunctionError, and an OnFailure destination.",
            )
    return None
