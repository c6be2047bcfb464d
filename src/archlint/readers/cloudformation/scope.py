"""Values of a template's properties, as far as the template alone can tell."""

from __future__ import annotations

import re
from collections.abc import Mapping as Dictionary

from archlint.readers.cloudformation.intrinsics import evaluate
from archlint.readers.cloudformation.reduced import intrinsic, reason_of, settled
from archlint.syntax.node import Mapping, Node, Opaque, Reference, Scalar, Sequence
from archlint.values import Known, Unknown, Value

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
