"""Values of a template's properties, as far as the template alone can tell."""

from __future__ import annotations

import re
from collections.abc import Callable
from collections.abc import Mapping as Dictionary

from archlint.model.place import Place
from archlint.readers.cloudformation.reduced import alike, concatenate, intrinsic, names_in, reason_of, settled
from archlint.syntax.node import Mapping, Node, Opaque, Reference, Scalar, Sequence
from archlint.values import Known, Unknown, Value

_VARIABLE = re.compile(r"\$\{(!?)([^${}]*)\}")


def evaluate(scope: Scope, name: str, argument: Node, place: Place) -> Node | None:
    """None for AWS::NoValue; a function that archlint does not know leaves its value open."""
    function = _FUNCTIONS.get(name)
    if function is None:
        return Opaque(_UNEVALUATED.get(name, f"{name} is not evaluated"), place)
    return function(scope, argument, place)


def ref(scope: Scope, argument: Node, place: Place) -> Node | None:
    name = argument.text if isinstance(argument, Scalar) else ""
    if name == "AWS::NoValue":
        return None
    return _named(scope, name, place)


def _named(scope: Scope, name: str, place: Place) -> Node:
    if name in scope.parameters:
        return settled(scope.parameters[name])
    if name in scope.resources:
        return Reference(name, "Ref", place)
    if name.startswith("AWS::"):
        return Opaque(f"{name} is known only at deployment", place, pattern=f"${{{name}}}")
    owner, _, attribute = name.partition(".")
    if attribute and owner in scope.resources:
        return Reference(owner, attribute, place)
    return Opaque(f"the template defines no '{name[:60]}'", place, pattern=f"${{{name}}}")


def get_att(scope: Scope, argument: Node, place: Place) -> Node:
    if isinstance(argument, Sequence):
        parts = [item.text for item in argument.items if isinstance(item, Scalar)]
        owner, attribute = parts[0] if parts else "", ".".join(parts[1:])
    else:
        owner, _, attribute = (argument.text if isinstance(argument, Scalar) else "").partition(".")
    if owner in scope.resources:
        return Reference(owner, attribute, place)
    return Opaque(f"the template defines no '{owner[:60]}'", place)


def sub(scope: Scope, argument: Node, place: Place) -> Node:
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
            parts.append(scope.reduce(own) or Opaque(f"Fn::Sub gets no value for {name[:60]}", place))
        else:
            parts.append(_named(scope, name, place))
    parts.append(Scalar(argument.text[end:], argument.place))
    whole = concatenate([part for part in parts if not (isinstance(part, Scalar) and part.text == "")], "", place)
    if isinstance(whole, Scalar):
        same_lines = whole.text.count("\n") == argument.text.count("\n")
        return Scalar(whole.value, argument.place, argument.block and same_lines)
    return whole


def join(scope: Scope, argument: Node, place: Place) -> Node:
    parts = argument.items if isinstance(argument, Sequence) else ()
    if len(parts) != 2 or not isinstance(parts[0], Scalar):
        return Opaque("Fn::Join needs a delimiter and a list", place)
    source = scope.reduce(parts[1])
    if not isinstance(source, Sequence):
        return Opaque(reason_of(source, "Fn::Join needs a list"), place)
    if not scope.spend(len(source.items)):
        return Opaque("its list is too long to evaluate", place)
    return concatenate(list(scope.items(source)), parts[0].text, place)


def split(scope: Scope, argument: Node, place: Place) -> Node:
    parts = argument.items if isinstance(argument, Sequence) else ()
    text = scope.text(parts[1]) if len(parts) == 2 else Unknown("Fn::Split needs a delimiter and a text")
    if isinstance(text, Unknown) or not isinstance(parts[0], Scalar) or not parts[0].text:
        return Opaque(text.reason if isinstance(text, Unknown) else "Fn::Split needs a delimiter", place)
    pieces = text.value.split(parts[0].text)
    if not scope.spend(len(pieces)):
        return Opaque("its text is too long to split", place)
    return Sequence(tuple(Scalar(piece, place) for piece in pieces), place)


def select(scope: Scope, argument: Node, place: Place) -> Node | None:
    parts = argument.items if isinstance(argument, Sequence) else ()
    if len(parts) != 2:
        return Opaque("Fn::Select needs an index and a list", place)
    index, source = scope.integer(parts[0]), scope.reduce(parts[1])
    if isinstance(index, Unknown) or not isinstance(source, Sequence):
        return Opaque(index.reason if isinstance(index, Unknown) else reason_of(source, "no list"), place)
    if not 0 <= index.value < len(source.items):
        return Opaque(f"Fn::Select has no element {index.value}", place)
    return scope.reduce(source.items[index.value])


