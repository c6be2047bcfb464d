"""Parts of a resource's properties by path, each with its place."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from archlint.model.place import Place
from archlint.readers.cloudformation.reduced import intrinsic, span
from archlint.readers.cloudformation.scope import Scope
from archlint.syntax.node import Entry, Mapping, Node, Opaque, Reference, Scalar, Sequence


def merge(general: Node, own: Node, depth: int = 0) -> Node:
    """What SAM makes of a global and a function's own property; intrinsics count as plain values.
    https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/sam-specification-template-anatomy-globals.html"""
    if intrinsic(general) or intrinsic(own) or depth > 20:
        return own
    if isinstance(general, Mapping) and isinstance(own, Mapping):
        return merge_mappings(general, own, depth)
    if isinstance(general, Sequence) and isinstance(own, Sequence):
        return Sequence((*general.items, *own.items), own.place)
    return own


def merge_mappings(general: Mapping | None, own: Mapping, depth: int = 0) -> Mapping:
    """A function's properties over the global ones."""
    if general is None:
        return own
    entries = [entry for entry in general if entry.key not in own]
    for entry in own:
        inherited = general.get(entry.key)
        value = entry.value if inherited is None else merge(inherited, entry.value, depth + 1)
        entries.append(Entry(entry.key, entry.key_place, value))
    return Mapping(tuple(entries), own.place)


def wanted_globals(general: Mapping | None, ignored: Node | None) -> Mapping | None:
    """The global properties without those that a resource's IgnoreGlobals names; `*` stands for all of them."""
    if general is None or ignored is None:
        return general
    if isinstance(ignored, Scalar):
        return None if ignored.text == "*" else general
    names = {item.text for item in ignored.items if isinstance(item, Scalar)} if isinstance(ignored, Sequence) else ()
    return Mapping(tuple(entry for entry in general if entry.key not in names), general.place)


EACH = "*"
"""Every item of a list, or every value of a mapping."""


@dataclass(frozen=True, slots=True)
class PropertyPart:
    """A reduced value and the property that holds it."""

    node: Node
    place: Place


def parts(scope: Scope, node: Node, path: tuple[str, ...], place: Place) -> Iterator[PropertyPart]:
    """The values at `path`. What cannot be looked into counts as the value of all that lies below it."""
    reduced = scope.reduce(node)
    if reduced is None:
        return
    if not path or isinstance(reduced, Opaque | Reference):
        yield PropertyPart(reduced, place)
        return
    key, rest = path[0], path[1:]
    if key != EACH:
        entry = reduced.entry(key) if isinstance(reduced, Mapping) else None
        if entry is not None:
            yield from parts(scope, entry.value, rest, span(entry))
    elif isinstance(reduced, Sequence):
        for item in reduced.items:
            yield from parts(scope, item, rest, item.place)
    elif isinstance(reduced, Mapping):
        for entry in reduced:
            yield from parts(scope, entry.value, rest, span(entry))
