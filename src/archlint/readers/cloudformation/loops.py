"""Fn::ForEach of the language extensions, written out wherever its collection is known.

https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference-foreach.html
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from archlint.readers.cloudformation.scope import Scope
from archlint.syntax.node import Entry, Mapping, Node, Scalar, Sequence

MAX_COPIES = 1_000
"""Copies that one template's loops may make; CloudFormation itself allows 500 resources."""

MAX_NODES = 200_000
"""Nodes in all the copies together."""

MAX_LEVELS = 5
MAX_DEPTH = 100
_LOOP = "Fn::ForEach::"


def expand(mapping: Mapping, scope: Scope) -> Iterator[Entry]:
    """The entries of a mapping with its loops written out, in all levels below too. A loop over an open collection
    yields nothing, except for itself below the first level, where its presence says that keys are missing."""
    yield from _Expansion(scope).entries(mapping.entries)


class _Expansion:
    def __init__(self, scope: Scope) -> None:
        self.scope = scope
        self.copies = MAX_COPIES
        self.nodes = MAX_NODES

    def entries(self, entries: Iterable[Entry], level: int = 0, depth: int = 0) -> Iterator[Entry]:
        for entry in entries:
            if not entry.key.startswith(_LOOP):
                yield Entry(entry.key, entry.key_place, self.inside(entry.value, level, depth + 1))
                continue
            parts = entry.value.items if isinstance(entry.value, Sequence) else ()
            if (
                level < MAX_LEVELS
                and len(parts) == 3
                and isinstance(parts[0], Scalar)
                and isinstance(parts[2], Mapping)
            ):
                values = self._collection(parts[1])
                if values:
                    for value in values:
                        yield from self._copy(parts[2], parts[0].text, value, level, depth)
                    continue
            if depth:
                yield entry

    def _copy(self, body: Mapping, name: str, value: str, level: int, depth: int) -> Iterator[Entry]:
        self.copies -= 1
        if self.copies < 0 or self.nodes < 0:
            return
        filled = [
            Entry(_replace(e.key, name, value), e.key_place, self.substitute(e.value, name, value))
            for e in body.entries
        ]
        yield from self.entries(filled, level + 1, depth)

    def inside(self, node: Node, level: int, depth: int) -> Node:
        """The node with the loops below it written out; the same object where there are none."""
        if depth > MAX_DEPTH:
            return node
        if isinstance(node, Mapping):
            entries = tuple(self.entries(node.entries, level, depth))
            same = len(entries) == len(node.entries) and all(
                new.value is old.value and new.key is old.key for new, old in zip(entries, node.entries, strict=True)
            )
            return node if same else Mapping(entries, node.place)
        if isinstance(node, Sequence):
            items = tuple(self.inside(item, level, depth + 1) for item in node.items)
            same = all(new is old for new, old in zip(items, node.items, strict=True))
            return node if same else Sequence(items, node.place)
        return node

    def _collection(self, node: Node) -> list[str]:
        items = self.scope.items(node)
        return [item.text for item in items if isinstance(item, Scalar) and item.value is not None]

    def substitute(self, node: Node, name: str, value: str, depth: int = 0) -> Node:
        """The node with a loop's variable filled in: `${Name}`, `&{Name}` and `{Ref: Name}`."""
        self.nodes -= 1
        if depth > MAX_DEPTH or self.nodes < 0:
            return node
        if isinstance(node, Scalar):
            if isinstance(node.value, str) and "{" in node.value:
                return Scalar(_replace(node.value, name, value), node.place, node.block)
            return node
        if isinstance(node, Sequence):
            return Sequence(tuple(self.substitute(item, name, value, depth + 1) for item in node.items), node.place)
        if isinstance(node, Mapping):
            only = node.entries[0] if len(node.entries) == 1 else None
            if only and only.key == "Ref" and isinstance(only.value, Scalar) and only.value.text == name:
                return Scalar(value, node.place)
            entries = (
                Entry(_replace(e.key, name, value), e.key_place, self.substitute(e.value, name, value, depth + 1))
                for e in node.entries
            )
            return Mapping(tuple(entries), node.place)
        return node


def _replace(text: str, name: str, value: str) -> str:
    bare = "".join(c for c in value if c.isalnum())
    return text.replace(f"${{{name}}}", value).replace(f"&{{{name}}}", bare)
