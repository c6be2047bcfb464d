"""Edits of one template that leave every other character alone: values replaced, entries added and removed."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from archlint.edits.text import Edit, Text
from archlint.model.place import Place
from archlint.syntax.json import parse_json
from archlint.syntax.node import DocumentError, Entry, Mapping, Node, Scalar
from archlint.syntax.node import Sequence as Items
from archlint.syntax.yaml import parse_yaml


@dataclass(frozen=True, slots=True)
class GetAtt:
    """`!GetAtt name.attribute` in YAML."""

    name: str
    attribute: str = "Arn"


Value = int | bool | str | GetAtt | dict[str, "Value"] | list["Value"]


class Document:
    """A template's text with its tree. Aliases and merged entries show other places than their own, so that what comes
    from them is never taken for the document's own writing."""

    def __init__(self, path: str, text: Text, root: Node, is_json: bool) -> None:
        self.path = path
        self.text = text
        self.source = text.read(path)
        self.root = root
        self.is_json = is_json

    def start(self, node: Node | Place) -> int:
        place = node if isinstance(node, Place) else node.place
        return self.text.offset(self.path, place.line, place.column)

    def end(self, node: Node) -> int:
        """Behind the last character of a node's own writing; a YAML reader ends a block at the next token."""
        if isinstance(node, Mapping) and node.entries and not self.is_flow(node):
            return max((self.entry_end(entry) for entry in self.own(node)), default=self.start(node))
        if isinstance(node, Items) and node.items and self.source[self.start(node)] != "[":
            return max(self.end(item) for item in node.items)
        end = self.text.offset(self.path, node.place.end_line or node.place.line, node.place.end_column or 1)
        return max(self.start(node), len(self.source[:end].rstrip()))

    def entry_end(self, entry: Entry) -> int:
        key = self.start(entry.key_place)
        key_end = self.text.offset(
            self.path, entry.key_place.end_line or entry.key_place.line, entry.key_place.end_column or 1
        )
        if not self.is_written(entry):
            return self.text.line_end(self.path, entry.key_place.line)
        return max(key, key_end, self.end(entry.value))

    def is_flow(self, mapping: Mapping) -> bool:
        return self.source[self.start(mapping) : self.start(mapping) + 1] == "{"

    def own(self, mapping: Mapping) -> list[Entry]:
        """The entries that stand in the mapping itself, in order of writing."""
        first = (mapping.place.line, mapping.place.column)
        last = (mapping.place.end_line or mapping.place.line, mapping.place.end_column or 1)
        found = [e for e in mapping.entries if first <= (e.key_place.line, e.key_place.column) <= last]
        return sorted(found, key=lambda e: (e.key_place.line, e.key_place.column))

    def is_written(self, entry: Entry) -> bool:
        """Whether the value stands behind its key, and not at the anchor that an alias repeats; what has an anchor of
        its own is used elsewhere too."""
        key, value = entry.key_place, entry.value.place
        behind = (value.line, value.column) >= (key.end_line or key.line, key.end_column or key.column)
        return behind and self.source[self.start(entry.value) : self.start(entry.value) + 1] != "&"

    def way_to(self, place: Place) -> tuple[Entry, ...]:
        """The entries that lead to the one whose key begins at `place`, that one last; empty where there is none."""
        wanted = (place.line, place.column)
        pending: list[tuple[Node, tuple[Entry, ...]]] = [(self.root, ())]
        seen: set[int] = set()
        while pending:
            node, way = pending.pop()
            if id(node) in seen:
                continue
            seen.add(id(node))
            if isinstance(node, Mapping):
                for entry in self.own(node):
                    if (entry.key_place.line, entry.key_place.column) == wanted and place.path == self.path:
                        return (*way, entry)
                    pending.append((entry.value, (*way, entry)))
            elif isinstance(node, Items):
                pending.extend((item, way) for item in node.items)
        return ()

    def resource(self, place: Place) -> Mapping | None:
        """The resource whose logical id stands at `place`."""
        way = self.way_to(place)
        found = way[-1] if len(way) == 2 and way[0].key == "Resources" else None
        if found is None or not self.is_written(found) or not isinstance(found.value, Mapping):
            return None
        return found.value

    def child(self, mapping: Mapping, key: str) -> Mapping | None:
        """The mapping under a key, where it is written there."""
        entry = mapping.entry(key)
        if entry is None or entry not in self.own(mapping) or not self.is_written(entry):
            return None
        return entry.value if isinstance(entry.value, Mapping) and not is_intrinsic(entry.value) else None

    def replace(self, entry: Entry, value: int | str) -> Edit | None:
        """Another value for a literal one, in its own quotes; None where it is no literal."""
        node = entry.value
        if not isinstance(node, Scalar) or node.value is None or node.block or not self.is_written(entry):
            return None
        start, end = self.start(node), self.end(node)
        raw = self.source[start:end]
        quote = raw[:1] if raw[:1] in ("'", '"') else ""
        if raw != f"{quote}{node.text}{quote}":
            return None
        return Edit(self.path, start, end, f"{quote}{value}{quote}")

    def set(self, mapping: Mapping, key: str, value: int | str, after: Sequence[str] = ()) -> Edit | None:
        """The entry with another value, or a new one; None where its value is no literal."""
        entry = mapping.entry(key)
        if entry is not None and entry in self.own(mapping):
            return self.replace(entry, value)
        return self.add(mapping, {key: value}, after)

    def add(self, mapping: Mapping, entries: dict[str, Value], after: Sequence[str] = ()) -> Edit | None:
        """New entries behind the first entry of `after` that is there, else behind the last one."""
        own = self.own(mapping)
        written = [entry for entry in own if self.is_written(entry)]
        if not written:
            return None
        named = (entry for name in after for entry in written if entry.key == name)
        anchor = next(named, written[-1])
        if self.is_flow(mapping):
            return self._add_flow(anchor, own, entries)
        if any(entry.key_place.column != anchor.key_place.column for entry in own):
            return None
        line = self.text.line_of(self.path, self.entry_end(anchor))
        at = self.text.line_end(self.path, line)
        lines = self._block(entries, anchor.key_place.column - 1, self._step(mapping))
        newline = self.text.newline(self.path)
        return Edit(self.path, at, at, "".join(newline + text for text in lines))

    def _add_flow(self, anchor: Entry, own: list[Entry], entries: dict[str, Value]) -> Edit:
        start = self.start(anchor.key_place)
        line_start = self.text.line_start(self.path, anchor.key_place.line)
        lead = self.source[line_start:start]
        separator = f",{self.text.newline(self.path)}{lead}" if not lead.strip() else ", "
        if len(own) > 1 and own[0].key_place.line == own[-1].key_place.line:
            separator = ", "
        at = self.entry_end(anchor)
        quoted = self.is_json or self.source[start] == '"'
        return Edit(self.path, at, at, "".join(f"{separator}{item}" for item in _flow(entries, quoted)))

    def _step(self, mapping: Mapping) -> int:
        """The blanks by which the template indents one level."""
        for entry in self.own(mapping):
            if isinstance(entry.value, Mapping) and self.is_written(entry) and not self.is_flow(entry.value):
                found = entry.value.place.column - entry.key_place.column
                if 1 <= found <= 8 and entry.value.place.line > entry.key_place.line:
                    return found
        return 2

    def _block(self, entries: dict[str, Value], indent: int, step: int) -> Iterator[str]:
        for key, value in entries.items():
            if isinstance(value, dict):
                yield f"{' ' * indent}{key}:"
                yield from self._block(value, indent + step, step)
            else:
                yield f"{' ' * indent}{key}: {_scalar(value)}"

    def remove(self, mapping: Mapping, entry: Entry) -> Edit | None:
        """An entry with its lines, where others stay; a comment above it stays as well."""
        own = self.own(mapping)
        if len(own) < 2 or entry not in own or not self.is_written(entry):
            return None
        start, end = self.start(entry.key_place), self.entry_end(entry)
        if self.is_flow(mapping):
            at = own.index(entry)
            if at + 1 < len(own):
                return Edit(self.path, start, self.start(own[at + 1].key_place), "")
            return Edit(self.path, self.entry_end(own[at - 1]), end, "")
        first = self.text.line_start(self.path, entry.key_place.line)
        if self.source[first:start].strip():
            return None
        last = self.text.line_of(self.path, end)
        return Edit(self.path, first, self.text.offset(self.path, last + 1), "")


