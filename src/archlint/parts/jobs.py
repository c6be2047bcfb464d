"""Parts in several processes, which share what was read before they began."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TypeAlias

from archlint.parts.frozen import freeze
from archlint.parts.part import Home, Part
from archlint.watch import Answer, Watched

MANY = 150
"""Homes from which on further processes pay: each costs some hundredths of a second."""

_AT_ONCE = 8
"""Homes that a process takes at a time."""

Done: TypeAlias = tuple[Home, bytes, frozenset[str], dict[str, tuple[str, str]]]
"""A home, its frozen part (nothing for one that is not sound), what that rests on, and the answers to these notes."""

_work: list[Callable[[Home], Done]] = []


def in_processes(
    homes: Sequence[Home], part_of: Callable[[Home], Part], tree: Watched, jobs: int
) -> Iterator[tuple[Home, bytes, frozenset[str]]]:
    """The frozen parts of homes with their notes, as far as the processes come and no error of archlint's own costs
    something; the answers are noted."""
    from concurrent.futures import ProcessPoolExecutor
    from concurrent.futures.process import BrokenProcessPool
    from multiprocessing import get_context

    def work(home: Home) -> Done:
        with tree.noting() as notes:
            part = part_of(home)
        answers = {note: (tree.answers[note].digest, tree.answers[note].stamp) for note in notes}
        return home, freeze(part) if part.sound else b"", frozenset(notes), answers

    _work[:] = [work]
    try:
        with ProcessPoolExecutor(jobs, get_context("fork")) as pool:
            for home, data, notes, answers in pool.map(_one, homes, chunksize=_AT_ONCE):
                for note, (digest, stamp) in answers.items():
                    tree.answers.setdefault(note, Answer(digest, stamp))
                if data:
                    yield home, data, notes
    except (BrokenProcessPool, OSError):
        return
    finally:
        _work.clear()


def _one(home: Home) -> Done:
    return _work[0](home)
