"""Fn::ForEach of the language extensions, written out wherever its collection is known."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from archlint.readers.cloudformation.intrinsics import Scope
from archlint.syntax.node import Entry, Mapping, Node, Scalar, Sequence

MAX_COPIES = 1_000
"""Copies that one template's loops may make; CloudFormation itself allows 500 resources."""


def expand(mapping: Mapping, scope: Scope) -> Iterator[Entry]:
    """The entries of a mapping with its loops written out; a loop over an open collection yields nothing."""
    yield from _entries(mapping.entries, scope, _Budget())


class _Budget:
    def __init__(self) -> None:
        self.left = MAX_COPIES

    def take(self) -> bool:
        self.left -= 1
        return self.left >= 0


def _entries(entries: Iterable[Entry], scope: Scope, budget: _Budget, depth: int = 0) -> Iterator[Entry]:
    for entry in entries:
        if not entry.key.startswith("Fn::ForEach::") or depth > 5:
            yield entry
            continue
        parts = entry.value.items if isinstance(entry.value, Sequence) else ()
        if len(parts) != 3 or not isinstance(parts[0], Scalar) or not isinstance(parts[2], Mapping):
            continue
        for value in _collection(parts[1], scope):
            if not budget.take():
                return
            copies = [
                Entry(_replace(e.key, parts[0].text, value), e.key_place, substitute(e.value, parts[0].text, value))
                for e in parts[2].entries
            ]
            yield from _entries(copies, scope, budget, depth + 1)


def _collection(node: Node, scope: Scope) -> list[str]:
    items = scope.items(node)
    return [item.text for item in items if isinstance(item, Scalar) and item.value is not None]


def _replace(text: str, name: str, value: str) -> str:
    bare = "".join(c for c in value if c.isalnum())
    return text.replace(f"${{{name}}}", value).replace(f"&{{{name}}}", bare)


def substitute(node: Node, name: str, value: str, depth: int = 0) -> Node:
    """The node with a loop's variable filled in: `${Name}`, `&{Name}` and `{Ref: Name}`."""
    if depth > 60:
        return node
    if isinstance(node, Scalar):
        if isinstance(node.value, str) and "{" in node.value:
            return Scalar(_replace(node.value, name, value), node.place, node.block)
        return node
    if isinstance(node, Sequence):
        return Sequence(tuple(substitute(item, name, value, depth + 1) for item in node.items), node.place)
    if isinstance(node, Mapping):
        only = node.entries[0] if len(node.entries) == 1 else None
        if only and only.key == "Ref" and isinstance(only.value, Scalar) and only.value.text == name:
            return Scalar(value, node.place)
        return Mapping(
            tuple(
                Entry(_replace(e.key, name, value), e.key_place, substitute(e.value, name, value, depth + 1))
                for e in node.entries
            ),
            node.place,
        )
    return node