def load(path: str, text: Text) -> Document | None:
    """None where the file is neither YAML nor JSON. Raises UnreadableError."""
    source = text.read(path)
    if source.lstrip().startswith("{"):
        try:
            return Document(path, text, parse_json(source, path), True)
        except DocumentError:
            pass
    try:
        return Document(path, text, parse_yaml(source, path), False)
    except DocumentError:
        return None


def is_intrinsic(node: Mapping) -> bool:
    """A mapping that stands for a value that CloudFormation works out."""
    return len(node.entries) == 1 and (node.entries[0].key.startswith("Fn::") or node.entries[0].key == "Ref")


def _scalar(value: Value) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, GetAtt):
        return f"!GetAtt {value.name}.{value.attribute}"
    if isinstance(value, list):
        return f"[{', '.join(_scalar(item) for item in value)}]"
    return str(value)


def _flow(entries: dict[str, Value], quoted: bool) -> list[str]:
    mark = '"' if quoted else ""
    return [f"{mark}{key}{mark}: {_flow_value(value, quoted)}" for key, value in entries.items()]


def _flow_value(value: Value, quoted: bool) -> str:
    if isinstance(value, dict):
        return f"{{{', '.join(_flow(value, quoted))}}}"
    if isinstance(value, list):
        return f"[{', '.join(_flow_value(item, quoted) for item in value)}]"
    if isinstance(value, GetAtt) and quoted:
        return _flow_value({"Fn::GetAtt": [value.name, value.attribute]}, quoted)
    if isinstance(value, str) and quoted:
        return json.dumps(value)
    return _scalar(value)
