"""The architecture that one template declares: its resources and how they refer to each other."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from archlint.knowledge.resources import OTHER, LinkRow, connector, resource_type
from archlint.knowledge.triggers import principal_source
from archlint.model.function import Function
from archlint.model.resource import Architecture
from archlint.readers.cloudformation.api_links import read_api
from archlint.readers.cloudformation.found import Found
from archlint.readers.cloudformation.function_links import read_function
from archlint.readers.cloudformation.lookup import FUNCTION_TYPES, Lookup
from archlint.readers.cloudformation.openapi import BODIES
from archlint.readers.cloudformation.parts import Part, parts
from archlint.readers.cloudformation.policies import Policies
from archlint.readers.cloudformation.sam_events import read_events
from archlint.readers.cloudformation.state_machines import STATE_MACHINES, read_state_machine
from archlint.readers.cloudformation.template import Resource
from archlint.syntax.node import Mapping, Node, Scalar, Sequence
from archlint.tree import Tree

CONNECTOR = "AWS::Serverless::Connector"
HOLDERS = ("function", "state-machine")


def read_connectors(resource: Resource, found: Found) -> None:
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


def _row(resource: Resource, row: LinkRow, found: Found) -> None:
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


def _ends(resource: Resource, path: tuple[str, ...], found: Found) -> Iterator[Part | None]:
    """The values at a path; None stands for the resource itself."""
    if not path:
        yield None
        return
    yield from parts(found.scope, resource.properties, path, resource.place)


def _join(
    resource: Resource, row: LinkRow, origin: str, source: Part | None, target: Part | None, found: Found
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


def _permission(resource: Resource, found: Found) -> None:
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
