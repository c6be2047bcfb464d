"""Values of the usage file; each problem is kept, and reading goes on."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, field

from archlint.model.place import Place
from archlint.plan.model import Figure
from archlint.plan.usage.keys import BY_MEMORY, FIGURES, KEYS, PRIVATE_NETWORK, TEXTS, Bound, UsageProblem, did_you_mean
from archlint.syntax.node import Entry, Mapping, Node, Scalar, Sequence

_SCIENTIFIC = re.compile(r"[0-9]{1,20}(?:\.[0-9]{1,20})?[eE][-+]?[0-9]{1,3}\Z")
_GROUPED = re.compile(r"[0-9]{1,3}(?:[_,' ][0-9]{3})+\Z")
_PARTS = ("low", "estimate", "high")
MAX_SIZES = 100


@dataclass(slots=True)
class Body:
    """What stands below one function's name."""

    figures: dict[str, Figure] = field(default_factory=dict)
    texts: dict[str, str] = field(default_factory=dict)
    private_network: bool | None = None
    by_memory: dict[int, float] = field(default_factory=dict)


@dataclass(slots=True)
class Reader:
    problems: list[UsageProblem] = field(default_factory=list)

    def say(self, place: Place, message: str) -> None:
        self.problems.append(UsageProblem(place, message))

    def mapping(self, node: Node, name: str, wanted: str) -> Mapping | None:
        if isinstance(node, Mapping):
            return node
        if not (isinstance(node, Scalar) and node.value is None):
            self.say(node.place, f"{name} must hold {wanted}, not {_kind(node)}")
        return None

    def text(self, entry: Entry | None, allowed: tuple[str, ...]) -> str | None:
        """Compared without regard to case."""
        if entry is None:
            return None
        value = entry.value.value if isinstance(entry.value, Scalar) else None
        if not isinstance(value, str):
            self.say(entry.value.place, f"{entry.key} must be a text, not {_kind(entry.value)}")
            return None
        found = next((word for word in allowed if word.lower() == value.lower()), None)
        if found is None:
            hint = did_you_mean(value, allowed)
            self.say(entry.value.place, f"{entry.key} must be one of {', '.join(allowed)}, not {value[:60]!a}{hint}")
        return found

    def boolean(self, entry: Entry | None) -> bool | None:
        if entry is None:
            return None
        value = entry.value.value if isinstance(entry.value, Scalar) else None
        if not isinstance(value, bool):
            self.say(entry.value.place, f"{entry.key} must be true or false, not {_kind(entry.value)}")
            return None
        return value

    def body(self, entry: Entry) -> Body:
        body = Body()
        table = self.mapping(entry.value, entry.key, "keys such as monthly_requests")
        if table is None:
            return body
        provenance = self.text(table.entry("provenance"), TEXTS["provenance"]) or "declared"
        for item in table:
            if item.key in FIGURES:
                figure = self.figure(item, FIGURES[item.key], provenance)
                if figure is not None:
                    body.figures[item.key] = figure
            elif item.key == PRIVATE_NETWORK:
                body.private_network = self.boolean(item)
            elif item.key == BY_MEMORY:
                body.by_memory = self.sizes(item)
            elif item.key not in TEXTS:
                self.say(item.key_place, f"unknown key {item.key[:60]!a}{did_you_mean(item.key, KEYS)}")
            elif item.key != "provenance":
                text = self.text(item, TEXTS[item.key])
                if text is not None:
                    body.texts[item.key] = text
        return body

    def figure(self, entry: Entry, bound: Bound, provenance: str) -> Figure | None:
        """A number, `[low, high]`, `[low, estimate, high]` or a mapping of those three."""
        node = entry.value
        if isinstance(node, Scalar):
            number = self.number(node, entry.key, bound)
            return None if number is None else Figure.exact(number, provenance)
        if isinstance(node, Sequence) and len(node.items) in (2, 3):
            return self._range(entry, [self.number(item, entry.key, bound) for item in node.items], provenance)
        if isinstance(node, Mapping) and all(part.key in _PARTS for part in node) and "low" in node and "high" in node:
            parts = [part for part in (node.get(name) for name in _PARTS) if part is not None]
            return self._range(entry, [self.number(part, entry.key, bound) for part in parts], provenance)
        self.say(node.place, f"{entry.key} must be a number, [low, high] or {{low: …, estimate: …, high: …}}")
        return None

    def _range(self, entry: Entry, numbers: list[float | None], provenance: str) -> Figure | None:
        """Without an estimate the middle is taken."""
        found = [number for number in numbers if number is not None]
        if len(found) < len(numbers):
            return None
        if found != sorted(found):
            self.say(entry.value.place, f"{entry.key}: a range goes from the lowest to the highest number")
            return None
        if len(found) == 2:
            return Figure(found[0], (found[0] + found[1]) / 2, found[1], provenance, "the middle of the range")
        return Figure(found[0], found[1], found[2], provenance)

    def number(self, node: Node, key: str, bound: Bound) -> float | None:
        value = node.value if isinstance(node, Scalar) else None
        if isinstance(value, str) and _SCIENTIFIC.match(value):
            value = float(value)
        if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
            grouped = isinstance(value, str) and _GROUPED.match(value)
            advice = "; write it without separators" if grouped else ""
            self.say(node.place, f"{key} must be a number ({bound.unit}), not {_kind(node)}{advice}")
            return None
        if value < bound.low or value > bound.high:
            limits = f"between {_plain(bound.low)} and {_plain(bound.high)} {bound.unit}"
            self.say(node.place, f"{key} must lie {limits}, not {_plain(value)}: {bound.advice}")
            return None
        return float(value)

    def sizes(self, entry: Entry) -> dict[int, float]:
        """Milliseconds by megabytes."""
        found: dict[int, float] = {}
        table = self.mapping(entry.value, entry.key, "milliseconds by MB of memory, such as {512: 900, 1024: 450}")
        for item in (table.entries if table else ())[:MAX_SIZES]:
            number = self.number(item.value, f"{entry.key}.{item.key[:20]}", FIGURES["request_duration_ms"])
            if not (item.key.isascii() and item.key.isdigit() and 0 < len(item.key) < 7):
                self.say(item.key_place, f"{entry.key}: {item.key[:20]!a} is not a memory size in MB")
            elif number is not None:
                found[int(item.key)] = number
        return found


def _plain(number: float) -> str:
    return f"{number:,.0f}" if number == int(number) and abs(number) < 1e18 else f"{number:g}"


def _kind(node: Node) -> str:
    if isinstance(node, Mapping):
        return "a mapping"
    if isinstance(node, Sequence):
        return f"a list of {len(node.items)}"
    if not isinstance(node, Scalar) or node.value is None:
        return "nothing"
    if isinstance(node.value, bool):
        return "true" if node.value else "false"
    return ascii(node.value)[:60]
