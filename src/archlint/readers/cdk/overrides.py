"""What an app changes in the resource below an L2 construct: CloudFormation's own properties."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import Any

from archlint.readers.cdk.evaluator.names import property_name
from archlint.readers.cdk.reading import argument, entry, last
from archlint.readers.cdk.values import CdkValue, Made

EACH = "*"
MAX_ITEMS = 100
"""Of one list or map."""


def at(value: CdkValue, path: tuple[str, ...]) -> Iterator[CdkValue]:
    """The values at a path such as ("Targets", "*", "Arn")."""
    if not path:
        if value is not None:
            yield value
        return
    key, rest = path[0], path[1:]
    if key != EACH:
        yield from at(_entry(value, key), rest)
    elif isinstance(value, list):
        for item in value[:MAX_ITEMS]:
            yield from at(item, rest)
    elif isinstance(value, dict):
        for item in islice(value.values(), MAX_ITEMS):
            yield from at(item, rest)
    elif value is not None:
        yield value


def of(made: Made, path: tuple[str, ...]) -> list[CdkValue]:
    """What an L1 construct has at a path; an override of the app goes first."""
    changed = list(at(overrides(made), path)) if made.calls or made.attributes else []
    return changed or list(at(made, path))


def _entry(value: CdkValue, key: str) -> CdkValue:
    found = entry(value, property_name(key))
    return value.get(key) if found is None and isinstance(value, dict) else found


CHILD = "node.default_child."
MAX_PARTS = 8


def overrides(made: Made) -> dict[str, CdkValue]:
    """Properties by CloudFormation's name, or by its Python spelling, in the order of writing."""
    found: dict[str, CdkValue] = {}
    for name, value in made.attributes.items():
        if name.startswith(CHILD):
            _put(found, name.removeprefix(CHILD), value)
    for call in made.calls:
        method = last(call.path)
        path = argument(call, 0, "property_path" if method == "add_property_override" else "path")
        if not isinstance(path, str) or not _is_child(call, made):
            continue
        if method == "add_property_override":
            _put(found, path, _value(call))
        elif method == "add_override" and path.startswith("Properties."):
            _put(found, path.removeprefix("Properties."), _value(call))
    return found


def _value(call: Made) -> CdkValue:
    """The second argument; a trailing object of TypeScript lies among the keywords."""
    is_object = len(call.arguments) == 1 and call.keywords and "value" not in call.keywords
    return dict(call.keywords) if is_object else argument(call, 1, "value")


def _is_child(call: Made, made: Made) -> bool:
    """Whether a method is called on the resource: on the child, or on an L1 construct itself."""
    between = call.path.removeprefix(f"{made.path}.").rpartition(".")[0]
    return f"{between}." == CHILD or (not between and last(made.path).startswith("Cfn"))


def _put(found: dict[str, Any], path: str, value: CdkValue) -> None:
    """`EphemeralStorage.Size` as nested dicts."""
    *above, name = path.split(".")[:MAX_PARTS]
    for part in above:
        inner = found.get(part)
        found[part] = found = dict(inner) if isinstance(inner, dict) else {}
    found[name] = value
