"""What invokes the functions of a CDK app, from everything that the app makes and connects."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from archlint.knowledge.cdk import (
    alike,
    method_source,
    polled_source,
    short,
    trigger_source,
    unlisted_source,
    wrapped_property,
    wrapping_source,
)
from archlint.knowledge.triggers import EventSource, poller_source, principal_source, sam_trigger
from archlint.model.function import Trigger
from archlint.readers.cdk.overrides import overrides
from archlint.readers.cdk.reading import argument, entry, is_given, last, made_of, number, own_arguments, parts, seconds
from archlint.readers.cdk.values import CdkReference, CdkValue, Made, Member
from archlint.values import Known, Value

POINTERS = frozenset({"Alias", "Version", "CfnAlias", "CfnVersion"})
POINTER_METHODS = ("add_alias", "add_version", "from_function_", "from_alias_", "from_version_")
MAX_LEVELS = 8
RULES = ("aws_events.Rule", "aws_events.CfnRule")
APIS = ("api", "http-api", "websocket-api")


@dataclass(slots=True)
class Facts:
    """What the rest of an app says about one function."""

    triggers: list[Trigger] = field(default_factory=list)
    connections: list[tuple[Trigger, Made]] = field(default_factory=list)
    """Each trigger with what connects it: an event source, a target, an integration, a method of the source."""
    provisioned: bool = False
    managed_instances: bool = False

    def add(self, trigger: Trigger, connection: Made) -> None:
        self.connections.append((trigger, connection))
        if trigger not in self.triggers:
            self.triggers.append(trigger)


class AppTriggers:
    """The connections of one app. `functions` are the objects that stand for functions."""

    def __init__(self, made: Sequence[Made], functions: Sequence[Made]) -> None:
        self.facts = {id(function): Facts() for function in functions}
        self.functions = {id(function): function for function in functions}
        self.inside = {id(f.arguments[0]): f for f in functions if f.arguments and is_wrapper(f.arguments[0])}
        self.scheduled = frozenset(_scheduled(made))
        self.overridden = dict(_overridden(made))
        for item in made:
            self._read(item)
        for item in made:
            self._permission(item)

    def of(self, function: Made) -> Facts:
        return self.facts[id(function)]

    def targets(self, *values: CdkValue) -> Iterator[Made]:
        """The functions that values stand for, each once."""
        seen: set[int] = set()
        for value in values:
            for item in parts(value):
                function = self.function(item)
                if function is not None and id(function) not in seen:
                    seen.add(id(function))
                    yield function

    def function(self, value: CdkValue, level: int = 0) -> Made | None:
        """The function behind a value, an alias, a version or an attribute such as its ARN."""
        if isinstance(value, Member):
            if value.name == "lambda_function" and id(value.owner) in self.inside:
                return self.inside[id(value.owner)]
            return self.function(value.owner, level)
        made = made_of(value)
        if made is None or level > MAX_LEVELS:
            return None
        if id(made) in self.functions:
            return made
        name = last(made.path)
        is_pointer = name in POINTERS and ".aws_lambda." in made.path
        if not is_pointer and not name.startswith(POINTER_METHODS):
            return None
        around = (made.owner, *own_arguments(made))
        return next((found for item in around if (found := self.function(item, level + 1)) is not None), None)

    def _read(self, made: Made) -> None:
        name = last(made.path)
        if made.owner is not None and self._method(made, name):
            return
        if name in ("EventSourceMapping", "CfnEventSourceMapping"):
            self._polled(made, self.targets(*own_arguments(made)))
        if is_given(entry(made, "provisioned_concurrent_executions")) or (
            is_given(entry(made, "provisioned_concurrency_config"))
        ):
            for function in self.targets(made):
                self.of(function).provisioned = True
        if id(made) in self.functions:
            self._events(made)
        wrapping = wrapping_source(made.path)
        if wrapping is not None:
            for function in self.targets(self.inside.get(id(made)), entry(made, wrapping[1])):
                self.of(function).add(self._trigger(made, wrapping[0]), made)
            return
        source = trigger_source(made.path)
        if source is None or ".aws_lambda_event_sources." in made.path:
            return
        values = [entry(made, source.below)] if source.below else list(own_arguments(made))
        for function in self.targets(*values):
            self.of(function).add(self._trigger(made, source), made)

    def _method(self, made: Made, name: str) -> bool:
        """Methods that connect; whether this is one."""
        function = self.function(made.owner)
        if name == "add_event_source" and function is not None:
            self._source(function, made_of(argument(made, 0, "source")), made)
        elif name == "add_event_source_mapping" and function is not None:
            self._polled(made, iter([function]))
        elif name == "add_function" and made.owner is not None and last(made.owner.path) == "CapacityProvider":
            for target in self.targets(*own_arguments(made)):
                self.of(target).managed_instances = True
        elif (source := method_source(name)) is not None:
            found = list(self.targets(*own_arguments(made))) or ([function] if function is not None else [])
            for target in found:
                self.of(target).add(self._trigger(made, source), made)
        else:
            return False
        return True

    def _source(self, function: Made, source: Made | None, call: Made | None = None) -> None:
        """`add_event_source(…)`, or one of `events=[…]`."""
        found = (trigger_source(source.path) if source is not None else None) or unlisted_source()
        at = call or source or function
        if id(function) in self.facts:
            self.of(function).add(Trigger(found.type, found.sync, at.place), source or at)

    def _events(self, function: Made) -> None:
        """The property `events`: a list of sources, or SAM's own description."""
        given = entry(function, "events")
        for value in given if isinstance(given, list) else ():
            self._source(function, made_of(value))
        for value in given.values() if isinstance(given, dict) else ():
            kind = entry(value, "type")
            source = sam_trigger(kind) if isinstance(kind, str) else None
            if source is not None:
                self.of(function).add(Trigger(source.type, source.sync, function.place), function)

    def _polled(self, made: Made, functions: Iterator[Made]) -> None:
        arn = entry(made, "event_source_arn")
        owner = made_of(arn.owner) if isinstance(arn, Member) else None
        source = polled_source(owner.path) if owner is not None else None
        if isinstance(arn, str) and arn.count(":") >= 2:
            source = poller_source(arn.split(":")[2])
        if any(entry(made, key) is not None for key in ("kafka_bootstrap_servers", "self_managed_event_source")):
            source = EventSource("kafka", False)
        found = source or unlisted_source()
        for function in functions:
            self.of(function).add(Trigger(found.type, found.sync, made.place), made)

    def _trigger(self, made: Made, source: EventSource) -> Trigger:
        kind, sync = source.type, source.sync
        values = [item for value in own_arguments(made) for item in parts(value)]
        if id(made) in self.scheduled:
            kind = "schedule"
        if kind == "api" and any(isinstance(item, dict) and _is_event_invocation(item) for item in values):
            sync = False
        changed = self.overridden.get(id(made), {})
        return Trigger(
            kind,
            sync,
            made.place,
            streaming=any(_streams(item) for item in (*values, entry(changed, "response_transfer_mode"))),
            timeout_s=_timeout(made, changed) if kind in APIS else None,
        )

    def _permission(self, made: Made) -> None:
        """A permission alone shows a trigger only where nothing else of that kind or by that service does."""
        name = last(made.path)
        if name not in ("add_permission", "grant_invoke", "CfnPermission"):
            return
        function = self.function(made.owner) if made.owner is not None else None
        targets = [function] if function is not None else list(self.targets(*own_arguments(made)))
        given = entry(made, "principal") or entry(made, "grantee") or (made.arguments[-1] if made.arguments else None)
        principal = made_of(given)
        service = argument(principal, 0, "service") if principal is not None else given
        source = principal_source(service) if isinstance(service, str) else None
        for target in targets if source is not None else ():
            facts = self.of(target)
            if source is not None and not {t.type for t in facts.triggers} & alike(source.type):
                facts.add(Trigger(source.type, source.sync, made.place), made)


