"""AL406: a queue for what fails."""

from __future__ import annotations

from archlint.edits.document import Document, GetAtt, Value, load
from archlint.edits.functions import SETTINGS, each_function, fix_of, functions_of
from archlint.edits.text import Edit, Fix, Text
from archlint.finding import Finding
from archlint.model.function import Function
from archlint.model.resource import Resource
from archlint.project import Project
from archlint.syntax.node import Entry, Mapping, Scalar

RECEIVES = 5
"""Times that a message is tried; AWS's advice for queues that Lambda polls is five or more."""


def fix(finding: Finding, project: Project, text: Text) -> Fix | None:
    """New resources cost little, but somebody has to look at what they hold."""
    triggers = {trigger.type for f in functions_of(finding, project) for trigger in f.triggers}
    if "sqs" in triggers:
        return fix_of(finding, "give the queue a dead-letter queue", _redrive(finding, project, text), safe=False)
    edits = each_function(finding, project, text, _destination)
    return fix_of(finding, "keep events that fail in a queue", edits, safe=False)


def _destination(function: Function, document: Document, properties: Mapping) -> Edit | None:
    """SAM makes the queue when a destination has a type and no address, and the permission for a role of its own."""
    if (
        not function.origin.sam_properties
        or "EventInvokeConfig" in properties
        or "Role" in properties
        or _has_global_role(document)
    ):
        return None
    wanted: dict[str, Value] = {"EventInvokeConfig": {"DestinationConfig": {"OnFailure": {"Type": "SQS"}}}}
    return document.add(properties, wanted, SETTINGS)


def _redrive(finding: Finding, project: Project, text: Text) -> tuple[Edit, ...] | None:
    queues = [queue for queue in _queues(finding, project) if "redrive" in queue.settings]
    kept = {link.source for link in project.architecture.links if link.kind == "failure"}
    queues = [queue for queue in queues if queue.id not in kept]
    document = load(queues[0].place.path, text) if len(queues) == 1 else None
    way = document.way_to(queues[0].place) if document is not None else ()
    if document is None or len(way) != 2 or not isinstance(way[0].value, Mapping):
        return None
    name = f"{queues[0].name}DeadLetters"
    resource = document.resource(queues[0].place)
    if resource is None or name in way[0].value:
        return None
    policy: Value = {"deadLetterTargetArn": GetAtt(name), "maxReceiveCount": RECEIVES}
    inner = _with_policy(document, resource, {"RedrivePolicy": policy})
    outer = _dead_letters(document, way[0].value, way[1], name, resource)
    if inner is None or outer is None:
        return None
    if inner.start == outer.start:
        return (Edit(inner.path, inner.start, inner.end, inner.text + outer.text),)
    return (inner, outer)


def _with_policy(document: Document, resource: Mapping, policy: dict[str, Value]) -> Edit | None:
    if "Properties" not in resource:
        return document.add(resource, {"Properties": policy}, ("Type",))
    properties = document.child(resource, "Properties")
    if properties is None or "RedrivePolicy" in properties:
        return None
    return document.add(properties, policy, ("VisibilityTimeout", "QueueName"))


def _queues(finding: Finding, project: Project) -> list[Resource]:
    resources = {resource.id: resource for resource in project.architecture.resources}
    links = project.architecture.links
    ids = {link.source for link in links if link.kind == "event" and link.target in finding.functions}
    return [resources[one] for one in sorted(ids) if one in resources and resources[one].kind == "queue"]


def _dead_letters(document: Document, resources: Mapping, queue: Entry, name: str, resource: Mapping) -> Edit | None:
    """A FIFO queue's dead letters need a FIFO queue."""
    own = resource.get("Properties")
    fifo = own.get("FifoQueue") if isinstance(own, Mapping) else None
    added: dict[str, Value] = {"Type": "AWS::SQS::Queue"}
    if fifo is not None:
        if not isinstance(fifo, Scalar) or fifo.text not in ("true", "false"):
            return None
        if fifo.text == "true":
            added["Properties"] = {"FifoQueue": True}
    return document.add(resources, {name: added}, (queue.key,))


def _has_global_role(document: Document) -> bool:
    shared = document.root.get("Globals") if isinstance(document.root, Mapping) else None
    functions = shared.get("Function") if isinstance(shared, Mapping) else None
    return isinstance(functions, Mapping) and "Role" in functions
