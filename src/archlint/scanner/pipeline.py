"""From a folder to a result: look over it, divide it, read, link and judge each part, join what they gave."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from archlint.cache.incremental import CacheSnapshot
from archlint.cache.recording_tree import RecordingTree, VersionedTree
from archlint.config import Config
from archlint.finding import Hit
from archlint.knowledge.store import keep_parsed
from archlint.results.result import ScanResult
from archlint.scanner.findings import in_order, result_of
from archlint.scanner.scheduler import Scheduler
from archlint.scanner.survey import Survey, remembered_survey, remembering, survey
from archlint.scanner.unit import UnitResult, together
from archlint.stages import Progress, Timed, unseen, untimed
from archlint.tree import DiskTree, Tree

if TYPE_CHECKING:
    from archlint.cache.incremental import IncrementalCache
    from archlint.cache.store import Store
    from archlint.packaging.sizes.measurer import Measurer
    from archlint.project import Project
    from archlint.scanner.evaluate import ScanContext


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
    tree = RecordingTree(DiskTree(root))
    keep_parsed(store.folder if store is not None else None)
    if store is None:
        memory, called = remembering(tree, None, keeps=False)
    else:
        with timed("cache"):
            name = store.name(root, _settings(config))
            memory, called = remembering(tree, store.load(name))
    found = remembered_survey(memory, called, config.exclude, timed)
    result = _in_parts(memory, found, config, measurer, timed, jobs, progress)
    if store is not None:
        with timed("cache"):
            kept = memory.kept()
            if kept is not None:
                store.save(name, kept)
    return result


def rescan(
    tree: VersionedTree, config: Config, kept: CacheSnapshot | None = None, jobs: int = 1
) -> tuple[ScanResult, CacheSnapshot]:
    """As `scan`, for any tree that tells what changed in it since the scan that gave `kept`; second is what the next
    one takes."""
    memory, called = remembering(RecordingTree(tree), kept)
    result = _in_parts(memory, remembered_survey(memory, called, config.exclude), config, jobs=jobs)
    return result, memory.kept() or kept or CacheSnapshot()


def scan_tree(tree: Tree, config: Config, measurer: Measurer | None = None) -> ScanResult:
    """As `scan`, for any tree, and without a memory."""
    return examine(tree, config, measurer)[1]


def examine(
    tree: Tree, config: Config, measurer: Measurer | None = None, timed: Timed = untimed
) -> tuple[Project, ScanResult]:
    """The scan together with the project that it judged, which plans and pictures ask for more."""
    from archlint.scanner.evaluate import build, conclude, declare

    found = survey(tree, config.exclude, timed)
    bench = _bench(tree, config, found, measurer, timed)
    declared = declare(found.division.homes, bench)
    project = build(declared, bench)
    part = conclude(declared, project, bench)
    with timed("findings"):
        return project, _joined([part], found, tree, config)


def read_project(tree: Tree, config: Config, measurer: Measurer | None = None) -> Project:
    """The functions of a repository with their code and sizes, without a look at any rule."""
    from archlint.scanner.evaluate import build, declare

    found = survey(tree, config.exclude)
    bench = _bench(tree, config, found, measurer, untimed, judges=False)
    return build(declare(found.division.homes, bench), bench)


def _in_parts(
    memory: IncrementalCache,
    found: Survey,
    config: Config,
    measurer: Measurer | None = None,
    timed: Timed = untimed,
    jobs: int = 1,
    progress: Progress = unseen,
) -> ScanResult:
    """Each part is forgotten but for what it gave."""
    tree = memory.tree
    workshop = Scheduler(memory, lambda: _bench(tree, config, found, measurer, timed), jobs, timed, progress)
    workshop.prepare(found.division.homes)
    parts = together(found.division.homes, workshop.part)
    with timed("findings"):
        return _joined(parts, found, tree, config)


def _bench(
    tree: Tree, config: Config, found: Survey, measurer: Measurer | None, timed: Timed, *, judges: bool = True
) -> ScanContext:
    with timed("imports"):
        from archlint.code.program import Sources
        from archlint.scanner.evaluate import ScanContext

        checks = config.rulebook.checks(config.selected()) if judges else ()
        follows = judges and bool(config.rulebook.checks_over_all(config.selected()))
    return ScanContext(tree, Sources(tree), found.opened, checks, found.called, measurer, timed, config.limits, follows)


def _joined(parts: Sequence[UnitResult], found: Survey, tree: Tree, config: Config) -> ScanResult:
    return result_of(parts, found.division, found.inventory, tree, config, _over_all(parts, config))


def _over_all(parts: Sequence[UnitResult], config: Config) -> Iterator[tuple[str, Hit]]:
    """What rules find that look at all parts together."""
    order = {deployed.function.id: number for number, deployed in enumerate(in_order(parts))}
    modules = sorted((one for part in parts for one in part.modules), key=lambda one: order[one.function])
    for page, check in config.rulebook.checks_over_all(config.selected()) if modules else ():
        yield from ((page.name, hit) for hit in check(modules, page, config.limits))


def _settings(config: Config) -> str:
    """Everything of the settings that what a part gives depends on."""
    return repr((sorted(config.selected()), config.exclude, config.limits, config.rulebook))
