"""Writes to what an app can change, so that both branches of an open condition start from the same state."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from archlint.readers.cdk.values import CdkValue, Open, Several, Woven


class _Missing:
    __slots__ = ()


MISSING: Final = _Missing()

Dict = dict[Any, CdkValue]
List = list[CdkValue]


@dataclass(frozen=True, slots=True, eq=False)
class Slot:
    """A key of a dict before and after. `named`: a name of the program, which is only read where it was written."""

    owner: Dict
    key: Hashable
    old: CdkValue
    new: CdkValue
    named: bool


@dataclass(eq=False, slots=True)
class MemoryChange:
    """What one branch wrote, undone."""

    slots: dict[tuple[int, Hashable], Slot] = field(default_factory=dict)
    lists: dict[int, tuple[List, List, List]] = field(default_factory=dict)
    """(the list, its elements before, its elements after)"""


@dataclass(eq=False, slots=True)
class _Journal:
    slots: dict[tuple[int, Hashable], tuple[Dict, Hashable, CdkValue, bool]] = field(default_factory=dict)
    lists: dict[int, tuple[List, List]] = field(default_factory=dict)
    fresh: dict[int, Dict | List] = field(default_factory=dict)
    """What was made since: it need not be undone."""


class Memory:
    """Every write of the evaluator to a dict or list of the app goes through here."""

    def __init__(self) -> None:
        self.journals: list[_Journal] = []

    def born_dict(self, owner: Dict) -> Dict:
        if self.journals:
            self.journals[-1].fresh[id(owner)] = owner
        return owner

    def born_list(self, owner: List) -> List:
        if self.journals:
            self.journals[-1].fresh[id(owner)] = owner
        return owner

    def put(self, owner: Dict, key: Hashable, value: CdkValue, named: bool = False) -> None:
        self._note(owner, key, named)
        owner[key] = value

    def drop(self, owner: Dict, key: Hashable) -> None:
        self._note(owner, key, False)
        owner.pop(key, None)

    def _note(self, owner: Dict, key: Hashable, named: bool) -> None:
        if self.journals and id(owner) not in self.journals[-1].fresh:
            slot = (id(owner), key)
            self.journals[-1].slots.setdefault(slot, (owner, key, owner.get(key, MISSING), named))

    def touch(self, owner: List) -> List:
        """To be called before a list is changed."""
        if self.journals and id(owner) not in self.journals[-1].fresh:
            self.journals[-1].lists.setdefault(id(owner), (owner, list(owner)))
        return owner

    def begin(self) -> None:
        self.journals.append(_Journal())

    def end(self) -> MemoryChange:
        """Undoes all writes since `begin` and says what they were."""
        journal = self.journals.pop()
        change = MemoryChange()
        for slot, (owner, key, old, named) in journal.slots.items():
            change.slots[slot] = Slot(owner, key, old, owner.get(key, MISSING), named)
            if old is MISSING:
                owner.pop(key, None)
            else:
                owner[key] = old
        for name, (xs, before) in journal.lists.items():
            change.lists[name] = (xs, before, list(xs))
            xs[:] = before
        if self.journals:
            self.journals[-1].fresh.update(journal.fresh)
        return change

    def merge(self, changes: Sequence[MemoryChange], unknown: Open) -> None:
        """The state after one of several branches, nobody knows which: what they agree on stays."""
        if len(changes) == 1:
            self._apply(changes[0])
            return
        for slot in {slot: None for change in changes for slot in change.slots}:
            kept = [change.slots[slot] for change in changes if slot in change.slots]
            values = [change.slots[slot].new if slot in change.slots else kept[0].old for change in changes]
            if kept[0].named:
                values = [value for value in values if value is not MISSING]
            self._write(kept[0], values[0] if all(same(values[0], v) for v in values) else unknown)
        for name in {name: None for change in changes for name in change.lists}:
            present = [change.lists[name] for change in changes if name in change.lists]
            after = [change.lists[name][2] if name in change.lists else present[0][1] for change in changes]
            self.touch(present[0][0])[:] = _common(after, unknown)

    def _apply(self, change: MemoryChange) -> None:
        for slot in change.slots.values():
            self._write(slot, slot.new)
        for xs, _, after in change.lists.values():
            self.touch(xs)[:] = after

    def _write(self, slot: Slot, value: CdkValue) -> None:
        if value is MISSING:
            self.drop(slot.owner, slot.key)
        else:
            self.put(slot.owner, slot.key, value, slot.named)

    def blur(self, change: MemoryChange, unknown: Open) -> None:
        """The state in some later round of a loop that may have made `change`."""
        for slot in change.slots.values():
            if slot.old is not MISSING and not same(slot.old, slot.new):
                self.put(slot.owner, slot.key, unknown, slot.named)
        for xs, before, after in change.lists.values():
            self.touch(xs)[:] = _common([before, after], unknown)


def same(one: CdkValue, other: CdkValue) -> bool:
    """Whether two values are surely the same, without looking into lists and dicts."""
    if one is other:
        return True
    if isinstance(one, Woven) and isinstance(other, Woven):
        return one.pattern == other.pattern and one.references == other.references
    if isinstance(one, Open) and isinstance(other, Open):
        return type(one) is type(other)
    if type(one) is not type(other) or isinstance(one, list | dict):
        return False
    return bool(one == other)


def _common(versions: list[List], unknown: Open) -> List:
    """The elements that all versions begin with, and any number of unknown ones when they go on differently."""
    shortest = min(len(version) for version in versions)
    first = versions[0]
    length = 0
    while length < shortest and all(same(first[length], version[length]) for version in versions):
        length += 1
    end = [] if all(len(version) == length for version in versions) else [Several(unknown.reason)]
    return first[:length] + end
