"""SAM connectors: permissions by naming both ends."""

from __future__ import annotations

from archlint.knowledge.resources import connector
from archlint.readers.cloudformation.found import Found
from archlint.readers.cloudformation.parts import parts
from archlint.readers.cloudformation.template import Resource
from archlint.syntax.node import Mapping, Node, Scalar, Sequence

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
