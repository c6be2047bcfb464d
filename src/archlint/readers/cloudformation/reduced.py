"""What can be said of a node after its intrinsics were evaluated."""

from __future__ import annotations

import re

from archlint.model.place import Place
from archlint.syntax.node import Entry, Mapping, Node, Opaque, Reference, Scalar

MAX_TEXT = 200_000
"""Characters of a text that intrinsics make."""

_DYNAMIC = re.compile(r"\{\{resolve:([a-z-]+):")


def intrinsic(node: Node | None) -> tuple[str, Node] | None:
    """The name and argument of `{"Ref": …}`, `{"Fn::…": …}` or `{"Condition": …}`."""
    if isinstance(node, Mapping) and len(node.entries) == 1:
        entry = node.entries[0]
        if entry.key in ("Ref", "Condition") or entry.key.startswith("Fn::"):
            return entry.key, entry.value
    return None


def span(entry: Entry) -> Place:
    """From a property's key to the end of its value, when both stand on one line; else the key."""
    key, value = entry.key_place, entry.value.place
    if value.path == key.path and value.line == key.line and value.end_line == key.line:
        return Place(key.path, key.line, key.column, value.end_line, value.end_column)
    return key


def settled(node: Node) -> Node:
    """The node, unless it is a text with a reference that CloudFormation resolves at deployment."""
    if isinstance(node, Scalar) and isinstance(node.value, str) and (match := _DYNAMIC.search(node.value)):
        return Opaque(f"it is resolved from {match.group(1)} at deployment", node.place, pattern=node.value)
    return node


def concatenate(parts: list[Node], delimiter: str, place: Place) -> Node:
    """The parts as one text; a single part stays what it is, and one open part leaves the whole open."""
    if len(parts) == 1 and isinstance(parts[0], Scalar | Reference | Opaque):
        return settled(parts[0])
    if sum(len(_pattern(part)) + len(delimiter) for part in parts) > MAX_TEXT:
        return Opaque("its text is too long to evaluate", place)
    if all(isinstance(part, Scalar) for part in parts):
        return settled(Scalar(delimiter.join(part.text for part in parts if isinstance(part, Scalar)), place))
    names = tuple(name for part in parts for name in names_in(part))
    first = next(part for part in parts if not isinstance(part, Scalar))
    reason = f"it contains {first.name}" if isinstance(first, Reference) else reason_of(first, "it is no text")
    return Opaque(reason, place, names, delimiter.join(map(_pattern, parts)))


def _pattern(part: Node) -> str:
    if isinstance(part, Scalar):
        return part.text
    if isinstance(part, Reference):
        return f"${{{part.name}.{part.attribute}}}"
    return part.pattern if isinstance(part, Opaque) and part.pattern else "${…}"


def names_in(node: Node | None) -> tuple[str, ...]:
    """The resources that a reduced value refers to."""
    if isinstance(node, Reference):
        return (node.name,)
    return node.names if isinstance(node, Opaque) else ()


def reason_of(node: Node | None, otherwise: str) -> str:
    """Why a reduced node is no plain value."""
    if isinstance(node, Opaque):
        return node.reason
    return f"it refers to {node.name}" if isinstance(node, Reference) else otherwise


def alike(left: Node, right: Node) -> bool:
    """Whether two values are certainly the same."""
    return left is right or (isinstance(left, Scalar) and isinstance(right, Scalar) and left.text == right.text)