def choose(scope: Scope, argument: Node, place: Place) -> Node | None:
    parts = argument.items if isinstance(argument, Sequence) else ()
    if len(parts) != 3 or not isinstance(parts[0], Scalar):
        return Opaque("Fn::If needs a condition and two values", place)
    verdict = scope.condition(parts[0].text)
    if verdict is not None:
        return scope.reduce(parts[1] if verdict else parts[2])
    first, second = scope.reduce(parts[1]), scope.reduce(parts[2])
    if first is second or (first is not None and second is not None and alike(first, second)):
        return first
    names = tuple(n for side in (first, second) for n in names_in(side))
    return Opaque(f"it depends on condition {parts[0].text}", place, names)


def find_in_map(scope: Scope, argument: Node, place: Place) -> Node | None:
    """With an open key, a value that every possible key gives."""
    parts = argument.items if isinstance(argument, Sequence) else ()
    if len(parts) < 3:
        return Opaque("Fn::FindInMap needs a map and two keys", place)
    keys = [scope.text(part) for part in parts[:3]]
    found: list[Node] = [] if scope.mappings is None else [scope.mappings]
    for key in keys:
        found = [value for node in found for value in _below(node, key)]
        if not scope.spend(len(found)):
            return Opaque("its map is too large to evaluate", place)
    default = parts[3].get("DefaultValue") if len(parts) > 3 and isinstance(parts[3], Mapping) else None
    is_open = next((key.reason for key in keys if isinstance(key, Unknown)), None)
    if default is not None and (is_open or not found):
        found.append(default)
    if not found:
        return Opaque(is_open or "Fn::FindInMap finds no such key", place)
    if all(alike(found[0], other) for other in found):
        return scope.reduce(found[0])
    return Opaque(is_open or "it has several values", place)


def _below(node: Node, key: Value[str]) -> list[Node]:
    if not isinstance(node, Mapping):
        return []
    if isinstance(key, Unknown):
        return [entry.value for entry in node]
    value = node.get(key.value)
    return [] if value is None else [value]


def length(scope: Scope, argument: Node, place: Place) -> Node:
    source = scope.reduce(argument)
    if isinstance(source, Sequence):
        return Scalar(len(source.items), place)
    return Opaque(reason_of(source, "Fn::Length needs a list"), place)


_UNEVALUATED = {"Fn::ImportValue": "it is imported from another stack"}

_FUNCTIONS: dict[str, Callable[[Scope, Node, Place], Node | None]] = {
    "Ref": ref,
    "Fn::GetAtt": get_att,
    "Fn::Sub": sub,
    "Fn::Join": join,
    "Fn::Split": split,
    "Fn::Select": select,
    "Fn::If": choose,
    "Fn::FindInMap": find_in_map,
    "Fn::Length": length,
}


MAX_STEPS = 200_000
"""Intrinsics evaluated for one template; real ones need a few thousand."""

MAX_DEPTH = 40

_NUMBER = re.compile(r"(-?(?:0|[1-9][0-9]{0,17}))(?:\.0+)?")


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

    def spend(self, steps: int = 1) -> bool:
        """False once the template has had all the work that it may ask for."""
        self.steps += steps
        return self.steps <= MAX_STEPS and self.depth <= MAX_DEPTH

    def reduce(self, node: Node) -> Node | None:
        """The node with its own intrinsic evaluated (its children are not); None for AWS::NoValue."""
        if isinstance(node, Scalar):
            return settled(node)
        found = intrinsic(node)
        if found is None or found[0] == "Condition":
            return node
        if not self.spend():
            return Opaque("its intrinsics are too deep or too many to evaluate", node.place)
        self.depth += 1
        try:
            return evaluate(self, *found, node.place)
        finally:
            self.depth -= 1

    def get(self, mapping: Node | None, *keys: str) -> Node | None:
        """The reduced value below `keys`; None where any of them is absent."""
        node = mapping if mapping is None else self.reduce(mapping)
        for key in keys:
            if isinstance(node, Opaque):
                return node
            if isinstance(node, Reference):
                return Opaque(reason_of(node, ""), node.place, (node.name,))
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
        if isinstance(reduced, Mapping | Sequence):
            absent = "it is no text"
        return Unknown(reason_of(reduced, absent))

    def integer(self, node: Node | None, absent: str = "it is not given") -> Value[int]:
        """A whole number, also one that is written as a text."""
        text = self.text(node, absent)
        if isinstance(text, Unknown):
            return text
        match = _NUMBER.fullmatch(text.value)
        return Known(int(match.group(1))) if match else Unknown("it is not a whole number")

    def condition(self, name: str) -> bool | None:
        """A named condition with the parameters' values; None where it stays open."""
        node = self.conditions.get(name) if self.conditions else None
        return None if node is None else self.test(node)

    def test(self, node: Node) -> bool | None:
        """A condition expression; None where it stays open."""
        found = intrinsic(node)
        if found is None or not self.spend():
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
