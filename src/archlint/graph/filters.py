"""Which events a declared connection lets through, as far as its declaration shows."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from archlint.model.place import Place
from archlint.syntax.json import parse_json
from archlint.syntax.node import DocumentError, Mapping, Node, Scalar, Sequence
from archlint.syntax.yaml import parse_yaml
from archlint.tree import Tree, UnreadableError

_FILTERS = frozenset({"Filter", "FilterPolicy", "FilterPolicyScope", "FilterCriteria", "EventPattern", "Pattern"})
_EVENTS = ("Events", "Event")
_CODE_FILTER = re.compile(r"filter|prefix|suffix|pattern|removed|restore|replication|lifecycle", re.IGNORECASE)
_CODE_CREATED = re.compile(r"object_created|ObjectCreated", re.IGNORECASE)
MAX_LINES = 40
"""Of a call in a CDK app."""


@dataclass(frozen=True, slots=True)
class Filter:
    """`closed` says that something is filtered in a way that archlint does not compare; `created` that new objects of a
    bucket are among the events."""

    prefix: str = ""
    suffix: str = ""
    closed: bool = False
    created: bool = False

    def passes(self, key: str | None) -> bool:
        """Whether an object's key (`{}` where it is open) certainly gets through."""
        if self.closed:
            return False
        if not self.prefix and not self.suffix:
            return True
        head, tail = ("", "") if key is None else (key.split("{}", 1)[0], key.rsplit("{}", 1)[-1])
        return head.startswith(self.prefix) and tail.endswith(self.suffix)


def filter_at(place: Place, tree: Tree) -> Filter:
    """Of the connection that stands at a place of a template or a CDK app."""
    try:
        text = tree.read(place.path).decode("utf-8", "replace")
    except UnreadableError:
        return Filter(closed=True)
    if place.path.endswith((".py", ".ts", ".js", ".mts", ".cts", ".tsx")):
        return _in_code(text, place)
    try:
        root = parse_json(text, place.path) if text.lstrip().startswith("{") else parse_yaml(text, place.path)
    except DocumentError:
        return Filter(closed=True)
    around = [node for node in _around(root, place) if not _is_intrinsic(node)]
    return _declared(around[-1]) if around else Filter(closed=True)


def _in_code(text: str, place: Place) -> Filter:
    """The words of the call, up to the line on which its brackets are closed."""
    lines = text.splitlines()[place.line - 1 : place.line - 1 + MAX_LINES]
    taken, depth = [], 0
    for line in lines:
        taken.append(line)
        depth += sum(line.count(c) for c in "([{") - sum(line.count(c) for c in ")]}")
        if depth <= 0:
            break
    call = "\n".join(taken)
    return Filter(closed=depth > 0 or bool(_CODE_FILTER.search(call)), created=bool(_CODE_CREATED.search(call)))


def _around(root: Node, place: Place) -> Iterator[Mapping]:
    """The mappings that a place lies in, from the outside."""
    node: Node | None = root
    while node is not None:
        if isinstance(node, Mapping):
            yield node
        children = (
            [entry.value for entry in node.entries]
            if isinstance(node, Mapping)
            else list(node.items)
            if isinstance(node, Sequence)
            else []
        )
        node = next((child for child in children if _holds(child.place, place)), None)


def _holds(outer: Place, inner: Place) -> bool:
    start = (outer.line, outer.column) <= (inner.line, inner.column)
    return start and (inner.line, inner.column) < (outer.end_line or outer.line, outer.end_column or 10**6)


def _is_intrinsic(node: Mapping) -> bool:
    return len(node.entries) == 1 and (node.entries[0].key.startswith("Fn::") or node.entries[0].key == "Ref")


def _declared(node: Mapping) -> Filter:
    inner = node.get("Properties")
    node = inner if isinstance(inner, Mapping) else node
    named = [name for name in _FILTERS if name in node]
    events = next((value for name in _EVENTS if (value := node.get(name)) is not None), None)
    created = events is not None and any(text.startswith("s3:ObjectCreated") for text in _texts(events))
    if not named:
        return Filter(created=created)
    rules = list(_rules(node.get("Filter")))
    known = named == ["Filter"] and all(name in ("prefix", "suffix") and value for name, value in rules) and rules
    if not known:
        return Filter(closed=True, created=created)
    found = dict(rules)
    return Filter(found.get("prefix", ""), found.get("suffix", ""), created=created)


def _rules(node: Node | None) -> Iterator[tuple[str, str]]:
    """The name and value of each rule of a notification's filter; an empty value is not a literal."""
    key = node.get("S3Key") if isinstance(node, Mapping) else None
    rules = key.get("Rules") if isinstance(key, Mapping) else None
    for item in rules.items if isinstance(rules, Sequence) else ():
        name, value = (item.get(part) if isinstance(item, Mapping) else None for part in ("Name", "Value"))
        kind = name.text.lower() if isinstance(name, Scalar) else ""
        yield kind, value.text if isinstance(value, Scalar) else ""


def _texts(node: Node) -> Iterator[str]:
    if isinstance(node, Scalar):
        yield node.text
    for item in node.items if isinstance(node, Sequence) else ():
        yield from (item.text,) if isinstance(item, Scalar) else ()
