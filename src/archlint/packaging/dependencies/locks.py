"""What a lock file installs on a target."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from packaging.utils import InvalidWheelFilename, parse_wheel_filename

from archlint.cache.memo import per_tree
from archlint.packaging.dependencies.choice import MAIN_ONLY, DependencyChoice
from archlint.packaging.target import PackageTarget
from archlint.syntax.locks import MAIN, Lock, Locked, LockedFile, LockEdge, LockError, parse_lock, project_file
from archlint.syntax.requirements import decode
from archlint.tree import Tree, UnreadableError, join, parent

MAX_EDGES = 30_000
"""Dependencies that are followed; each may have a marker of its own to evaluate."""


@per_tree
def lock_at(tree: Tree, path: str) -> Lock | LockError:
    """The lock file at `path`, or why it cannot be read."""
    name = path.rpartition("/")[2]
    beside = join(parent(path), project_file(name)) or ""
    try:
        project = decode(tree.read(beside)) if tree.is_file(beside) else ""
        return parse_lock(name, decode(tree.read(path)), project)
    except UnreadableError as error:
        return LockError(str(error))
    except LockError as error:
        return error


def installed(lock: Lock, target: PackageTarget, choice: DependencyChoice = MAIN_ONLY) -> tuple[Locked, ...]:
    """The packages that an install of the chosen groups and extras puts on the target."""
    held: dict[str, list[Locked]] = {}
    for package in lock.packages:
        held.setdefault(package.name, []).append(package)
    found: dict[str, Locked] = {}
    queue = [edge for name, edges in lock.extras.items() if choice.has_extra(name) for edge in edges]
    if lock.roots is None:
        for package in lock.packages:
            if _is_chosen(package, lock, choice) and all(target.admits_text(m) for m in package.markers):
                found[package.name] = package
    else:
        queue += _starts(lock, held, choice)
    seen: set[LockEdge] = set()
    while queue and len(seen) < MAX_EDGES:
        edge = queue.pop()
        if edge in seen or not target.admits_text(edge.marker):
            continue
        seen.add(edge)
        locked = _which(held.get(edge.name, []), edge, target)
        if locked is None:
            continue
        found[locked.name] = locked
        queue.extend(locked.edges)
        queue.extend(_asked(locked.extras, edge.extras))
    return tuple(found.values())


def _is_chosen(package: Locked, lock: Lock, choice: DependencyChoice) -> bool:
    if package.optional:
        return False
    main = MAIN in package.groups and choice.main
    return main or any(choice.has_group(group, lock.default_groups) for group in package.groups - {MAIN})


def _starts(lock: Lock, held: Mapping[str, list[Locked]], choice: DependencyChoice) -> Iterator[LockEdge]:
    if choice.main:
        yield from lock.roots or ()
    for name, edges in lock.groups.items():
        if choice.has_group(name, lock.default_groups):
            yield from (edge for edge in edges if edge.name in held)


def _asked(extras: Mapping[str, tuple[LockEdge, ...]], wanted: tuple[str, ...]) -> Iterator[LockEdge]:
    for extra in wanted:
        yield from extras.get(extra, ())


def _which(candidates: list[Locked], edge: LockEdge, target: PackageTarget) -> Locked | None:
    """A universal lock may hold several versions of a package for different targets."""
    fitting = [c for c in candidates if not edge.version or c.version == edge.version]
    for one in fitting:
        if not one.markers or any(target.admits_text(m) for m in one.markers):
            return one
    return fitting[0] if fitting else None


def best_wheel(wheels: tuple[LockedFile, ...], target: PackageTarget) -> LockedFile | None:
    """The one that an installer takes on the target; None where none fits."""
    ranked: list[tuple[int, int]] = []
    for index, wheel in enumerate(wheels):
        try:
            rank = target.rank(parse_wheel_filename(wheel.name)[3])
        except (InvalidWheelFilename, ValueError):
            continue
        if rank is not None:
            ranked.append((rank, index))
    return wheels[min(ranked)[1]] if ranked else None
