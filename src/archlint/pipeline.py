"""From a folder to a result: collect, divide, read, link, judge, join."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

from archlint.collect import Inventory, Tracked, collect
from archlint.config import Config
from archlint.finding import Hit
from archlint.memo import Kept
from archlint.model.outline import Outline
from archlint.model.place import Problem
from archlint.parts.divide import divided, together
from archlint.parts.memory import Memory
from archlint.parts.part import Part
from archlint.parts.workshop import Workshop
from archlint.result import ScanResult
from archlint.stages import Progress, Timed, unseen, untimed
from archlint.tree import DiskTree, Tree
from archlint.verdict import in_order, result_of
from archlint.watch import Watched

if TYPE_CHECKING:
    from archlint.parts.store import Store
    from archlint.parts.work import Bench
    from archlint.project import Project
    from archlint.readers.packaging.sizes.measurer import Measurer


Glances: TypeAlias = Mapping[str, Outline | Problem | None]

MAX_OPENED = 5_000
"""Parsed templates that are held."""


def scan(
    root: Path,
    config: Config,
    measurer: Measurer | None = None,
    timed: Timed = untimed,
    store: Store | None = None,
    jobs: int = 1,
    progress: Progress = unseen,
) -> ScanResult:
    """Reads the folder `root` without running or changing anything in it. Nothing is asked of a network but by the
    measurer. What did not change since the last scan with the same `store` is taken from there; `jobs` is the number
    of processes for what has to be made anew."""
    tree = Watched(DiskTree(root))
    name, before = "", None
    if store is not None:
        with timed("cache"):
            name = store.name(root, _settings(config))
            before = store.load(name)
    python = _Called(tree)
    memory = Memory(tree, before, {Tracked.NOTE: Tracked(tree).answer, python.NOTE: python.answer})
    with timed("collect"):
        inventory = memory.get("inventory", Inventory, lambda: collect(tree, config.exclude))
    python.paths = inventory.python
    opened = Kept[Any](tree, MAX_OPENED)
    with timed("templates"):
        glances = _glances(tree, inventory.candidates, opened, memory)
    division = divided(glances, inventory.candidates)
    workshop = Workshop(memory, lambda: _bench(tree, config, python, opened, measurer, timed), jobs, timed, progress)
    workshop.prepare(division.homes)
    parts = together(division.homes, workshop.part)
    with timed("findings"):
        result = result_of(parts, division, inventory, tree, config, _across(parts, config))
    if store is not None:
        with timed("cache"):
            kept = memory.kept()
            if kept is not None:
                store.save(name, kept)
    return result


def scan_tree(tree: Tree, config: Config, measurer: Measurer | None = None) -> ScanResult:
    """As `scan`, for any tree, and without a memory."""
    return examine(tree, config, measurer)[1]


def examine(
    tree: Tree, config: Config, measurer: Measurer | None = None, timed: Timed = untimed
) -> tuple[Project, ScanResult]:
    """The scan together with the project that it judged, which plans and pictures ask for more."""
    from archlint.parts.work import build, conclude, declare

    with timed("collect"):
        inventory = collect(tree, config.exclude)
    opened = Kept[Any](tree, MAX_OPENED)
    with timed("templates"):
        glances = _glances(tree, inventory.candidates, opened)
    division = divided(glances, inventory.candidates)
    bench = _bench(tree, config, _Called(tree, inventory.python), opened, measurer, timed)
    declared = declare(division.homes, bench)
    project = build(declared, bench)
    parts = [conclude(declared, project, bench)]
    with timed("findings"):
        return project, result_of(parts, division, inventory, tree, config, _across(parts, config))


def read_project(tree: Tree, config: Config, measurer: Measurer | None = None) -> Project:
    """The functions of a repository with their code and sizes, without a look at any rule."""
    from archlint.parts.work import build, declare

    inventory = collect(tree, config.exclude)
    opened = Kept[Any](tree, MAX_OPENED)
    glances = _glances(tree, inventory.candidates, opened)
    bench = _bench(tree, config, _Called(tree, inventory.python), opened, measurer, untimed, judges=False)
    return build(declare(divided(glances, inventory.candidates).homes, bench), bench)


class _Called:
    """The paths of the Python files with a file name; what is asked of it is noted."""

    NOTE = "p"

    def __init__(self, tree: Tree, paths: Sequence[str] = ()) -> None:
        self.paths = paths
        self._watched = tree if isinstance(tree, Watched) else None
        self._by_name: dict[str, list[str]] | None = None

    def __call__(self, name: str) -> Sequence[str]:
        if self._by_name is None:
            self._by_name = defaultdict(list)
            for path in self.paths:
                self._by_name[path.rpartition("/")[2]].append(path)
        found = self._by_name.get(name, [])
        if self._watched is not None:
            self._watched.note(f"{self.NOTE}{name}", "\n".join(found))
        return found

    def answer(self, name: str) -> str:
        """What the note about a file name says."""
        return "\n".join(path for path in self.paths if path.rpartition("/")[2] == name)


def _glances(tree: Tree, candidates: Iterable[str], opened: Kept[Any], memory: Memory | None = None) -> Glances:
    """What each file is at a glance; what is parsed for it is kept in `opened`."""
    kept: Glances = memory.last("glances", dict) if memory is not None else {}
    found: dict[str, Outline | Problem | None] = {}
    for path in candidates:
        if memory is not None and path in kept and memory.holds(f"r{path}"):
            found[path] = kept[path]
            continue
        from archlint.parts.work import glance

        found[path] = glance(tree, path, opened)
    if memory is not None:
        memory.keep("glances", found, (f"r{path}" for path in found), changed=found != kept)
    return found


def _bench(
    tree: Tree,
    config: Config,
    called: _Called,
    opened: Kept[Any],
    measurer: Measurer | None,
    timed: Timed,
    *,
    judges: bool = True,
) -> Bench:
    with timed("imports"):
        from archlint.code.program import Sources
        from archlint.parts.work import Bench

        checks = config.rulebook.checks(config.selected()) if judges else ()
        follows = judges and bool(config.rulebook.checks_over_all(config.selected()))
    return Bench(tree, Sources(tree), opened, checks, called, measurer, timed, config.limits, follows)


def _across(parts: Sequence[Part], config: Config) -> Iterator[tuple[str, Hit]]:
    """What rules find that look over all parts."""
    order = {deployed.function.id: number for number, deployed in enumerate(in_order(parts))}
    modules = sorted((one for part in parts for one in part.modules), key=lambda one: order[one.function])
    for page, check in config.rulebook.checks_over_all(config.selected()) if modules else ():
        yield from ((page.name, hit) for hit in check(modules, page, config.limits))


def _settings(config: Config) -> str:
    """Everything of the settings that what a part gives depends on."""
    return repr((sorted(config.selected()), config.exclude, config.limits, config.rulebook))
