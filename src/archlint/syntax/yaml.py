"""YAML to nodes with places, short intrinsic tags written out (`!Sub x` becomes `{"Fn::Sub": x}`)."""

from __future__ import annotations

import re
from functools import lru_cache
from math import isfinite
from typing import Any

import yaml

from archlint.model.place import Place
from archlint.syntax.node import MAX_DEPTH, MAX_NODES, DocumentError, Entry, Mapping, Node, Scalar, Sequence

_INTEGER = re.compile(r"[-+]?(?:0|[1-9][0-9]{0,18})\Z")
_STANDARD = "tag:yaml.org,2002:"
_PLAIN_TAGS = {"Ref", "Condition"}
_RESOLVER: Any = yaml.resolver.Resolver()

Event = Any
"""PyYAML gives its events and their marks no types."""


def parse_yaml(text: str, path: str) -> Node:
    """The first document of `text`. Raises DocumentError with the line on malformed or hostile input."""
    loader: Any = None
    try:
        loader = yaml.CSafeLoader(text.removeprefix("\ufeff"))
        return _Builder(loader, path).document()
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
        raise DocumentError(str(error.problem or error.context or "not valid YAML"), line, column) from error
    except yaml.reader.ReaderError as error:
        raise _unprintable(error, text) from error
    except (yaml.YAMLError, ValueError, LookupError, AttributeError, TypeError, RecursionError, MemoryError) as error:
        raise DocumentError("not valid YAML") from error
    finally:
        if loader is not None:
            loader.dispose()


def _unprintable(error: Any, text: str) -> DocumentError:
    """libyaml gives the position in bytes."""
    before = text.removeprefix("\ufeff").encode("utf-8", "replace")[: error.position].decode("utf-8", "ignore")
    column = len(before) - (before.rfind("\n") + 1) + 1
    return DocumentError("it contains a control character, which YAML forbids", before.count("\n") + 1, column)


class _Builder:
    """Builds nodes from the parser's events, so that depth and size are checked before memory is spent. An alias
    shares its anchor's node, and its size is counted each time."""

    def __init__(self, loader: Any, path: str) -> None:
        self.loader = loader
        self.path = path
        self.anchors: dict[str, tuple[Node, int] | None] = {}
        """The node and its size; None while the node is still open."""

    def document(self) -> Node:
        self.loader.get_event()
        if isinstance(self.loader.get_event(), yaml.StreamEndEvent):
            return Scalar(None, Place(self.path))
        return self._build(self.loader.get_event(), 1)[0]

    def _place(self, start: Event, end: Event) -> Place:
        first, last = start.start_mark, end.end_mark
        return Place(self.path, first.line + 1, first.column + 1, last.line + 1, last.column + 1)

    def _error(self, message: str, event: Event) -> DocumentError:
        return DocumentError(message, event.start_mark.line + 1, event.start_mark.column + 1)

    def _build(self, event: Event, depth: int) -> tuple[Node, int]:
        kind = type(event)
        if kind is yaml.AliasEvent:
            return self._alias(event)
        if depth > MAX_DEPTH:
            raise self._error(f"nested more than {MAX_DEPTH} levels deep", event)
        if event.anchor:
            self.anchors[event.anchor] = None
        built: Node
        size = 1
        if kind is yaml.ScalarEvent:
            built = Scalar(_value(event), self._place(event, event), block=event.style == "|")
        elif kind is yaml.SequenceStartEvent:
            built, size = self._sequence(event, depth)
        else:
            built, size = self._mapping(event, depth)
        name = _intrinsic(event.tag)
        if name:
            built = Mapping((Entry(name, built.place, built),), built.place)
        if event.anchor:
            self.anchors[event.anchor] = built, size
        return built, size

    def _alias(self, event: Event) -> tuple[Node, int]:
        if event.anchor not in self.anchors:
            raise self._error(f"alias '{event.anchor[:60]}' has no anchor", event)
        found = self.anchors[event.anchor]
        if found is None:
            raise self._error("an alias contains itself", event)
        return found

    def _sequence(self, start: Event, depth: int) -> tuple[Sequence, int]:
        items: list[Node] = []
        size = 1
        while not isinstance(event := self.loader.get_event(), yaml.SequenceEndEvent):
            item, weight = self._build(event, depth + 1)
            items.append(item)
            size = self._grown(size, weight, start)
        return Sequence(tuple(items), self._place(start, event)), size

    def _mapping(self, start: Event, depth: int) -> tuple[Mapping, int]:
        merged: dict[str, Entry] = {}
        entries: list[Entry] = []
        size = 1
        while not isinstance(key := self.loader.get_event(), yaml.MappingEndEvent):
            name, weight = self._build(key, depth + 1)
            size = self._grown(size, weight, start)
            value, weight = self._build(self.loader.get_event(), depth + 1)
            size = self._grown(size, weight, start)
            if isinstance(key, yaml.ScalarEvent) and key.value == "<<" and key.implicit[0]:
                for source in value.items if isinstance(value, Sequence) else (value,):
                    for entry in source.entries if isinstance(source, Mapping) else ():
                        merged.setdefault(entry.key, entry)
                    size = self._grown(size, len(source.entries) if isinstance(source, Mapping) else 0, start)
            elif isinstance(name, Scalar):
                written = str(key.value) if isinstance(key, yaml.ScalarEvent) else name.text
                entries.append(Entry(written, name.place, value))
        return Mapping((*merged.values(), *entries), self._place(start, key)), size

    def _grown(self, size: int, weight: int, start: Event) -> int:
        if size + weight > MAX_NODES:
            raise self._error(f"it has more than {MAX_NODES:,} nodes with its aliases written out", start)
        return size + weight


def _intrinsic(tag: str | None) -> str | None:
    """`!GetAtt` → `Fn::GetAtt`; None for YAML's own tags."""
    if not tag or not tag.startswith("!") or tag == "!":
        return None
    name = tag[1:]
    return name if name in _PLAIN_TAGS else f"Fn::{name}"


def _value(event: Event) -> str | int | float | bool | None:
    if event.implicit[0]:
        return _plain(event.value)
    if event.tag and event.tag.startswith(_STANDARD):
        return _tagged(event.tag, event.value)
    return str(event.value)


@lru_cache(maxsize=10_000)
def _plain(text: str) -> str | int | float | bool | None:
    """A plain scalar by YAML 1.1's rules."""
    return _tagged(_RESOLVER.resolve(yaml.ScalarNode, text, (True, False)), text)


def _tagged(tag: str, text: str) -> str | int | float | bool | None:
    """Integers in the decimal system alone become numbers: `0644`, `1_000` and `1:30` stay text, since readers of YAML
    disagree about them; so do numbers that no float holds."""
    kind = tag.removeprefix(_STANDARD)
    if kind == "null":
        return None
    if kind == "bool":
        return text.lower() in ("yes", "true", "on")
    if kind == "int" and _INTEGER.match(text):
        return int(text)
    if kind == "float" and ":" not in text:
        try:
            number = float(text.replace("_", ""))
        except ValueError:
            return text
        return number if isfinite(number) else text
    return text
