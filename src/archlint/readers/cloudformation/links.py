"""The architecture that one template declares: its resources and how they refer to each other."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from archlint.knowledge.resources import OTHER, LinkRow, connector, resource_type
from archlint.knowledge.triggers import principal_source
from archlint.model.function import Function
from archlint.model.resource import Architecture
from archlint.readers.cloudformation.found import Found
from archlint.readers.cloudformation.lookup import FUNCTION_TYPES, Lookup, references, texts
from archlint.readers.cloudformation.openapi import BODIES, body, operations
from archlint.readers.cloudformation.parts import PropertyPart, merge_mappings, parts, wanted_globals
from archlint.readers.cloudformation.policies import Policies
from archlint.readers.cloudformation.reduced import span
from archlint.readers.cloudformation.sam_events import read_events
from archlint.readers.cloudformation.state_machines import STATE_MACHINES, read_state_machine
from archlint.readers.cloudformation.template import TemplateResource
from archlint.syntax.node import Mapping, Node, Scalar, Sequence
from archlint.tree import Tree

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


def read_function(resource: TemplateResource, found: Found, policies: Policies) -> None:
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


def _environment(resource: TemplateResource, properties: Mapping, found: Found) -> None:
    variables = found.scope.get(properties, "Environment", "Variables")
    for entry in variables if isinstance(variables, Mapping) else ():
        target = found.lookup.one(found.scope.reduce(entry.value))
        if target is not None:
            found.link(resource.name, target, "env", span(entry), detail=entry.key)


def _mounts(resource: TemplateResource, properties: Mapping, found: Found) -> None:
    for part in parts(found.scope, properties, ("FileSystemConfigs", "*"), resource.place):
        path = found.scope.get(part.node, "LocalMountPath")
        for arn in parts(found.scope, part.node, ("Arn",), part.place):
            target = found.lookup.one(arn.node)
            if target is not None:
                detail = path.text if isinstance(path, Scalar) else ""
                found.link(resource.name, target, "mounts", arn.place, detail=detail)


def _destination(resource: TemplateResource, part: PropertyPart, name: str, kind: str, found: Found) -> None:
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


REQUESTS = (("requestTemplates", "*"), ("requestParameters", "*"))
"""Where an integration without a proxy names the queue or state machine."""


def read_api(resource: TemplateResource, found: Found, tree: Tree) -> None:
    """One link for each function or resource that an operation is integrated with."""
    document = body(resource, found.scope, tree)
    if document is None:
        return
    for operation in operations(document, found.scope):
        for name in _functions(operation.uri.node, found):
            found.event(resource.name, name, operation.uri, resource.place, resource.type)
        _deliveries(resource, operation.uri, operation.integration, found)
    for section in (("components", "securitySchemes"), ("securityDefinitions",)):
        schemes = found.scope.get(document, *section)
        path = ("*", "x-amazon-apigateway-authorizer", "authorizerUri")
        for part in parts(found.scope, schemes, path, resource.place) if isinstance(schemes, Mapping) else ():
            authorizer = found.lookup.one(part.node)
            if authorizer is not None and authorizer in found.lookup.functions:
                found.event(resource.name, authorizer, part, resource.place, resource.type, "authorizer")


def _functions(node: Node, found: Found) -> dict[str, None]:
    """Functions that a URI names, by reference or by their own name."""
    named = [found.lookup.owner(name) for name in references(node)]
    named += found.lookup.functions_in(node)
    for text in texts(node):
        if target := found.lookup.by_name(text) if ":function:" in text else None:
            named.append(target)
    return dict.fromkeys(name for name in named if name in found.lookup.functions)


def _deliveries(resource: TemplateResource, uri: PropertyPart, integration: Mapping, found: Found) -> None:
    given = [PropertyPart(reduced, uri.place)] if (reduced := found.scope.reduce(uri.node)) is not None else []
    for path in REQUESTS:
        given += parts(found.scope, integration, path, uri.place)
    for part in given:
        name = found.lookup.one(part.node)
        if name is not None and name not in found.lookup.functions and found.lookup.kind(name) not in ("other", "api"):
            found.link(resource.name, name, "event", part.place)


CONNECTOR = "AWS::Serverless::Connector"
HOLDERS = ("function", "state-machine")


def read_connectors(resource: TemplateResource, found: Found) -> None:
    """A connector of its own, or those embedded in a resource."""
    if resource.type == CONNECTOR:
        source = found.scope.get(resource.properties, "Source", "Id")
        if isinstance(source, Scalar):
            _connector(source.text, resource.properties, found)
    embedded = resource.body.get("Connectors")
    for entry in embedded if isinstance(embedded, Mapping) else ():
        properties = found.scope.get(entry.value, "Properties")
        if isinstance(properties, Mapping):
            _connector(resource.name, properties, found)


def _connector(source: str, properties: Mapping, found: Found) -> None:
    if found.lookup.kind(source) not in HOLDERS:
        return
    wanted = [item.text for item in found.scope.items(properties.get("Permissions")) if isinstance(item, Scalar)]
    for part in parts(found.scope, properties, ("Destination",), properties.place):
        for destination in _each(part.node):
            name = found.scope.get(destination, "Id")
            target = name.text if isinstance(name, Scalar) else ""
            allowed = connector(found.lookup.kind(target))
            actions = ",".join(allowed[word] for word in wanted if word in allowed)
            if actions:
                found.link(source, target, "grant", part.place, detail=actions)


def _each(node: Node) -> tuple[Node, ...]:
    return node.items if isinstance(node, Sequence) else (node,)


PERMISSION = "AWS::Lambda::Permission"


def read_architecture(lookup: Lookup, functions: Iterable[Function], tree: Tree) -> Architecture:
    """The links' ends are not checked: a parent stack may pass what another template declares."""
    template, scope = lookup.template, lookup.scope
    found = Found(lookup, functions)
    policies = Policies(found)
    for resource in template.resources.values():
        row = resource_type(resource.type)
        for link in row.links if row else ():
            _row(resource, link, found)
        if resource.type in FUNCTION_TYPES:
            read_function(resource, found, policies)
        elif resource.type in STATE_MACHINES:
            read_state_machine(resource, found, tree)
            policies.read_own(resource, resource.properties)
            events = scope.get(resource.properties, "Events")
            if resource.type == "AWS::Serverless::StateMachine" and isinstance(events, Mapping):
                read_events(resource, events, found)
        read_connectors(resource, found)
        if resource.type in BODIES:
            read_api(resource, found, tree)
    for resource in template.resources.values():
        if resource.type == PERMISSION:
            _permission(resource, found)
    policies.read_shared()
    return Architecture(tuple(found.resources()), tuple(found.links))


