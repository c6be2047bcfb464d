"""What CloudFormation's intrinsic functions give, as far as a template alone can tell."""

from __future__ import annotations

import re
from collections.abc import Mapping as Dictionary

from archlint.model.place import Place
from archlint.syntax.node import Entry, Mapping, Node, Opaque, Reference, Scalar, Sequence
from archlint.values import Known, Unknown, Value

MAX_STEPS = 200_000
"""Intrinsics evaluated for one template; real ones need a few thousand."""

MAX_DEPTH = 60
MAX_TEXT = 200_000

_VARIABLE = re.compile(r"\$\{(!?)([^${}]*)\}")
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


class Scope:
    """The names that a template's intrinsics may refer to. Parameters hold their default or what a parent passes,
    already reduced."""

    def __init__(
        self,
        parameters: Dictionary[str, Node],
        resources: frozenset[str],
        mappings: Mapping | None,
        conditions: Mapping | None,
    ) -> None:
        self.parameters = parameters
        self.resources = resources
        self.mappings = mappings
        self.conditions = conditions
        self.steps = 0
        self.depth = 0

    def reduce(self, node: Node) -> Node | None:
        """The node with its own intrinsic evaluated (its children are not); None for AWS::NoValue."""
        if isinstance(node, Scalar):
            return self._dynamic(node)
        found = intrinsic(node)
        if found is None:
            return node
        self.steps += 1
        if self.steps > MAX_STEPS or self.depth > MAX_DEPTH:
            return Opaque("its intrinsics are too deep or too many to evaluate", node.place)
        self.depth += 1
        try:
            return self._evaluate(found[0], found[1], node.place)
        finally:
            self.depth -= 1

    def get(self, mapping: Node | None, *keys: str) -> Node | None:
        """The reduced value below `keys`; None where any of them is absent."""
        node = mapping if mapping is None else self.reduce(mapping)
        for key in keys:
            if isinstance(node, Opaque):
                return node
            value = node.get(key) if isinstance(node, Mapping) else None
            node = None if value is None else self.reduce(value)
        return node

    def items(self, node: Node | None) -> tuple[Node, ...]:
        """The reduced elements of a list; a value that is no list counts as its only element."""
        reduced = None if node is None else self.reduce(node)
        if reduced is None:
            return ()
        if not isinstance(reduced, Sequence):
            return (reduced,)
        return tuple(item for item in map(self.reduce, reduced.items) if item is not None)

    def text(self, node: Node | None, absent: str = "it is not given") -> Value[str]:
        """A text; numbers and booleans become one, as in CloudFormation."""
        reduced = None if node is None else self.reduce(node)
        if isinstance(reduced, Scalar) and reduced.value is not None:
            return Known(reduced.text)
        return Unknown(reason_of(reduced, absent))

    def integer(self, node: Node | None, absent: str = "it is not given") -> Value[int]:
        """A whole number, also one that is written as a text."""
        text = self.text(node, absent)
        if isinstance(text, Unknown):
            return text
        try:
            number = float(text.value)
            return Known(int(number)) if number == int(number) else Unknown(f"{text.value} is not a whole number")
        except (ValueError, OverflowError):
            return Unknown(f"'{text.value[:40]}' is not a number")

    def condition(self, name: str) -> bool | None:
        """A named condition with the parameters' values; None where it stays open."""
        node = self.conditions.get(name) if self.conditions else None
        return None if node is None else self.test(node)

    def test(self, node: Node) -> bool | None:
        """A condition expression; None where it stays open."""
        found = intrinsic(node)
        self.steps += 1
        if found is None or self.steps > MAX_STEPS or self.depth > MAX_DEPTH:
            return node.value if isinstance(node, Scalar) and isinstance(node.value, bool) else None
        self.depth += 1
        try:
            return self._test(*found)
        finally:
            self.depth -= 1

    def _test(self, name: str, argument: Node) -> bool | None:
        parts = argument.items if isinstance(argument, Sequence) else ()
        if name == "Condition" and isinstance(argument, Scalar):
            return self.condition(argument.text)
        if name == "Fn::Equals" and len(parts) == 2:
            left, right = (self.text(part) for part in parts)
            if isinstance(left, Known) and isinstance(right, Known):
                return left.value == right.value
            return None
        if name == "Fn::Not" and len(parts) == 1:
            inner = self.test(parts[0])
            return None if inner is None else not inner
        if name in ("Fn::And", "Fn::Or") and parts:
            decisive = name == "Fn::Or"
            verdicts = [self.test(part) for part in parts]
            if decisive in verdicts:
                return decisive
            return None if None in verdicts else not decisive
        return None

    def _dynamic(self, node: Scalar) -> Node:
        if isinstance(node.value, str) and (match := _DYNAMIC.search(node.value)):
            return Opaque(f"it is resolved from {match.group(1)} at deployment", node.place, pattern=node.value)
        return node

    def _evaluate(self, name: str, argument: Node, place: Place) -> Node | None:
        method = _METHODS.get(name)
        if method is None:
            return Opaque(f"{name} is not evaluated", place)
        return method(self, argument, place)

    def ref(self, argument: Node, place: Place) -> Node | None:
        name = argument.text if isinstance(argument, Scalar) else ""
        if name == "AWS::NoValue":
            return None
        return self._named(name, place)

    def _named(self, name: str, place: Place) -> Node:
        if name in self.parameters:
            return self.parameters[name]
        if name in self.resources:
            return Reference(name, "Ref", place)
        if name.startswith("AWS::"):
            return Opaque(f"{name} is known only at deployment", place, pattern=f"${{{name}}}")
        owner, _, attribute = name.partition(".")
        if attribute and owner in self.resources:
            return Reference(owner, attribute, place)
        return Opaque(f"the template defines no '{name[:60]}'", place, pattern=f"${{{name}}}")

    def get_att(self, argument: Node, place: Place) -> Node:
        if isinstance(argument, Sequence):
            parts = [item.text for item in argument.items if isinstance(item, Scalar)]
            owner, attribute = parts[0] if parts else "", ".".join(parts[1:])
        else:
            owner, _, attribute = (argument.text if isinstance(argument, Scalar) else "").partition(".")
        if owner in self.resources:
            return Reference(owner, attribute, place)
        return Opaque(f"the template defines no '{owner[:60]}'", place)

    def sub(self, argument: Node, place: Place) -> Node:
        local: Mapping | None = None
        if isinstance(argument, Sequence) and len(argument.items) == 2:
            argument, second = argument.items
            local = second if isinstance(second, Mapping) else None
        if not isinstance(argument, Scalar):
            return Opaque("Fn::Sub needs a text", place)
        parts: list[Node] = []
        end = 0
        for match in _VARIABLE.finditer(argument.text):
            parts.append(Scalar(argument.text[end : match.start()], place))
            end = match.end()
            name = match.group(2).strip()
            own = local.get(name) if local else None
            if match.group(1):
                parts.append(Scalar(f"${{{name}}}", place))
            elif own is not None:
                parts.append(self.reduce(own) or Scalar("", place))
            else:
                parts.append(self._named(name, place))
        parts.append(Scalar(argument.text[end:], argument.place))
        whole = concatenate([part for part in parts if not (isinstance(part, Scalar) and part.text == "")], "", place)
        if isinstance(whole, Scalar):
            return Scalar(whole.value, argument.place, argument.block)
        return whole

    def join(self, argument: Node, place: Place) -> Node:
        parts = argument.items if isinstance(argument, Sequence) else ()
        if len(parts) != 2 or not isinstance(parts[0], Scalar):
            return Opaque("Fn::Join needs a delimiter and a list", place)
        source = self.reduce(parts[1])
        if not isinstance(source, Sequence):
            return Opaque(reason_of(source, "Fn::Join needs a list"), place)
        return concatenate(list(self.items(source)), parts[0].text, place)

    def split(self, argument: Node, place: Place) -> Node:
        parts = argument.items if isinstance(argument, Sequence) else ()
        text = self.text(parts[1]) if len(parts) == 2 else Unknown("Fn::Split needs a delimiter and a text")
        if isinstance(text, Unknown) or not isinstance(parts[0], Scalar) or not parts[0].text:
            return Opaque(text.reason if isinstance(text, Unknown) else "Fn::Split needs a delimiter", place)
        return Sequence(tuple(Scalar(piece, place) for piece in text.value.split(parts[0].text)), place)

    def select(self, argument: Node, place: Place) -> Node | None:
        parts = argument.items if isinstance(argument, Sequence) else ()
        if len(parts) != 2:
            return Opaque("Fn::Select needs an index and a list", place)
        index, source = self.integer(parts[0]), self.reduce(parts[1])
        if isinstance(index, Unknown) or not isinstance(source, Sequence):
            return Opaque(index.reason if isinstance(index, Unknown) else reason_of(source, "no list"), place)
        if not 0 <= index.value < len(source.items):
            return Opaque(f"Fn::Select has no element {index.value}", place)
        return self.reduce(source.items[index.value])

    def choose(self, argument: Node, place: Place) -> Node | None:
        parts = argument.items if isinstance(argument, Sequence) else ()
        if len(parts) != 3 or not isinstance(parts[0], Scalar):
            return Opaque("Fn::If needs a condition and two values", place)
        verdict = self.condition(parts[0].text)
        if verdict is not None:
            return self.reduce(parts[1] if verdict else parts[2])
        first, second = self.reduce(parts[1]), self.reduce(parts[2])
        if isinstance(first, Scalar) and isinstance(second, Scalar) and first.text == second.text:
            return first
        names = tuple(n for side in (first, second) for n in names_in(side))
        return Opaque(f"it depends on condition {parts[0].text}", place, names)

    def find_in_map(self, argument: Node, place: Place) -> Node | None:
        parts = argument.items if isinstance(argument, Sequence) else ()
        if len(parts) < 3 or self.mappings is None:
            return Opaque("Fn::FindInMap needs a map and two keys", place)
        keys = [self.text(part) for part in parts[:3]]
        candidates: list[Node | None] = [self.mappings]
        for key in keys:
            below: list[Node | None] = []
            for candidate in candidates:
                if not isinstance(candidate, Mapping):
                    continue
                below += [candidate.get(key.value)] if isinstance(key, Known) else [e.value for e in candidate]
            candidates = below
        found = [candidate for candidate in candidates if candidate is not None]
        first = found[0] if found else None
        if first is not None and all(_same(first, other) for other in found):
            return self.reduce(first)
        if not found and all(isinstance(key, Known) for key in keys):
            default = parts[3].get("DefaultValue") if len(parts) > 3 and isinstance(parts[3], Mapping) else None
            return self.reduce(default) if default else Opaque("Fn::FindInMap finds no such key", place)
        return Opaque(next((key.reason for key in keys if isinstance(key, Unknown)), "it has several values"), place)

    def length(self, argument: Node, place: Place) -> Node:
        source = self.reduce(argument)
        if isinstance(source, Sequence):
            return Scalar(len(source.items), place)
        return Opaque(reason_of(source, "Fn::Length needs a list"), place)

    def import_value(self, argument: Node, place: Place) -> Node:
        del argument
        return Opaque("it is imported from another stack", place)