def _overridden(made: Sequence[Made]) -> Iterator[tuple[int, CdkValue]]:
    """By integration: what the app changes in the `Integration` of a method's resource."""
    for method in made:
        if last(method.path) == "add_method" and (changed := entry(overrides(method), "integration")) is not None:
            yield from ((id(value), changed) for value in own_arguments(method) if isinstance(value, Made))


def _timeout(made: Made, changed: CdkValue) -> Value[float] | None:
    """An integration's own limit in seconds."""
    for holder in (changed, made):
        milliseconds = entry(holder, "timeout_in_millis")
        if milliseconds is not None:
            found = number(milliseconds)
            return Known(found.value / 1000) if isinstance(found, Known) else found
    limit = entry(made, "timeout")
    limit = entry(made, "integration_options.timeout") if limit is None else limit
    return None if limit is None else seconds(limit)


def is_wrapper(scope: CdkValue) -> bool:
    """Whether a function's scope is the construct that made it from properties."""
    return isinstance(scope, Made) and wrapped_property(scope.path) is not None


def _scheduled(made: Sequence[Made]) -> Iterator[int]:
    """The targets of rules that fire by the clock."""
    for rule in made:
        if short(rule.path) not in RULES or rule.owner is not None:
            continue
        if entry(rule, "schedule") is None and entry(rule, "schedule_expression") is None:
            continue
        added = [value for call in rule.calls if last(call.path) == "add_target" for value in own_arguments(call)]
        yield id(rule)
        yield from (id(item) for value in (entry(rule, "targets"), *added) for item in parts(value))


def _is_event_invocation(parameters: dict[CdkValue, CdkValue]) -> bool:
    """A REST method that invokes asynchronously (X-Amz-Invocation-Type: 'Event')."""
    return any(
        isinstance(key, str)
        and key.endswith("X-Amz-Invocation-Type")
        and isinstance(value, str)
        and value.strip("'") == "Event"
        for key, value in parameters.items()
    )


def _streams(value: CdkValue) -> bool:
    if isinstance(value, CdkReference):
        return value.path.endswith((".RESPONSE_STREAM", ".ResponseTransferMode.STREAM"))
    return isinstance(value, str) and value in ("RESPONSE_STREAM", "STREAM")
