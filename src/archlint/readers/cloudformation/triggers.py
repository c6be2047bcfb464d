"""What invokes a function: SAM events, and the raw resources that refer to it."""

from __future__ import annotations

from collections.abc import Iterator

from archlint.knowledge.triggers import EventSource, poller_service, poller_source, principal_source, resource_source
from archlint.model.function import Trigger
from archlint.readers.cloudformation.lookup import NAME, Lookup, mentions_streaming, references
from archlint.readers.cloudformation.openapi import BODIES, body, operations
from archlint.readers.cloudformation.reduced import names_in
from archlint.readers.cloudformation.sam_events import sam_triggers
from archlint.readers.cloudformation.template import TemplateResource
from archlint.syntax.node import Mapping, Node, Opaque, Scalar
from archlint.tree import Tree, UnreadableError, join, parent
from archlint.values import Known, Unknown, Value


class TriggerIndex:
    """All the triggers of one template, by the function's logical id."""

    def __init__(self, lookup: Lookup, tree: Tree) -> None:
        self.lookup = lookup
        self.template = lookup.template
        self.scope = lookup.scope
        self.tree = tree
        self.functions = lookup.functions
        self.pointers = lookup.pointers
        self.provisioned = self._provisioned()
        self.found: dict[str, list[Trigger]] = {}
        for resource in self.template.resources.values():
            self._read(resource)
        for resource in self.template.resources.values():
            if resource.type == "AWS::Lambda::Permission":
                self._permission(resource)

    def of(self, name: str) -> tuple[Trigger, ...]:
        return tuple(self.found.get(name, ()))

    def _provisioned(self) -> frozenset[str]:
        """Functions of which an alias or version keeps instances ready."""
        return frozenset(
            target
            for name, target in self.pointers.items()
            if (resource := self.template.resources.get(name)) is not None
            and self.scope.get(resource.properties, "ProvisionedConcurrencyConfig") is not None
        )

    def _targets(self, node: Node | None) -> Iterator[str]:
        """The functions that a part of the template refers to, or names in an ARN, each once."""
        named = dict.fromkeys(self.pointers.get(name, name) for name in references(node))
        named |= dict.fromkeys(self.lookup.functions_in(node))
        return (name for name in named if name in self.functions)

    def _called(self, resource: TemplateResource) -> Iterator[str]:
        """The functions that FunctionName stands for: a reference, an ARN or their own name."""
        named = self.lookup.functions_named(resource, "FunctionName")
        yield from dict.fromkeys((*self._targets(resource.properties.get("FunctionName")), *named))

    def _add(self, function: str, trigger: Trigger) -> None:
        self.found.setdefault(function, []).append(trigger)

    def _read(self, resource: TemplateResource) -> None:
        if resource.type == "AWS::Serverless::Function":
            return
        if resource.type == "AWS::Lambda::EventSourceMapping":
            self._poller(resource)
            return
        if resource.type.startswith("Custom::") or resource.type == "AWS::CloudFormation::CustomResource":
            for name in self._targets(resource.properties.get("ServiceToken")):
                self._add(name, Trigger("custom-resource", False, resource.place))
            return
        for name in self._targets(resource.properties.get("Auth")):
            self._add(name, Trigger("authorizer", True, resource.place))
        source = resource_source(resource.type)
        if source is None:
            return
        part = resource.properties.get(source.below) if source.below else resource.properties
        named = (*self._targets(part), *self._in_definition(resource))
        limits = self._limits(resource) if named and resource.type in BODIES else {}
        for name in named:
            for timeout in limits.get(name, (None,)):
                self._add(name, self._trigger(resource, source, part, timeout))

    def _limits(self, resource: TemplateResource) -> dict[str, dict[Value[float] | None, None]]:
        """By function: the different timeouts of the operations of an OpenAPI document that it stands behind."""
        limits: dict[str, dict[Value[float] | None, None]] = {}
        for operation in operations(body(resource, self.scope, self.tree), self.scope):
            for name in self._targets(operation.uri.node):
                limits.setdefault(name, {}).setdefault(operation.timeout_s)
        return limits

    def _trigger(
        self, resource: TemplateResource, source: EventSource, part: Node | None, timeout: Value[float] | None
    ) -> Trigger:
        kind, sync = source.type, source.sync
        if resource.type == "AWS::ApiGatewayV2::Integration" and self._is_websocket(resource):
            kind = "websocket-api"
        if resource.type == "AWS::ApiGateway::Method" and self._is_event_invocation(part):
            sync = False
        return Trigger(
            kind,
            sync,
            resource.place,
            streaming=mentions_streaming(part) or mentions_streaming(resource.properties.get("InvokeMode")),
            timeout_s=timeout or self._timeout(part, resource),
        )

    def _timeout(self, part: Node | None, resource: TemplateResource) -> Value[float] | None:
        """An integration's own limit, in seconds."""
        reduced = None if part is None else self.scope.reduce(part)
        node = self.scope.get(reduced, "TimeoutInMillis") if isinstance(reduced, Mapping) else None
        node = node or self.scope.get(resource.properties, "TimeoutInMillis")
        if node is None:
            return None
        number = self.scope.integer(node)
        return Known(number.value / 1000) if isinstance(number, Known) else Unknown(number.reason)

    def _is_websocket(self, resource: TemplateResource) -> bool:
        for name in references(resource.properties.get("ApiId")):
            api = self.template.resources.get(name)
            protocol = self.scope.get(api.properties, "ProtocolType") if api else None
            if isinstance(protocol, Scalar) and protocol.text.upper() == "WEBSOCKET":
                return True
        return False

    def _is_event_invocation(self, part: Node | None) -> bool:
        """A REST method that invokes asynchronously (X-Amz-Invocation-Type: 'Event')."""
        parameters = self.scope.get(part, "RequestParameters")
        if not isinstance(parameters, Mapping):
            return False
        values = [(e.key, self.scope.get(parameters, e.key)) for e in parameters]
        return any(
            key.endswith("X-Amz-Invocation-Type") and isinstance(value, Scalar) and value.text.strip("'") == "Event"
            for key, value in values
        )

    def _poller(self, resource: TemplateResource) -> None:
        node = self.scope.get(resource.properties, "EventSourceArn")
        service = ""
        for name in names_in(node):
            owner = self.template.resources.get(name)
            service = (poller_service(owner.type) if owner else None) or service
        pattern = node.text if isinstance(node, Scalar) else node.pattern if isinstance(node, Opaque) else ""
        if not service and pattern.count(":") >= 2:
            service = pattern.split(":")[2]
        if "SelfManagedEventSource" in resource.properties:
            service = "kafka"
        source = poller_source(service) or EventSource("event-source", False)
        for name in self._called(resource):
            self._add(name, Trigger(source.type, source.sync, resource.place))

    def _permission(self, resource: TemplateResource) -> None:
        """A permission alone shows a trigger only where nothing else of that kind or by that service does."""
        principal = self.scope.get(resource.properties, "Principal")
        source = principal_source(principal.text) if isinstance(principal, Scalar) else None
        if source is None:
            return
        alike = {"api": {"api", "http-api", "websocket-api", "authorizer"}, "eventbridge": {"eventbridge", "schedule"}}
        for name in self._called(resource):
            present = {trigger.type for trigger in self.found.get(name, ())}
            events = self.template.resources[name].properties.get("Events")
            if isinstance(events, Mapping):
                present |= {t.type for t in sam_triggers(events, self.template, self.scope)}
            if not present & alike.get(source.type, {source.type}):
                self._add(name, Trigger(source.type, source.sync, resource.place))

    def _in_definition(self, resource: TemplateResource) -> Iterator[str]:
        """Functions that an OpenAPI document or state machine in a file of its own refers to."""
        for key in ("DefinitionUri", "BodyS3Location", "DefinitionBody", "Body"):
            location = self.scope.get(resource.properties, key)
            node = resource.properties.get(key)
            if isinstance(node, Mapping) and "Fn::Transform" in node:
                location = self.scope.get(node.get("Fn::Transform"), "Parameters", "Location")
            if not isinstance(location, Scalar) or "://" in location.text:
                continue
            path = join(parent(self.template.path), location.text)
            if path is None or not self.tree.is_file(path):
                continue
            try:
                text = self.tree.read(path).decode("utf-8", "replace")
            except UnreadableError:
                continue
            names = dict.fromkeys(self.pointers.get(n, n) for n in NAME.findall(text))
            yield from (name for name in names if name in self.functions)
