"""One tree for YAML and JSON: plain values with their places."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from archlint.model.place import Place

MAX_DEPTH = 150
"""Nesting above this is refused; real templates stay below 40."""

MAX_NODES = 1_000_000
"""Nodes of a document with its aliases written out; above this it is refused as an expansion bomb."""


class DocumentError(Exception):
    """A document that is not well formed, or that is built to exhaust its reader."""

    def __init__(self, message: str, line: int = 1, column: int = 1) -> None:
        super().__init__(message)
        self.message = message
        self.line = line
        self.column = column


@dataclass(frozen=True, slots=True)
class Scalar:
    """A plain value as YAML 1.1 reads it (dates stay text, as CloudFormation keeps them)."""

    value: str | int | float | bool | None
    place: Place
    block: bool = False
    """Written as a block (`|`): its text starts on the line after `place.line`."""

    @property
    def text(self) -> str:
        """The value as CloudFormation turns it into a string."""
        if isinstance(self.value, bool):
            return "true" if self.value else "false"
        return "" if self.value is None else str(self.value)


@dataclass(frozen=True, slots=True)
class Sequence:
    items: tuple[Node, ...]
    place: Place


@dataclass(frozen=True, slots=True)
class Entry:
    key: str
    key_place: Place
    value: Node


@dataclass(frozen=True, slots=True)
class Mapping:
    """Keys in order of writing; of a key that is written twice the last one counts."""

    entries: tuple[Entry, ...]
    place: Place

    def get(self, key: str) -> Node | None:
        entry = self.entry(key)
        return None if entry is None else entry.value

    def entry(self, key: str) -> Entry | None:
        for entry in reversed(self.entries):
            if entry.key == key:
                return entry
        return None

    def __iter__(self) -> Iterator[Entry]:
        return iter(self.entries)

    def __contains__(self, key: str) -> bool:
        return self.entry(key) is not None


@dataclass(frozen=True, slots=True)
class Reference:
    """The identity or an attribute of a resource of the same template: what Ref and GetAtt give."""

    name: str
    attribute: str
    place: Place


@dataclass(frozen=True, slots=True)
class Opaque:
    """A value that only a deployment knows; `names` are the resources that went into it."""

    reason: str
    place: Place
    names: tuple[str, ...] = ()
    pattern: str = ""
    """The text with `${…}` left where it is open, when it is a text."""


Node = Scalar | Sequence | Mapping | Reference | Opaque
"""Readers produce the first three; evaluating intrinsics adds the other two."""
