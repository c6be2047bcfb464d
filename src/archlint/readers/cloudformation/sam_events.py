"""Where the events of a SAM function or state machine come from, and what SAM adds to deliver them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from archlint.knowledge.resources import SamEvent, SettingRow, resource_type, sam_event
from archlint.knowledge.triggers import sam_trigger
from archlint.model.function import Trigger
from archlint.model.place import Place
from archlint.readers.cloudformation.found import MAPPING, Found
from archlint.readers.cloudformation.lookup import PASSED, mentions_streaming, references
from archlint.readers.cloudformation.openapi import body, operations
from archlint.readers.cloudformation.parts import PropertyPart, parts
from archlint.readers.cloudformation.reduced import span
from archlint.readers.cloudformation.scope import Scope
from archlint.readers.cloudformation.template import Template, TemplateResource
from archlint.syntax.node import Entry, Mapping, Node, Scalar
from archlint.values import Known, Unknown, Value


def sam_triggers(events: Mapping, template: Template, scope: Scope) -> Iterator[Trigger]:
    """The Events of a SAM function."""
    limits: dict[str, dict[tuple[str, str], Value[float] | None]] = {}
    for entry in events:
        body = scope.get(events, entry.key)
        kind = scope.get(body, "Type")
        source = sam_trigger(kind.text) if isinstance(kind, Scalar) else None
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


def read_events(owner: TemplateResource, events: Mapping, found: Found) -> None:
    for entry in events:
        body = found.scope.reduce(entry.value)
        kind = found.scope.get(body, "Type")
        row = sam_event(kind.text) if isinstance(kind, Scalar) else None
        if row is not None:
            properties = found.scope.get(body, "Properties")
            own = properties if isinstance(properties, Mapping) else Mapping((), entry.key_place)
            _Event(owner, entry, row, own, found).read()


class _Event:
    def __init__(self, owner: TemplateResource, entry: Entry, row: SamEvent, properties: Mapping, found: Found) -> None:
        self.owner = owner
        self.entry = entry
        self.row = row
        self.properties = properties
        self.found = found
        self.name = f"{owner.name}{entry.key}"
        self.conditional = found.conditional(owner)

    def read(self) -> None:
        made = resource_type(self.row.makes)
        if self.row.default:
            self._api()
        elif made is not None and made.kind == MAPPING:
            self._mapping()
        elif made is not None:
            self._rule()
        else:
            for source, part in self._sources(self.row.at):
                self._plain(source, part)

    def _parts(self, *path: str) -> Iterator[PropertyPart]:
        return parts(self.found.scope, self.properties, path, self.entry.key_place)

    def _sources(self, *path: str) -> Iterator[tuple[str, PropertyPart]]:
        """The declared resources at a path."""
        for part in self._parts(*path) if path[0] else ():
            source = self.found.lookup.one(part.node)
            if source is not None:
                yield source, part

    @property
    def place(self) -> Place:
        return self.entry.key_place

    def _event(self, source: str, part: PropertyPart, detail: str = "") -> None:
        self.found.event(source, self.owner.name, part, self.place, self.row.makes, detail)

    def _api(self) -> None:
        """The API that the event names, or the one that SAM adds."""
        if self.row.at not in self.properties:
            self._event(self.row.default, PropertyPart(self.properties, self.place))
            return
        for source, part in self._sources(self.row.at):
            if self.found.lookup.kind(source) in ("api", PASSED):
                self._event(source, part)

    def _mapping(self) -> None:
        for source, part in self._sources(self.row.at):
            self.found.make(self.name, self.row.makes, self.place, self.properties, conditional=self.conditional)
            self.found.poll(self.name, source, self.owner.name, part, self.place)
        for part in self._parts("DestinationConfig", "OnFailure", "Destination"):
            self.found.destination(self.owner.name, part, "failure", f"{self.entry.key}.OnFailure")

    def _rule(self) -> None:
        """A rule or schedule of its own, under the event's name."""
        made = self.found.make(
            self.name, self.row.makes, self.place, self.properties, self._settings(), self.conditional
        )
        self._event(made, PropertyPart(self.properties, self.place))
        for bus, part in (*self._sources(self.row.at), *self._sources("Pattern", "detail", "bucket", "name", "*")):
            self.found.link(bus, made, "event", part.place)
        for part in self._parts("DeadLetterConfig"):
            self._dead_letters(made, part)

    def _settings(self) -> tuple[SettingRow, ...]:
        """SAM calls a rule's expression Schedule."""
        row = resource_type(self.row.makes)
        named = ("Schedule",) if "Schedule" in self.properties else ("ScheduleExpression",)
        rows = row.settings if row else ()
        return tuple(replace(s, path=named) if s.name == "schedule_expression" else s for s in rows)

    def _dead_letters(self, made: str, part: PropertyPart) -> None:
        target = self.found.scope.get(part.node, "Arn")
        if target is not None:
            for arn in parts(self.found.scope, part.node, ("Arn",), part.place):
                self.found.destination(made, arn, "failure", "DeadLetterConfig", "queue")
            return
        named = self.found.scope.get(part.node, "QueueLogicalId")
        queue = named.text if isinstance(named, Scalar) and named.text else f"{self.name}Queue"
        if isinstance(part.node, Mapping):
            self.found.make(queue, "AWS::SQS::Queue", part.place, conditional=self.conditional)
            self.found.link(made, queue, "failure", part.place)

    def _plain(self, source: str, part: PropertyPart) -> None:
        """A source that invokes the function itself; SNS may pass through a queue."""
        for policy in self._parts("RedrivePolicy", "deadLetterTargetArn"):
            self.found.destination(source, policy, "failure", f"{self.entry.key}.RedrivePolicy", "queue")
        through = self.properties.entry("SqsSubscription")
        value = None if through is None else self.found.scope.reduce(through.value)
        if through is None or (isinstance(value, Scalar) and value.text == "false"):
            self._event(source, part)
            return
        queue = self._queue(value, through)
        if queue is not None:
            self.found.link(source, queue, "event", span(through))
            mapping = f"{self.name}EventSourceMapping"
            own = value if isinstance(value, Mapping) else None
            self.found.make(mapping, "AWS::Lambda::EventSourceMapping", self.place, own, conditional=self.conditional)
            self.found.poll(mapping, queue, self.owner.name, PropertyPart(self.properties, span(through)), self.place)

    def _queue(self, value: Node | None, through: Entry) -> str | None:
        if isinstance(value, Scalar):
            return self.found.make(f"{self.name}Queue", "AWS::SQS::Queue", span(through), conditional=self.conditional)
        given = self.found.scope.get(value, "QueueArn")
        return self.found.lookup.one(given)