_METHODS = {
    "Ref": Scope.ref,
    "Fn::GetAtt": Scope.get_att,
    "Fn::Sub": Scope.sub,
    "Fn::Join": Scope.join,
    "Fn::Split": Scope.split,
    "Fn::Select": Scope.select,
    "Fn::If": Scope.choose,
    "Fn::FindInMap": Scope.find_in_map,
    "Fn::Length": Scope.length,
    "Fn::ImportValue": Scope.import_value,
}


def concatenate(parts: list[Node], delimiter: str, place: Place) -> Node:
    """The parts as one text; a single part stays what it is, and one open part leaves the whole open."""
    if len(parts) == 1 and not isinstance(parts[0], Sequence | Mapping):
        return parts[0]
    if all(isinstance(part, Scalar) for part in parts):
        text = delimiter.join(part.text for part in parts if isinstance(part, Scalar))
        return Scalar(text[:MAX_TEXT], place)
    names = tuple(name for part in parts for name in names_in(part))
    first = next(part for part in parts if not isinstance(part, Scalar))
    reason = f"it contains {first.name}" if isinstance(first, Reference) else reason_of(first, "it is no text")
    pattern = delimiter.join(map(_pattern, parts))[:MAX_TEXT]
    return Opaque(reason, place, names, pattern)


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


def _same(left: Node, right: Node) -> bool:
    return left is right or (isinstance(left, Scalar) and isinstance(right, Scalar) and left.text == right.text)
