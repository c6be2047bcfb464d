"""What the operations of an API's OpenAPI document invoke."""

from __future__ import annotations

from archlint.readers.cloudformation.found import Found
from archlint.readers.cloudformation.lookup import references, texts
from archlint.readers.cloudformation.openapi import body, operations
from archlint.readers.cloudformation.parts import Part, parts
from archlint.readers.cloudformation.template import Resource
from archlint.syntax.node import Mapping, Node
from archlint.tree import Tree

REQUESTS = (("requestTemplates", "*"), ("requestParameters", "*"))
"""Where an integration without a proxy names the queue or state machine."""


def read_api(resource: Resource, found: Found, tree: Tree) -> None:
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


def _deliveries(resource: Resource, uri: Part, integration: Mapping, found: Found) -> None:
    given = [Part(reduced, uri.place)] if (reduced := found.scope.reduce(uri.node)) is not None else []
    for path in REQUESTS:
        given += parts(found.scope, integration, path, uri.place)
    for part in given:
        name = found.lookup.one(part.node)
        if name is not None and name not in found.lookup.functions and found.lookup.kind(name) not in ("other", "api"):
            found.link(resource.name, name, "event", part.place)
