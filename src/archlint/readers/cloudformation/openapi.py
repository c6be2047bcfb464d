"""The operations of an OpenAPI document that a template holds or names, with what each is integrated with."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from archlint.readers.cloudformation.parts import PropertyPart, parts
from archlint.readers.cloudformation.reduced import span
from archlint.readers.cloudformation.scope import Scope
from archlint.readers.cloudformation.template import TemplateResource
from archlint.syntax.json import parse_json
from archlint.syntax.node import DocumentError, Mapping, Node, Scalar
from archlint.syntax.yaml import parse_yaml
from archlint.tree import Tree, UnreadableError, join, parent
from archlint.values import Known, Unknown, Value

BODIES = {
    "AWS::ApiGateway::RestApi": ("Body", "BodyS3Location"),
    "AWS::ApiGatewayV2::Api": ("Body", "BodyS3Location"),
    "AWS::Serverless::Api": ("DefinitionBody", "DefinitionUri"),
    "AWS::Serverless::HttpApi": ("DefinitionBody", "DefinitionUri"),
}
"""By type: the properties that hold the document, and its place."""

_UNQUOTED = re.compile(r"([:\[,]\s{0,40})\$\{[^}\"]{0,200}\}(?=\s{0,40}[,}\]])")

INTEGRATION = "x-amazon-apigateway-integration"
METHODS = {"get", "put", "post", "delete", "options", "head", "patch", "trace"}


@dataclass(frozen=True, slots=True)
class ApiOperation:
    """A path's method; `uri` is the integration's URI as written, `place` that of the integration."""

    path: str
    method: str
    """In small letters, "any" for every one."""
    uri: PropertyPart
    timeout_s: Value[float] | None
    """None where the service's default holds."""
    integration: Mapping


def body(resource: TemplateResource, scope: Scope, tree: Tree | None) -> Node | None:
    """The document of an API; one in a file of the repository only with a tree."""
    keys = BODIES.get(resource.type)
    if keys is None:
        return None
    inline = resource.properties.get(keys[0])
    if isinstance(inline, Mapping) and "Fn::Transform" not in inline:
        return inline
    location = scope.get(resource.properties, keys[1])
    if isinstance(inline, Mapping):
        location = scope.get(inline.get("Fn::Transform"), "Parameters", "Location")
    if tree is None or not isinstance(location, Scalar):
        return None
    return document(location.text, resource.place.path, tree)


def document(location: str, template: str, tree: Tree) -> Node | None:
    """A YAML or JSON file that a template names, or None where it cannot be read."""
    path = None if "://" in location else join(parent(template), location)
    if path is None or not tree.is_file(path):
        return None
    try:
        return parsed(tree.read(path).decode("utf-8-sig", "replace"), path)
    except (UnreadableError, DocumentError):
        return None


def parsed(text: str, path: str) -> Node:
    """YAML or JSON; in JSON, a number that a deployment fills in (`${Count}` without quotes) counts as null."""
    if text.lstrip()[:1] != "{":
        return parse_yaml(text, path)
    try:
        return parse_json(text, path)
    except DocumentError:
        if "${" not in text:
            raise
        return parse_json(_UNQUOTED.sub(r"\1null", text), path)


def operations(document: Node | None, scope: Scope) -> Iterator[ApiOperation]:
    """In order of writing."""
    paths = scope.get(document, "paths")
    for path in paths if isinstance(paths, Mapping) else ():
        methods = scope.reduce(path.value)
        for method in methods if isinstance(methods, Mapping) else ():
            name = method.key.lower()
            name = "any" if name == "x-amazon-apigateway-any-method" else name
            if name not in METHODS and name != "any":
                continue
            integration = scope.get(method.value, INTEGRATION)
            if not isinstance(integration, Mapping):
                continue
            entry = integration.entry("uri")
            uri = (
                PropertyPart(integration, integration.place)
                if entry is None
                else PropertyPart(entry.value, span(entry))
            )
            yield ApiOperation(path.key, name, uri, _timeout(integration, scope), integration)


def _timeout(integration: Mapping, scope: Scope) -> Value[float] | None:
    for part in parts(scope, integration, ("timeoutInMillis",), integration.place):
        number = scope.integer(part.node)
        return Known(number.value / 1000) if isinstance(number, Known) else Unknown(number.reason)
    return None
