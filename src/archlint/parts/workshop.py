"""Where parts come from: the memory, this process, or further ones."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

from archlint.parts.memory import Memory
from archlint.parts.part import Home, Part
from archlint.stages import Progress, Timed, unseen, untimed

if TYPE_CHECKING:
    from archlint.parts.work import Bench


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
        found = self.memory.get(_key(homes), Part, lambda: self._make(homes))
        self._count()
        return found

    @cached_property
    def bench(self) -> Bench:
        return self.make_bench()

    def _make(self, homes: tuple[Home, ...]) -> Part:
        from archlint.parts.work import part_of

        return part_of(homes, self.bench)

    def _count(self) -> None:
        self.done += 1
        self.progress(min(self.done, self.all), self.all)


def _key(homes: Sequence[Home]) -> str:
    return "\n".join(("part", *(home.path for home in homes)))
