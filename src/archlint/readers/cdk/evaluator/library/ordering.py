"""Sorting by known keys."""

from __future__ import annotations

from typing import TYPE_CHECKING

from archlint.readers.cdk.evaluator.objects import Site
from archlint.readers.cdk.evaluator.operators import unknown
from archlint.readers.cdk.values import CdkValue, FilePath, Open

if TYPE_CHECKING:
    from archlint.readers.cdk.evaluator.machine import Machine


def arranged(machine: Machine, items: list[CdkValue], key: CdkValue, site: Site) -> list[CdkValue] | Open:
    """The elements in rising order of what `key` gives for them."""
    marked: list[tuple[CdkValue, int]] = []
    for position, item in enumerate(items):
        value = item if key is None else machine.call(key, [item], {}, site)
        plain = _comparable(value)
        if isinstance(plain, Open):
            return plain
        marked.append((plain, position))
    kinds = {_kind(value) for value, _ in marked}
    if len(kinds) > 1:
        return Open("an order of values of several kinds")
    return [items[position] for _, position in sorted(marked)]


def _comparable(value: CdkValue) -> CdkValue:
    if isinstance(value, FilePath):
        return value.text
    if isinstance(value, list) and all(isinstance(part, str | int | float) for part in value):
        return tuple(value)
    return value if isinstance(value, str | int | float) else unknown(value)


def _kind(value: CdkValue) -> CdkValue:
    if isinstance(value, tuple):
        return tuple(_kind(part) for part in value)
    return "number" if isinstance(value, int | float) else "text"
