"""The first look at a repository: which files there are, what each is at a glance, and what belongs together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from archlint.cache.incremental import CacheSnapshot, IncrementalCache
from archlint.cache.memo import TreeMemo
from archlint.cache.recording_tree import RecordingTree
from archlint.collect import Inventory, PythonFileIndex, Tracked, collect
from archlint.model.outline import Outline
from archlint.model.place import Problem
from archlint.readers.registry import FILE_NAMES, TEMPLATES, Parsed
from archlint.scanner.unit import Division, divided
from archlint.stages import Timed, untimed
from archlint.tree import Tree

Glances: TypeAlias = Mapping[str, Outline | Problem | None]

MAX_OPENED = 5_000
"""Parsed templates that are held."""

_INVENTORY, _GLANCES = "inventory", "glances"


@dataclass(frozen=True, slots=True)
class Survey:
    """`opened` holds what was parsed for a glance."""

    inventory: Inventory
    division: Division
    called: PythonFileIndex
    opened: Parsed


def survey(tree: Tree, exclude: Sequence[str], timed: Timed = untimed) -> Survey:
    """`exclude` holds patterns in .gitignore's syntax."""
    with timed("collect"):
        inventory = collect(tree, exclude, FILE_NAMES)
    opened = TreeMemo[Any](tree, MAX_OPENED)
    with timed("templates"):
        glances = {path: TEMPLATES.summary(tree, path, opened) for path in inventory.candidates}
    division = divided(glances, inventory.candidates)
    return Survey(inventory, division, PythonFileIndex(tree, inventory.python), opened)


def remembering(
    tree: RecordingTree, before: CacheSnapshot | None, *, keeps: bool = True
) -> tuple[IncrementalCache, PythonFileIndex]:
    """The memory for a scan of a tree, and what will answer its notes about file names."""
    called = PythonFileIndex(tree)
    others = {Tracked.NOTE: Tracked(tree).answer, called.NOTE: called.answer}
    return IncrementalCache(tree, before, others, keeps=keeps), called


def remembered_survey(
    memory: IncrementalCache, called: PythonFileIndex, exclude: Sequence[str], timed: Timed = untimed
) -> Survey:
    """As `survey`, with a new look only at what changed."""
    tree = memory.tree
    with timed("collect"):
        inventory = memory.get(_INVENTORY, Inventory, lambda: collect(tree, exclude, FILE_NAMES))
    called.paths = inventory.python
    opened = TreeMemo[Any](tree, MAX_OPENED)
    with timed("templates"):
        kept: Glances = memory.last(_GLANCES, dict)
        glances = {
            path: kept[path] if path in kept and memory.holds(f"r{path}") else TEMPLATES.summary(tree, path, opened)
            for path in inventory.candidates
        }
        memory.keep(_GLANCES, glances, (f"r{path}" for path in glances), changed=glances != kept)
    return Survey(inventory, divided(glances, inventory.candidates), called, opened)


def last_survey(tree: RecordingTree, kept: CacheSnapshot) -> Survey:
    """What the scan saw that left `kept`, without a look at the tree."""
    memory = IncrementalCache(tree, kept)
    inventory = memory.last(_INVENTORY, Inventory)
    division = divided(memory.last(_GLANCES, dict), inventory.candidates)
    return Survey(inventory, division, PythonFileIndex(tree, inventory.python), TreeMemo[Any](tree, MAX_OPENED))
