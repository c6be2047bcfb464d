"""How the declarations of a CDK app refer to each other."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice

from archlint.knowledge.cdk import (
    delivered_properties,
    delivering_properties,
    delivers,
    is_beside_target,
    is_mapping,
    outcome_owner,
    outcomes,
    resource_type,
    trigger_source,
    used_properties,
    wrapping_source,
)
from archlint.knowledge.resources import LinkRow
from archlint.knowledge.resources import resource_type as known_type
from archlint.knowledge.triggers import resource_source
from archlint.model.place import Place
from archlint.model.resource import Link
from archlint.readers.cdk.functions import Reading
from archlint.readers.cdk.overrides import of
from archlint.readers.cdk.reading import argument, entry, is_given, last, made_of, own_arguments, parts
from archlint.readers.cdk.references import References, is_import
from archlint.readers.cdk.resources import Resources
from archlint.readers.cdk.scopes import place_of
from archlint.readers.cdk.values import CdkValue, Made

MAX_LEVELS = 5
MAX_USERS = 500
"""Objects that are looked at on the way from one connection."""

MAX_USES = 300_000
"""Of one app."""


class Connections:
    """Who is handed what in an app. `functions` are the ids of functions."""

    def __init__(self, made: Sequence[Made], references: References, functions: frozenset[str]) -> None:
        self.references = references
        self.functions = functions
        self.users: dict[int, list[Made]] = {}
        for user, item in islice(_uses(made), MAX_USES):
            used = made_of(item)
            if used is not None and used is not user:
                self.users.setdefault(id(used), []).append(user)

    def origins(self, connection: Made) -> tuple[str, ...]:
        """The resources that use a target, an integration or a destination, or whose method makes the connection."""
        found: list[str] = []
        pending = [(connection, 0)]
        seen = {id(connection)}
        while pending:
            made, level = pending.pop(0)
            own = [name for name in self.references.made(made) if name not in self.functions]
            found += own
            for user in self.users.get(id(made), ()) if not own and level < MAX_LEVELS else ():
                if id(user) not in seen and len(seen) < MAX_USERS:
                    seen.add(id(user))
                    pending.append((user, level + 1))
        return tuple(dict.fromkeys(found))


def _uses(made: Sequence[Made]) -> Iterator[tuple[Made, CdkValue]]:
    for user in made:
        for value in own_arguments(user):
            yield from ((user, item) for item in parts(value))


TASK = "step-functions"
BY_ARN = {"add_permission": "source_arn", "add_event_source_mapping": "event_source_arn"}
"""Methods of a function that name the source in a property."""

MAX_VARIABLES = 500
MAX_LINKS = 20_000
"""Of one app."""

EXISTING = "existing_"
"""How a construct that makes resources of its own calls the properties that hand it one."""


class Links:
    """Collects the links of one app, each once."""

    def __init__(
        self, reading: Reading, resources: Resources, references: References, connections: Connections
    ) -> None:
        self.reading = reading
        self.resources = resources
        self.references = references
        self.connections = connections
        self.functions = connections.functions
        self.found: dict[Link, None] = {}
        self.sources: dict[int, list[str]] = {}
        """The functions that an event source is given to."""

    def read(self) -> None:
        self._events()
        for function in self.reading.wiring.functions.values():
            self._function(function)
        for made in self.reading.made:
            self._construct(made)
            if made.owner is None and last(made.path).startswith("Cfn"):
                self._properties(made)

    def add(self, source: str, target: str, kind: str, place: Place, sync: bool = False, detail: str = "") -> None:
        if source != target and len(self.found) < MAX_LINKS:
            self.found[Link(source, target, kind, place, sync, detail)] = None

    def _id(self, function: Made) -> str:
        return self.reading.ids[id(function)]

    def _events(self) -> None:
        wiring = self.reading.wiring
        for key, function in wiring.functions.items():
            target = self.reading.ids[key]
            for trigger, connection in wiring.facts[key].connections:
                self.sources.setdefault(id(connection), []).append(target)
                own_rows = last(connection.path).startswith("Cfn") and self._rows(connection)
                if trigger.type == TASK or own_rows:
                    continue
                detail = trigger.type if trigger.type == "authorizer" else ""
                sources = self._sources(connection)
                if is_mapping(last(connection.path)):
                    detail = self.resources.mapping(connection, function, trigger.place, sources)
                for source in sources:
                    self.add(source, target, "event", trigger.place, trigger.sync, detail)

    def _sources(self, connection: Made) -> list[str]:
        """The resources that invoke a function through a connecting object or call."""
        given: list[CdkValue] = []
        name = last(connection.path)
        if name in BY_ARN:
            given = [entry(connection, BY_ARN[name])]
        elif wrapping_source(connection.path) is not None:
            given = [value for name, value in connection.keywords.items() if name.startswith(EXISTING)]
        return self._resources(*given) if given else list(self.connections.origins(connection))

    def _function(self, function: Made) -> None:
        source, place = self._id(function), place_of(function)
        given = entry(function, "environment")
        variables = entry(given, "variables") if last(function.path).startswith("Cfn") else given
        named = {name: (value, place) for name, value in _items(variables)}
        for call in function.calls:
            name = argument(call, 0, "key")
            if last(call.path) == "add_environment" and isinstance(name, str):
                named[str(name)] = (argument(call, 1, "value"), call.place)
            elif last(call.path) == "add_layers":
                for target in self.references.of(*call.arguments):
                    self.add(source, target, "uses", call.place)
        for variable, (value, at) in named.items():
            self._variable(source, variable, value, at)
        for target in self.references.of(entry(function, "layers")):
            self.add(source, target, "uses", place)
        for name in ("filesystem", "filesystems", "file_system_configs"):
            given = entry(function, name)
            for item in given if isinstance(given, list) else [given]:
                for target in self._resources(item):
                    self.add(source, target, "mounts", place, detail=_mount_path(item))
        dead = self.resources.dead_letters(function)
        if dead is not None:
            self.add(source, dead.id, "failure", place)

    def _variable(self, source: str, name: str, value: CdkValue, place: Place) -> None:
        target = self.references.only(value)
        if target is not None:
            self.add(source, target, "env", place, detail=name)

    def _construct(self, made: Made) -> None:
        """What one call of the library says."""
        name = last(made.path)
        if made.owner is not None and name == "add_container":
            for owner in self.references.made(made.owner):
                for variable, value in _items(entry(made, "environment")):
                    self._variable(owner, variable, value, made.place)
                for target in self.references.of(entry(made, "secrets"), entry(made, "image")):
                    self.add(owner, target, "uses", made.place)
        trigger = trigger_source(made.path)
        if delivers(made.path) or (trigger is not None and trigger.type != TASK and not name.startswith("Cfn")):
            self._delivery(made, made, delivers(made.path), trigger is not None and trigger.sync)
        for property_ in delivering_properties(made.path):
            self._delivery(made, entry(made, property_))
        for property_ in delivered_properties(made.path):
            for source in self._resources(entry(made, property_)):
                for target in self.references.made(made):
                    self.add(source, target, "delivers", place_of(made))
        for property_ in used_properties(made.path):
            for target in self._resources(entry(made, property_)):
                for source in self.references.made(made):
                    self.add(source, target, "uses", place_of(made))
        if not name.startswith("Cfn"):
            self._outcomes(made)

    def _delivery(self, made: Made, value: CdkValue, delivering: bool = True, sync: bool = False) -> None:
        """From whatever uses a connecting object to its targets; a function declared elsewhere is invoked."""
        if value is made:
            named = [v for key, v in made.keywords.items() if key != "scope" and not is_beside_target(key)]
            targets = self._resources(*made.arguments, *named)
        else:
            targets = self._resources(value)
        for source in self.connections.origins(made) if targets else ():
            for target in targets:
                if self.resources.is_function(target):
                    self.add(source, target, "event", made.place, sync)
                elif delivering:
                    self.add(source, target, "delivers", made.place)

    def _resources(self, *values: CdkValue) -> list[str]:
        return [found for found in self.references.of(*values) if found not in self.functions]

    def _outcomes(self, made: Made) -> None:
        """Where failed and successful events go."""
        for property_, kind in outcomes().items():
            given = made.keywords.get(property_)
            if not is_given(given):
                continue
            targets = self.references.of(given)
            for source in self._outcome_sources(made) if targets else ():
                for target in targets:
                    self.add(source, target, kind, place_of(made))

    def _outcome_sources(self, made: Made) -> Iterator[str]:
        owner = outcome_owner(made.path)
        if owner is not None:
            yield from self.references.of(entry(made, owner))
        elif id(made) in self.sources and ".aws_lambda_event_sources." in made.path:
            yield from self.sources[id(made)]
        elif id(made) in self.reading.ids:
            yield self._id(made)
        elif made.owner is not None:
            yield from self.references.made(made.owner)
        else:
            function = self.reading.wiring.function(made)
            yield from [self._id(function)] if function is not None else self.connections.origins(made)

    def _rows(self, made: Made) -> tuple[LinkRow, ...]:
        kind = resource_type(made.path)
        row = known_type(kind) if kind is not None else None
        return row.links if row is not None else ()

    def _properties(self, made: Made) -> None:
        """What the properties of an L1 construct refer to."""
        if is_import(made):
            return
        for row in self._rows(made):
            targets = self._end(made, row.target)
            sources = self._end(made, row.source) if targets else ()
            for source in sources:
                for target in targets:
                    if self._fits(target, row.only):
                        self._row(made, row, source, target)

    def _end(self, made: Made, path: tuple[str, ...]) -> tuple[str, ...]:
        return self.references.of(*of(made, path)) if path else self.references.made(made)

    def _fits(self, target: str, only: str) -> bool:
        function = target in self.functions or self.resources.is_function(target)
        return not function if only == "delivers" else function or only != "invokes"

    def _row(self, made: Made, row: LinkRow, source: str, target: str) -> None:
        kind, sync, detail = row.kind, False, row.detail
        if kind == "event" and target not in self.functions and not self.resources.is_function(target):
            kind, detail = "delivers", ""
        elif kind == "event":
            source_kind = resource_source(resource_type(made.path) or "")
            sync = self._is_sync(made, target, source_kind is not None and source_kind.sync)
        own = self.resources.by_made.get(id(made))
        if detail == "self":
            detail = own.id if own is not None else ""
        self.add(source, target, kind, place_of(made), sync, detail)

    def _is_sync(self, made: Made, target: str, otherwise: bool) -> bool:
        wiring = self.reading.wiring
        for key, facts in wiring.facts.items():
            if self.reading.ids[key] == target:
                for trigger, connection in facts.connections:
                    if connection is made:
                        return trigger.sync
        return otherwise


def _mount_path(value: CdkValue) -> str:
    """Where a function finds a file system; empty where that is open."""
    made = made_of(value)
    path = argument(made, 1, "mount_path") if made is not None else None
    path = entry(value, "local_mount_path") if path is None else path
    return str(path) if isinstance(path, str) else ""


def _items(variables: CdkValue) -> list[tuple[str, CdkValue]]:
    """Environment variables by name."""
    pairs = islice(variables.items(), MAX_VARIABLES) if isinstance(variables, dict) else ()
    return [(str(name), value) for name, value in pairs if isinstance(name, str)]
