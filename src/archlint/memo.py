"""Answers about a tree that are worked out once: many functions share a folder."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec, TypeVar
from weakref import WeakKeyDictionary

from archlint.tree import Tree

P = ParamSpec("P")
R = TypeVar("R")


def per_tree(answer: Callable[Concatenate[Tree, P], R]) -> Callable[Concatenate[Tree, P], R]:
    """Keeps a function's answers as long as the tree lives; the other arguments must be hashable."""
    held: WeakKeyDictionary[Tree, dict[object, R]] = WeakKeyDictionary()

    @wraps(answer)
    def remembered(tree: Tree, /, *args: P.args, **kwargs: P.kwargs) -> R:
        answers = held.setdefault(tree, {})
        key = (args, tuple(sorted(kwargs.items())))
        if key not in answers:
            answers[key] = answer(tree, *args, **kwargs)
        return answers[key]

    return remembered
