"""Measured sizes in place of estimated ones, as far as a measurer gives them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from archlint.knowledge.slimming import cpu_index
from archlint.model.size import SizePart
from archlint.packaging.dependencies.choice import DependencyChoice
from archlint.packaging.dependencies.indexes import is_cpu_index
from archlint.packaging.dependencies.locks import best_wheel, installed, lock_at
from archlint.packaging.dependencies.wanted import Want, Wants, read_wants
from archlint.packaging.sizes.measurer import Failed, Measured, Measurer, Request, WheelFile
from archlint.packaging.sizes.table import Estimate, closure
from archlint.packaging.target import PackageTarget
from archlint.syntax.locks import Locked, LockError, is_lock
from archlint.syntax.project_files import is_project_file
from archlint.syntax.requirements import decode, parse_requirements
from archlint.tree import Tree, UnreadableError


def measured(
    offline: Estimate,
    tree: Tree,
    path: str,
    target: PackageTarget,
    vendored: frozenset[str],
    choice: DependencyChoice,
    by: Measurer,
) -> Estimate:
    """The estimate of the dependency file at `path` with the measurer's bytes; as it was where it gives none."""
    if is_lock(path.rpartition("/")[2]):
        lock = lock_at(tree, path)
        if isinstance(lock, LockError):
            return offline
        packages = tuple(
            one for one in installed(lock, target, choice) if one.indexed and not one.own and one.name not in vendored
        )
        return _with_locked(offline, packages, target, by)
    return measured_wants(offline, tree, read_wants(tree, path, target, choice), target, vendored, by)


def _with_locked(offline: Estimate, packages: tuple[Locked, ...], target: PackageTarget, by: Measurer) -> Estimate:
    """A lock that names no files, as Pipenv writes it, is asked for by its versions."""
    if packages and not any(one.wheels or one.sdist for one in packages):
        pins = tuple(f"{one.name}=={one.version}" for one in packages if one.version)
        found = by.requirements(Request(pins, target))
    else:
        found = by.locked(tuple(wheel for one in packages if (wheel := _wheel(one, target)) is not None))
    if isinstance(found, Failed):
        return offline
    names = {one.name for one in packages}
    exact = {part.name: part for part in found.parts if part.name in names}
    parts = tuple(exact.get(part.name, part) for part in offline.parts)
    added = tuple(part for name, part in exact.items() if name not in {held.name for held in offline.parts})
    unknown = tuple(name for name in offline.unknown if name not in exact)
    guessed = any(part.name in names and part.name not in exact for part in parts)
    return replace(
        offline,
        parts=parts + added,
        unknown=unknown,
        method=offline.method if guessed else "online",
        resolved_on=found.resolved_at[:10] or None,
    )


def _wheel(locked: Locked, target: PackageTarget) -> WheelFile | None:
    file = best_wheel(locked.wheels, target)
    return None if file is None else WheelFile(locked.name, locked.version, file.name, size=file.size)


def measured_wants(
    offline: Estimate, tree: Tree, wants: Wants, target: PackageTarget, vendored: frozenset[str], by: Measurer
) -> Estimate:
    """Packages without a wheel come from the table, with what they need."""
    asked = tuple(want for want in wants.packages if want.sure)
    found = by.requirements(_request(tree, wants, asked, target)) if asked else None
    if not isinstance(found, Measured):
        return offline
    exact = tuple(part for part in found.parts if part.name not in vendored)
    names = frozenset(part.name for part in exact)
    missing = {one.name for one in found.unknown} - vendored
    by_name = {want.name: want for want in asked}
    rest = closure([by_name.get(name, Want(name)) for name in sorted(missing)], target, vendored | names, wants.served)
    tabled = {part.name for part in closure(wants.packages, target, vendored, wants.served).parts}
    kept = _kept(offline.parts, tabled | {f"the extras of {extra}" for extra in wants.extras})
    unknown = tuple(name for name in offline.unknown if name in {part.name for part in kept})
    guessed = any(part.name not in rest.unknown for part in rest.parts)
    return replace(
        offline,
        parts=(*exact, *rest.parts, *kept),
        unknown=(*rest.unknown, *unknown),
        method=offline.method if guessed else "online",
        resolved_on=found.resolved_at[:10] or None,
    )


def _kept(parts: Iterable[SizePart], replaced: set[str]) -> tuple[SizePart, ...]:
    """What an index cannot tell: projects and wheels of the repository, and lines that name no package."""
    return tuple(part for part in parts if part.name not in replaced)


def _request(tree: Tree, wants: Wants, asked: tuple[Want, ...], target: PackageTarget) -> Request:
    extras: dict[str, set[str]] = {}
    for one in wants.named:
        extras.setdefault(one.name, set()).update(one.extras)
    lines = []
    for want in asked:
        more = ",".join(sorted(extras.get(want.name, ())))
        lines.append(f"{want.name}[{more}]{want.specifier}" if more else f"{want.name}{want.specifier}")
    found = _indexes(tree, wants)
    index = next((url for name, url in found if name == "--index-url"), "")
    beside = [url for name, url in found if name == "--extra-index-url"]
    cpu = wants.served.cpu or any(want.local == "cpu" for want in asked)
    if cpu and not any(is_cpu_index(url) for _, url in found):
        beside.append(cpu_index())
    return Request(tuple(lines), target, index, tuple(dict.fromkeys(beside)))


def _indexes(tree: Tree, wants: Wants) -> list[tuple[str, str]]:
    """The index options of the requirements files, without credentials; pip takes the last --index-url."""
    found: list[tuple[str, str]] = []
    for path in reversed(wants.evidence):
        try:
            lines = () if is_project_file(path.rpartition("/")[2]) else parse_requirements(decode(tree.read(path)))
        except UnreadableError:
            continue
        found += [(line.name, line.url) for line in reversed(lines) if line.kind == "option" and line.url]
    return found
