"""Triggers that a SAM function declares itself."""

from __future__ import annotations

from collections.abc import Iterator

from archlint.knowledge.event_sources import sam_event
from archlint.model.function import Trigger
from archlint.readers.cloudformation.openapi import body, operations
from archlint.readers.cloudformation.scope import Scope
from archlint.readers.cloudformation.search import mentions_streaming, references
from archlint.readers.cloudformation.template import Template
from archlint.syntax.node import Mapping, Node, Scalar
from archlint.values import Known, Unknown, Value


def sam_triggers(events: Mapping, template: Template, scope: Scope) -> Iterator[Trigger]:
    """The Events of a SAM function."""
    limits: dict[str, dict[tuple[str, str], Value[float] | None]] = {}
    for entry in events:
        body = scope.get(events, entry.key)
        kind = scope.get(body, "Type")
        source = sam_event(kind.text) if isinstance(kind, Scalar) else None
        if source is None:
            continue
        properties = scope.get(body, "Properties")
        milliseconds = scope.get(properties, "TimeoutInMillis")
        timeout = None if milliseconds is None else scope.integer(milliseconds)
        seconds = Known(timeout.value / 1000) if isinstance(timeout, Known) else timeout
        yield Trigger(
            source.type,
            source.sync,
            entry.key_place,
            streaming=mentions_streaming(scope.get(properties, "ResponseTransferMode"))
            or any(_api_streams(name, template) for key in ("RestApiId", "ApiId") for name in _names(properties, key)),
            timeout_s=_in_document(properties, template, scope, limits) if seconds is None else seconds,
        )


def _in_document(
    properties: Node | None,
    template: Template,
    scope: Scope,
    limits: dict[str, dict[tuple[str, str], Value[float] | None]],
) -> Value[float] | None:
    """The timeout that the API's own document gives to the event's operation; `limits` keeps what was read."""
    path, method = (scope.text(scope.get(properties, key)) for key in ("Path", "Method"))
    if isinstance(path, Unknown) or isinstance(method, Unknown):
        return None
    for name in (*_names(properties, "RestApiId"), *_names(properties, "ApiId")):
        api = template.resources.get(name)
        if api is not None and name not in limits:
            found = operations(body(api, scope, None), scope)
            limits[name] = {(operation.path, operation.method): operation.timeout_s for operation in found}
        seconds = limits.get(name, {}).get((path.value, method.value.lower()))
        if seconds is not None:
            return seconds
    return None


def url_trigger(properties: Mapping, scope: Scope) -> Trigger | None:
    """SAM's FunctionUrlConfig."""
    config, entry = scope.get(properties, "FunctionUrlConfig"), properties.entry("FunctionUrlConfig")
    if config is None or entry is None:
        return None
    return Trigger("function-url", True, entry.key_place, streaming=mentions_streaming(scope.get(config, "InvokeMode")))


def _names(properties: Node | None, key: str) -> Iterator[str]:
    return references(properties.get(key)) if isinstance(properties, Mapping) else iter(())


def _api_streams(name: str, template: Template) -> bool:
    resource = template.resources.get(name)
    return resource is not None and mentions_streaming(resource.properties)
