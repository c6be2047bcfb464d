"""Looking through a part of a template, whatever its shape."""

from __future__ import annotations

import re
from collections.abc import Iterator

from archlint.syntax.node import Mapping, Node, Reference, Scalar, Sequence

NAME = re.compile(r"\$\{!?\s*([A-Za-z0-9]+)")
_WORD = re.compile(r"[A-Za-z0-9]+")


def references(node: Node | None) -> Iterator[str]:
    """The names in Ref, GetAtt and Sub anywhere below a node, unevaluated, in order."""
    for below in walk(node):
        if isinstance(below, Reference):
            yield below.name
        if not isinstance(below, Mapping) or len(below.entries) != 1:
            continue
        key, argument = below.entries[0].key, below.entries[0].value
        if key in ("Ref", "Fn::GetAtt"):
            first = argument.items[0] if isinstance(argument, Sequence) and argument.items else argument
            if isinstance(first, Scalar) and (match := _WORD.match(first.text)):
                yield match.group()
        elif key == "Fn::Sub":
            first = argument.items[0] if isinstance(argument, Sequence) and argument.items else argument
            if isinstance(first, Scalar):
                yield from NAME.findall(first.text)


def texts(node: Node | None) -> Iterator[str]:
    """Every text below a node."""
    for below in walk(node):
        if isinstance(below, Scalar) and isinstance(below.value, str):
            yield below.value


def walk(node: Node | None) -> Iterator[Node]:
    """Every node once, in order of writing; shared nodes (aliases) are not walked again."""
    pending: list[Node] = [] if node is None else [node]
    seen: set[int] = set()
    while pending:
        current = pending.pop()
        if id(current) in seen:
            continue
        seen.add(id(current))
        yield current
        if isinstance(current, Sequence):
            pending.extend(reversed(current.items))
        elif isinstance(current, Mapping):
            pending.extend(entry.value for entry in reversed(current.entries))


def mentions_streaming(node: Node | None) -> bool:
    """A response-streaming integration (its URI or transfer mode says so)."""
    return any("response-streaming-invocations" in t or t in ("RESPONSE_STREAM", "STREAM") for t in texts(node))
