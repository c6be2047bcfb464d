"""What a loop goes over."""

from __future__ import annotations

from typing import TYPE_CHECKING

from archlint.readers.cdk.evaluator.objects import Handle
from archlint.readers.cdk.evaluator.operators import equal, unknown
from archlint.readers.cdk.values import REST, CdkValue, Open, Several, UserClass

if TYPE_CHECKING:
    from archlint.readers.cdk.evaluator.machine import Machine


def each(machine: Machine, value: CdkValue, script: bool) -> list[CdkValue] | Open:
    """The elements in order; a Several among them stands for any number of unknown ones."""
    if isinstance(value, list):
        return machine.budget.items(len(value)) or list(value)
    if isinstance(value, dict):
        pairs: list[CdkValue] = []
        for key, item in value.items():
            if key == REST:
                pairs.append(Several(unknown(item).reason))
            elif script:
                pairs.append([unkeyed(key), item])
            else:
                pairs.append(unkeyed(key))
        return machine.budget.items(len(pairs)) or pairs
    if isinstance(value, str):
        return machine.budget.items(len(value)) or list(value)
    if isinstance(value, Handle):
        text = machine.modules.files.read(value.path)
        return text if isinstance(text, Open) else each(machine, text.splitlines(keepends=True), script)
    if isinstance(value, UserClass) and "members" in value.attributes and isinstance(value.attributes["members"], list):
        return list(value.attributes["members"])
    return unknown(value)


def unkeyed(key: CdkValue) -> CdkValue:
    """A list that is a key of a dict is kept as a tuple."""
    return list(key) if isinstance(key, tuple) else key


def distinct(machine: Machine, items: list[CdkValue], script: bool) -> list[CdkValue]:
    """Without the later ones of equal elements."""
    seen: set[object] = set()
    found: list[CdkValue] = []
    for item in items:
        if isinstance(item, str | int | float | bool) or item is None:
            mark = (isinstance(item, bool) and script, item)
            if mark in seen:
                continue
            seen.add(mark)
            found.append(item)
        elif not any(equal(item, other, script, machine.budget) is True for other in found):
            found.append(item)
    return found