def joined(parts: Iterable[Architecture], functions: Iterable[Function]) -> Architecture:
    """The templates' architectures as one: links whose ends are declared; an event that reaches no function is a
    delivery."""
    every = list(parts)
    resources = tuple(resource for part in every for resource in part.resources)
    invoked = {function.id for function in functions} | {r.id for r in resources if r.kind == "function"}
    known = invoked | {resource.id for resource in resources}
    links = (link for part in every for link in part.links if {link.source, link.target} <= known)
    return Architecture(
        resources,
        tuple(
            replace(link, kind="delivers", sync=False) if link.kind == "event" and link.target not in invoked else link
            for link in links
        ),
    )


def _row(resource: TemplateResource, row: LinkRow, found: Found) -> None:
    """What a row of the table says about one property."""
    if row.source and row.source[0] not in resource.properties:
        return
    if row.target and row.target[0] not in resource.properties:
        return
    targets = list(_ends(resource, row.target, found))
    for source in _ends(resource, row.source, found) if targets else ():
        origin = resource.name if source is None else found.lookup.one(source.node)
        if origin is None:
            continue
        for target in targets:
            _join(resource, row, origin, source, target, found)


def _ends(resource: TemplateResource, path: tuple[str, ...], found: Found) -> Iterator[PropertyPart | None]:
    """The values at a path; None stands for the resource itself."""
    if not path:
        yield None
        return
    yield from parts(found.scope, resource.properties, path, resource.place)


def _join(
    resource: TemplateResource,
    row: LinkRow,
    origin: str,
    source: PropertyPart | None,
    target: PropertyPart | None,
    found: Found,
) -> None:
    part = target or source
    if part is None:
        return
    if row.kind in ("failure", "success") and target is not None:
        found.destination(origin, target, row.kind, row.target[-2] if len(row.target) > 1 else row.target[-1])
        return
    name = resource.name if target is None else found.lookup.one(target.node)
    if name is None:
        name = next(found.lookup.functions_in(target.node), None) if target else None
    if name is None or not _fits(name, row.only, found):
        return
    if row.detail == "self":
        found.poll(resource.name, origin, name, part, resource.place)
    elif row.kind == "event":
        found.event(origin, name, part, resource.place, resource.type, row.detail)
    else:
        found.link(origin, name, row.kind, part.place, detail=row.detail)


def _fits(name: str, only: str, found: Found) -> bool:
    function = name in found.lookup.functions
    if only == "delivers":
        return not function and found.lookup.kind(name) != OTHER
    return function or only != "invokes"


def _permission(resource: TemplateResource, found: Found) -> None:
    """Who may invoke a function, where the source is declared and nothing else links the two."""
    principal = found.scope.get(resource.properties, "Principal")
    known = principal_source(principal.text) if isinstance(principal, Scalar) else None
    if known is None:
        return
    functions = list(parts(found.scope, resource.properties, ("FunctionName",), resource.place))
    for source in parts(found.scope, resource.properties, ("SourceArn",), resource.place):
        origin = found.lookup.one(source.node)
        for function in functions:
            target = found.lookup.one(function.node)
            if origin is None or target not in found.lookup.functions or found.lookup.kind(origin) == OTHER:
                continue
            if (origin, target) not in found.events:
                found.link(origin, target, "event", source.place, known.sync)
