"""Parts of a resource's properties by path, each with its place."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from archlint.model.place import Place
from archlint.readers.cloudformation.reduced import span
from archlint.readers.cloudformation.scope import Scope
from archlint.syntax.node import Mapping, Node, Opaque, Reference, Sequence

EACH = "*"
"""Every item of a list, or every value of a mapping."""


@dataclass(frozen=True, slots=True)
class Part:
    """A reduced value and the property that holds it."""

    node: Node
    place: Place


def parts(scope: Scope, node: Node, path: tuple[str, ...], place: Place) -> Iterator[Part]:
    """The values at `path`. What cannot be looked into counts as the value of all that lies below it."""
    reduced = scope.reduce(node)
    if reduced is None:
        return
    if not path or isinstance(reduced, Opaque | Reference):
        yield Part(reduced, place)
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
