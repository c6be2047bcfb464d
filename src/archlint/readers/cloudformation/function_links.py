"""What a function's own properties refer to."""

from __future__ import annotations

from archlint.readers.cloudformation.found import Found
from archlint.readers.cloudformation.parts import Part, merge_mappings, parts, wanted_globals
from archlint.readers.cloudformation.policies import Policies
from archlint.readers.cloudformation.reduced import span
from archlint.readers.cloudformation.sam_events import read_events
from archlint.readers.cloudformation.template import Resource
from archlint.syntax.node import Mapping, Node, Scalar

DEAD_LETTERS = ("DeadLetterQueue", "DeadLetterConfig")
DESTINATIONS = {"OnFailure": "failure", "OnSuccess": "success"}
DESTINATION_KINDS = {
    "SQS": "queue",
    "SNS": "topic",
    "EventBridge": "bus",
    "Lambda": "function",
    "S3Bucket": "bucket",
    "S3": "bucket",
}
ADDED = {"SQS": ("Queue", "AWS::SQS::Queue"), "SNS": ("Topic", "AWS::SNS::Topic")}
"""What SAM adds for a destination of a type without a target."""


def read_function(resource: Resource, found: Found, policies: Policies) -> None:
    """Variables, layers, file systems, failure paths, permissions and SAM events."""
    sam = resource.type == "AWS::Serverless::Function"
    general = wanted_globals(found.template.globals, resource.body.get("IgnoreGlobals")) if sam else None
    properties = merge_mappings(general, resource.properties)
    _environment(resource, properties, found)
    for layer in parts(found.scope, properties, ("Layers", "*"), resource.place):
        target = found.lookup.one(layer.node)
        if target is not None:
            found.link(resource.name, target, "uses", layer.place)
    _mounts(resource, properties, found)
    for key in DEAD_LETTERS:
        for part in parts(found.scope, properties, (key, "TargetArn"), resource.place):
            told = found.scope.get(properties, key, "Type")
            kind = DESTINATION_KINDS.get(told.text, "other") if isinstance(told, Scalar) else "other"
            found.destination(resource.name, part, "failure", key, kind)
    policies.read_own(resource, properties)
    if sam:
        for name, kind in DESTINATIONS.items():
            for part in parts(
                found.scope, properties, ("EventInvokeConfig", "DestinationConfig", name), resource.place
            ):
                _destination(resource, part, name, kind, found)
        events = found.scope.get(properties, "Events")
        if isinstance(events, Mapping):
            read_events(resource, events, found)


def _environment(resource: Resource, properties: Mapping, found: Found) -> None:
    variables = found.scope.get(properties, "Environment", "Variables")
    for entry in variables if isinstance(variables, Mapping) else ():
        target = found.lookup.one(found.scope.reduce(entry.value))
        if target is not None:
            found.link(resource.name, target, "env", span(entry), detail=entry.key)


def _mounts(resource: Resource, properties: Mapping, found: Found) -> None:
    for part in parts(found.scope, properties, ("FileSystemConfigs", "*"), resource.place):
        path = found.scope.get(part.node, "LocalMountPath")
        for arn in parts(found.scope, part.node, ("Arn",), part.place):
            target = found.lookup.one(arn.node)
            if target is not None:
                detail = path.text if isinstance(path, Scalar) else ""
                found.link(resource.name, target, "mounts", arn.place, detail=detail)


def _destination(resource: Resource, part: Part, name: str, kind: str, found: Found) -> None:
    """SAM's OnFailure or OnSuccess: a type, and mostly a destination."""
    told = found.scope.get(part.node, "Type")
    word = told.text if isinstance(told, Scalar) else ""
    target: Node | None = found.scope.get(part.node, "Destination")
    if target is None and word in ADDED:
        suffix, type_ = ADDED[word]
        made = f"{resource.name}EventInvokeConfig{name}{suffix}"
        found.make(made, type_, part.place, conditional=found.conditional(resource))
        found.link(resource.name, made, kind, part.place)
        return
    for below in parts(found.scope, part.node, ("Destination",), part.place):
        found.destination(resource.name, below, kind, name, DESTINATION_KINDS.get(word, "other"))
