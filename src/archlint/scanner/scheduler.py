"""Where parts come from: the memory, this process, or further ones."""

from __future__ import annotations

import gc
from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, TypeAlias

from archlint.cache.frozen import freeze
from archlint.cache.incremental import CacheSnapshot, IncrementalCache
from archlint.cache.recording_tree import RecordedAnswer, RecordingTree
from archlint.scanner.unit import ScanUnit, UnitResult
from archlint.stages import Progress, Timed, unseen, untimed

if TYPE_CHECKING:
    from archlint.scanner.evaluate import ScanContext


MANY = 150
"""Homes from which on further processes pay: each costs some hundredths of a second."""

_AT_ONCE = 8
"""Homes that a process takes at a time."""

Done: TypeAlias = tuple[ScanUnit, bytes, frozenset[str], dict[str, tuple[str, str]]]
"""A home, its frozen part (nothing for one that is not sound), what that rests on, and the answers to these notes."""

_work: list[Callable[[ScanUnit], Done]] = []


def in_processes(
    homes: Sequence[ScanUnit], part_of: Callable[[ScanUnit], UnitResult], tree: RecordingTree, jobs: int
) -> Iterator[tuple[ScanUnit, bytes, frozenset[str]]]:
    """The frozen parts of homes with their notes, as far as the processes come and no error of archlint's own costs
    something; the answers are noted."""
    from concurrent.futures import ProcessPoolExecutor
    from concurrent.futures.process import BrokenProcessPool
    from multiprocessing import get_context

    def work(home: ScanUnit) -> Done:
        with tree.recording() as notes:
            part = part_of(home)
        answers = {note: (tree.answers[note].digest, tree.answers[note].stamp) for note in notes}
        return home, freeze(part) if part.sound else b"", frozenset(notes), answers

    _work[:] = [work]
    try:
        with ProcessPoolExecutor(jobs, get_context("fork")) as pool:
            for home, data, notes, answers in pool.map(_one, homes, chunksize=_AT_ONCE):
                for note, (digest, stamp) in answers.items():
                    tree.answers.setdefault(note, RecordedAnswer(digest, stamp))
                if data:
                    yield home, data, notes
    except (BrokenProcessPool, OSError):
        return
    finally:
        _work.clear()


def _one(home: ScanUnit) -> Done:
    return _work[0](home)


_NEW_OBJECTS = 1_000_000
"""About 100 MB."""

_SELDOM = 5


_PART = "part"
"""What the keys of parts in a memory begin with."""


@dataclass
class Scheduler:
    """`make_bench` is called when the first part has to be made."""

    memory: IncrementalCache
    make_bench: Callable[[], ScanContext]
    jobs: int = 1
    timed: Timed = untimed
    progress: Progress = unseen
    done: int = field(default=0, init=False)
    all: int = field(default=0, init=False)
    _looked: int = field(default=0, init=False)

    def prepare(self, homes: Sequence[ScanUnit]) -> None:
        """Lets further processes make what the memory lacks, where there are many."""
        self.all = len(homes)
        missing = [home for home in homes if not self.memory.has(_key((home,)))] if self.jobs > 1 else []
        if not missing:
            return
        from archlint.scanner.scheduler import MANY, in_processes

        if len(missing) < MANY:
            return
        from archlint.scanner.evaluate import part_of

        bench, tree = self.bench, self.memory.tree
        with self.timed("processes"):
            for home, data, notes in in_processes(missing, lambda home: part_of((home,), bench), tree, self.jobs):
                self.memory.take(_key((home,)), data, notes)
                self._count()

    def part(self, homes: tuple[ScanUnit, ...]) -> UnitResult:
        found = self.memory.get(_key(homes), UnitResult, lambda: self._make(homes), lambda part: part.sound)
        self._count()
        return found

    @cached_property
    def bench(self) -> ScanContext:
        return self.make_bench()

    def _make(self, homes: tuple[ScanUnit, ...]) -> UnitResult:
        from archlint.scanner.evaluate import part_of

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


def homes_reading(kept: CacheSnapshot, paths: Collection[str]) -> Mapping[str, frozenset[str]]:
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


def _key(homes: Sequence[ScanUnit]) -> str:
    return "\n".join((_PART, *(home.path for home in homes)))
