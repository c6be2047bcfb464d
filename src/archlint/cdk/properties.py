"""Parts of what a construct is given, by CloudFormation's names."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

from archlint.cdk.evaluator.naming import property_name
from archlint.cdk.overrides import overrides
from archlint.cdk.reading import entry
from archlint.cdk.values import CdkValue, Made

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
