"""Answers about a tree that are worked out once: many functions share a folder."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from functools import wraps
from typing import Concatenate, Generic, ParamSpec, TypeVar
from weakref import WeakKeyDictionary

from archlint.cache.recording_tree import RecordingTree
from archlint.tree import Tree

P = ParamSpec("P")
R = TypeVar("R")


class TreeMemo(Generic[R]):
    """Answers by key, as long as they are kept; using one again asks the tree again as far as a watched tree can tell.

    Beyond `most` answers the one that was not used for the longest is forgotten."""

    def __init__(self, tree: Tree, most: int | None = None) -> None:
        self._watched = tree if isinstance(tree, RecordingTree) else None
        self._most = most
        self._answers: dict[Hashable, tuple[R, frozenset[str]]] = {}

    def get(self, key: Hashable, make: Callable[[], R]) -> R:
        found = self._answers.get(key)
        if found is not None:
            if self._most is not None:
                self._answers[key] = self._answers.pop(key)
            if self._watched is not None:
                self._watched.again(found[1])
            return found[0]
        if self._watched is None:
            answer, notes = make(), frozenset[str]()
        else:
            with self._watched.recording() as noted:
                answer = make()
            notes = frozenset(noted)
        self._answers[key] = (answer, notes)
        if self._most is not None and len(self._answers) > self._most:
            del self._answers[next(iter(self._answers))]
        return answer

    def forget(self, key: Hashable) -> None:
        """It is worked out again if anybody asks."""
        self._answers.pop(key, None)


def per_tree(answer: Callable[Concatenate[Tree, P], R]) -> Callable[Concatenate[Tree, P], R]:
    """Keeps a function's answers as long as the tree lives; the other arguments must be hashable."""
    held: WeakKeyDictionary[Tree, TreeMemo[R]] = WeakKeyDictionary()

    @wraps(answer)
    def remembered(tree: Tree, /, *args: P.args, **kwargs: P.kwargs) -> R:
        kept = held.get(tree)
        if kept is None:
            kept = held[tree] = TreeMemo(tree)
        return kept.get((args, tuple(sorted(kwargs.items()))), lambda: answer(tree, *args, **kwargs))

    return remembered
