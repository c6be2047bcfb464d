"""Where parts come from: the memory, this process, or further ones."""

from __future__ import annotations

import gc
from collections import defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

from archlint.parts.memory import Kept, Memory
from archlint.parts.part import Home, Part
from archlint.stages import Progress, Timed, unseen, untimed

if TYPE_CHECKING:
    from archlint.parts.work import Bench


_NEW_OBJECTS = 1_000_000
"""About 100 MB."""

_SELDOM = 5


_PART = "part"
"""What the keys of parts in a memory begin with."""


@dataclass
class Workshop:
    """`make_bench` is called when the first part has to be made."""

    memory: Memory
    make_bench: Callable[[], Bench]
    jobs: int = 1
    timed: Timed = untimed
    progress: Progress = unseen
    done: int = field(default=0, init=False)
    all: int = field(default=0, init=False)
    _looked: int = field(default=0, init=False)

    def prepare(self, homes: Sequence[Home]) -> None:
        """Lets further processes make what the memory lacks, where there are many."""
        self.all = len(homes)
        missing = [home for home in homes if not self.memory.has(_key((home,)))] if self.jobs > 1 else []
        if not missing:
            return
        from archlint.parts.jobs import MANY, in_processes

        if len(missing) < MANY:
            return
        from archlint.parts.work import part_of

        bench, tree = self.bench, self.memory.tree
        with self.timed("processes"):
            for home, data, notes in in_processes(missing, lambda home: part_of((home,), bench), tree, self.jobs):
                self.memory.take(_key((home,)), data, notes)
                self._count()

    def part(self, homes: tuple[Home, ...]) -> Part:
        found = self.memory.get(_key(homes), Part, lambda: self._make(homes), lambda part: part.sound)
        self._count()
        return found

    @cached_property
    def bench(self) -> Bench:
        return self.make_bench()

    def _make(self, homes: tuple[Home, ...]) -> Part:
        from archlint.parts.work import part_of

        part = part_of(homes, self.bench)
        self._forget()
        return part

    def _forget(self) -> None:
        """Code and what was thought about it refer to each other. Where the collector of such cycles is off, because
        it would look at everything again and again, it looks at what is new, and seldom at all."""
        if not gc.isenabled() and gc.get_count()[0] > _NEW_OBJECTS:
            self._looked += 1
            gc.collect(2 if self._looked % _SELDOM == 0 else 1)

    def _count(self) -> None:
        self.done += 1
        self.progress(min(self.done, self.all), self.all)


def homes_reading(kept: Kept, paths: Collection[str]) -> Mapping[str, frozenset[str]]:
    """For each of the paths the homes whose part rests on the file, each by the path that stands for it; homes that
    know each other count together."""
    numbers: dict[int, str] = {}
    for number, note in enumerate(kept.notes):
        path = note[1:].partition("\0")[0]
        if note.startswith("r") and path in paths:
            numbers[number] = path
    found: defaultdict[str, set[str]] = defaultdict(set)
    for key, entry in kept.entries.items():
        kind, *homes = key.split("\n")
        for number in entry.notes if kind == _PART else ():
            if number in numbers:
                found[numbers[number]].update(homes)
    return {path: frozenset(found[path]) for path in paths}


def _key(homes: Sequence[Home]) -> str:
    return "\n".join((_PART, *(home.path for home in homes)))
