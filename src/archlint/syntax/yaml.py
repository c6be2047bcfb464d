"""YAML to nodes with places, short intrinsic tags written out (`!Sub x` becomes `{"Fn::Sub": x}`)."""

from __future__ import annotations

import re

import yaml

from archlint.model.place import Place
from archlint.syntax.node import MAX_DEPTH, MAX_NODES, DocumentError, Entry, Mapping, Node, Scalar, Sequence

_OPENING = re.compile(r"[\[{]")
_FLOW = re.compile(r"[\[\]{}]")
_COMPACT = re.compile(rf"^[ ]*(?:[-?:][ \t]+){{{MAX_DEPTH},}}", re.MULTILINE)
_INTEGER = re.compile(r"[-+]?(?:0|[1-9][0-9]*)\Z")
_PLAIN_TAGS = {"Ref", "Condition"}


def parse_yaml(text: str, path: str) -> Node:
    """The first document of `text`. Raises DocumentError with the line on malformed or hostile input."""
    _refuse_depth(text)
    loader = yaml.CSafeLoader(_without_bom(text))
    try:
        root = loader.get_node() if loader.check_node() else None
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
        raise DocumentError(str(error.problem or error.context or "not valid YAML"), line, column) from error
    except (yaml.YAMLError, ValueError, AttributeError, KeyError, RecursionError, UnicodeError) as error:
        raise DocumentError(
            f"not valid YAML: {str(error).splitlines()[0] if str(error) else 'no reason given'}"
        ) from error
    finally:
        loader.dispose()
    if root is None:
        return Scalar(None, Place(path))
    return _Builder(path).build(root)


def _without_bom(text: str) -> str:
    return text.removeprefix("\ufeff")


def _refuse_depth(text: str) -> None:
    """Counts nesting in linear time: the C parser overflows its stack instead of raising."""
    depth = 0
    if len(_OPENING.findall(text)) > MAX_DEPTH:
        for match in _FLOW.finditer(text):
            depth = depth + 1 if match.group() in "[{" else max(0, depth - 1)
            if depth > MAX_DEPTH:
                raise DocumentError(f"nested more than {MAX_DEPTH} levels deep", text.count("\n", 0, match.start()) + 1)
    compact = _COMPACT.search(text)
    if compact:
        raise DocumentError(f"nested more than {MAX_DEPTH} levels deep", text.count("\n", 0, compact.start()) + 1)
    indents: list[int] = []
    for number, line in enumerate(text.split("\n"), 1):
        bare = line.lstrip(" ")
        if not bare or bare[0] == "#":
            continue
        indent = len(line) - len(bare)
        while indents and indents[-1] >= indent:
            indents.pop()
        indents.append(indent)
        if len(indents) > MAX_DEPTH:
            raise DocumentError(f"nested more than {MAX_DEPTH} levels deep", number)


class _Builder:
    """Turns PyYAML's nodes into ours; an alias shares its anchor's node, and its size is counted each time."""

    def __init__(self, path: str) -> None:
        self.path = path
        self.done: dict[int, tuple[Node, int]] = {}
        self.open: set[int] = set()

    def build(self, node: yaml.Node) -> Node:
        return self._build(node)[0]

    def _place(self, node: yaml.Node) -> Place:
        start, end = node.start_mark, node.end_mark
        return Place(self.path, start.line + 1, start.column + 1, end.line + 1, end.column + 1)

    def _build(self, node: yaml.Node) -> tuple[Node, int]:
        key = id(node)
        if key in self.done:
            return self.done[key]
        place = self._place(node)
        if key in self.open:
            raise DocumentError("an alias contains itself", place.line, place.column)
        if len(self.open) > MAX_DEPTH:
            raise DocumentError(f"nested more than {MAX_DEPTH} levels deep", place.line, place.column)
        self.open.add(key)
        built, size = self._convert(node, place)
        self.open.discard(key)
        if size > MAX_NODES:
            raise DocumentError(f"its aliases expand to more than {MAX_NODES:,} nodes", place.line, place.column)
        self.done[key] = built, size
        return built, size

    def _convert(self, node: yaml.Node, place: Place) -> tuple[Node, int]:
        built: Node
        size = 1
        if isinstance(node, yaml.ScalarNode):
            built = Scalar(_plain(node), place, block=node.style in ("|", ">"))
        elif isinstance(node, yaml.SequenceNode):
            pairs = [self._build(item) for item in node.value]
            built = Sequence(tuple(item for item, _ in pairs), place)
            size += sum(weight for _, weight in pairs)
        elif isinstance(node, yaml.MappingNode):
            built, size = self._mapping(node, place)
        else:
            raise DocumentError("an unknown kind of YAML node", place.line, place.column)
        name = _intrinsic(node.tag)
        if name:
            built = Mapping((Entry(name, place, built),), place)
        return built, size

    def _mapping(self, node: yaml.MappingNode, place: Place) -> tuple[Mapping, int]:
        merged: list[Entry] = []
        entries: list[Entry] = []
        size = 1
        for key_node, value_node in node.value:
            value, weight = self._build(value_node)
            size += weight
            if key_node.tag == "tag:yaml.org,2002:merge":
                for source in value.items if isinstance(value, Sequence) else (value,):
                    if isinstance(source, Mapping):
                        merged.extend(source.entries)
            elif isinstance(key_node, yaml.ScalarNode):
                entries.append(Entry(str(key_node.value), self._place(key_node), value))
            if size + len(merged) > MAX_NODES:
                raise DocumentError(f"its aliases expand to more than {MAX_NODES:,} nodes", place.line, place.column)
        if merged:
            inherited = {entry.key: entry for entry in reversed(merged)}
            merged = list(inherited.values())
        return Mapping((*merged, *entries), place), size + len(merged)


def _intrinsic(tag: str | None) -> str | None:
    """`!GetAtt` → `Fn::GetAtt`; None for YAML's own tags."""
    if not tag or not tag.startswith("!") or tag == "!":
        return None
    name = tag[1:]
    return name if name in _PLAIN_TAGS else f"Fn::{name}"


def _plain(node: yaml.ScalarNode) -> str | int | float | bool | None:
    tag, value = node.tag, node.value
    if node.style is not None or not tag.startswith("tag:yaml.org,2002:"):
        return str(value)
    kind = tag.removeprefix("tag:yaml.org,2002:")
    if kind == "null":
        return None
    if kind == "bool":
        return value.lower() in ("yes", "true", "on")
    if kind == "int" and _INTEGER.match(value) and len(value) < 20:
        return int(value)
    if kind == "float":
        try:
            return float(value.replace("_", ""))
        except ValueError:
            return str(value)
    return str(value)
