"""SAM's Globals: maps are merged, lists are joined, everything else is overridden."""

from __future__ import annotations

from archlint.readers.cloudformation.reduced import intrinsic
from archlint.syntax.node import Entry, Mapping, Node, Scalar, Sequence


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
