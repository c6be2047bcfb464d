"""What is found of a template's architecture while it is read."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from archlint.knowledge.resources import ResourceType, SettingRow, batch_size, resource_type
from archlint.knowledge.triggers import resource_source
from archlint.model.function import Function, Setting
from archlint.model.place import Place
from archlint.model.resource import Link
from archlint.model.resource import Resource as Declared
from archlint.readers.cloudformation.lookup import FUNCTION_TYPES, IMPLICIT_APIS, Lookup
from archlint.readers.cloudformation.parts import PropertyPart
from archlint.readers.cloudformation.resources import declared, elsewhere, settings
from archlint.readers.cloudformation.template import TemplateResource
from archlint.syntax.node import Mapping, Opaque, Scalar
from archlint.values import Known

ARN_KINDS = {"sqs": "queue", "sns": "topic", "events": "bus", "lambda": "function", "s3": "bucket", "kafka": "stream"}
MAPPING = "mapping"

MAX_LINKS = 20_000
"""Of one template."""


class Found:
    """Links of one template, in order of finding, and the resources that SAM adds or that lie elsewhere. Resources
    are named by logical id; a name with a template's path is an id that a parent stack passes."""

    def __init__(self, lookup: Lookup, functions: Iterable[Function]) -> None:
        self.lookup = lookup
        self.scope = lookup.scope
        self.template = lookup.template
        self.waiting = {(f.name, t.place): t.sync for f in functions for t in f.triggers}
        self.links: dict[Link, None] = {}
        self.made: dict[str, Declared] = {}
        self.mentioned: set[str] = set()
        self.events: set[tuple[str, str]] = set()
        """Source and target of every event."""
        self.polled: dict[str, str] = {}
        """By mapping: the source that it polls."""
        self.always = self.template.open_scope()

    def id(self, name: str) -> str:
        return name if "#" in name and name not in self.template.resources else f"{self.template.path}#{name}"

    def link(self, source: str, target: str, kind: str, place: Place, sync: bool = False, detail: str = "") -> None:
        if source == target or len(self.links) >= MAX_LINKS:
            return
        for name in (source, target):
            self.mentioned.add(name)
            if name in IMPLICIT_APIS and name not in self.template.resources:
                self.make(name, IMPLICIT_APIS[name], place)
        self.links.setdefault(Link(self.id(source), self.id(target), kind, place, sync, detail))

    def event(
        self, source: str, target: str, part: PropertyPart, shown_at: Place, by: str = "", detail: str = ""
    ) -> None:
        """The caller waits where the function's trigger at `shown_at`, or else the declaring type `by`, says so."""
        sync = self.waiting.get((target, shown_at))
        if sync is None:
            known = resource_source(by)
            sync = known is not None and known.sync
        self.events.add((source, target))
        self.link(source, target, "event", part.place, sync, detail)

    def poll(self, mapping: str, source: str, target: str, part: PropertyPart, shown_at: Place) -> None:
        """An event through a mapping, whose id is the link's detail."""
        self.polled[mapping] = source
        self.mentioned.add(mapping)
        self.event(source, target, part, shown_at, "AWS::Lambda::EventSourceMapping", self.id(mapping))

    def make(
        self,
        name: str,
        kind: str,
        place: Place,
        properties: Mapping | None = None,
        rows: tuple[SettingRow, ...] | None = None,
        conditional: bool = False,
    ) -> str:
        """A resource that SAM adds to the template, unless it is declared; its name."""
        if name in self.template.resources:
            return name
        row = resource_type(kind) or ResourceType(kind)
        given = settings(properties or Mapping((), place), row.settings if rows is None else rows, self.scope)
        path = self.template.path
        made = Declared(self.id(name), name, row.kind, kind, place, path, given, conditional=conditional)
        self.made.setdefault(name, made)
        return name

    def destination(self, source: str, part: PropertyPart, kind: str, label: str, told: str = "other") -> None:
        """Where failed or finished events go; a place outside the template becomes a resource without a type."""
        target = self.lookup.one(part.node)
        if target is None:
            node = part.node
            target = f"{source}.{label}"
            text = node.pattern if isinstance(node, Opaque) else node.text if isinstance(node, Scalar) else ""
            pieces = text.replace("AWS::", "").split(":")
            known = ARN_KINDS.get(pieces[2], told) if len(pieces) > 5 and pieces[0] == "arn" else told
            made = elsewhere(self.id(target), known, text or label, part.place, conditional=not text)
            self.made.setdefault(target, made)
        self.link(source, target, kind, part.place)

    def conditional(self, resource: TemplateResource) -> bool:
        condition = resource.condition
        return condition is not None and self.always.condition(condition) is not True

    def resources(self) -> Iterator[Declared]:
        """Those of a known kind, and others that a link mentions."""
        for resource in self.template.resources.values():
            row = resource_type(resource.type) or ResourceType(resource.type)
            if resource.type not in FUNCTION_TYPES and self._counts(resource, row):
                found = declared(resource, row, self.scope, self.conditional(resource))
                yield self._with_batch(found) if row.kind == MAPPING else found
        for made in self.made.values():
            if made.kind != MAPPING:
                yield made
            elif made.name in self.mentioned:
                yield self._with_batch(made)

    def _counts(self, resource: TemplateResource, row: ResourceType) -> bool:
        if row.belongs and self.lookup.owner(resource.name) != resource.name:
            return False
        return row.kind not in ("other", MAPPING) or resource.name in self.mentioned

    def _with_batch(self, mapping: Declared) -> Declared:
        """With the batch size that the service has where nothing is said."""
        source = self.template.resources.get(self.polled.get(mapping.name, ""))
        row = resource_type(source.type) if source else None
        size = batch_size(row.service) if row and "batch_size" not in mapping.settings else None
        if size is None:
            return mapping
        return replace(mapping, settings={**mapping.settings, "batch_size": Setting(Known(size))})
