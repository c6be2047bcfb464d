"""Sizes from lock files: the compressed size of each locked wheel times the measured ratio of its package."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from packaging.utils import InvalidWheelFilename, parse_wheel_filename

from archlint.knowledge.wheels import guard_factor, interval_k, known_ratio_sd, pick, ratio_class
from archlint.model.size import Part
from archlint.readers.packaging.table import UNKNOWN_BYTES, Estimate, single, unknown_part
from archlint.readers.packaging.target import Target
from archlint.syntax.locks import Edge, Lock, Locked, LockedFile, LockError, parse_lock
from archlint.syntax.requirements import decode
from archlint.tree import Tree, UnreadableError, join

SDIST_RATIO = 3.0
SDIST_SD_LOG = 0.7
"""A source archive says little about what it builds: a judgement, wide on purpose."""


@dataclass(frozen=True, slots=True)
class _Guess:
    name: str
    size: float
    sd_log: float


def read_lock(tree: Tree, folder: str, name: str, target: Target, vendored: frozenset[str]) -> Estimate:
    """What the lock file `name` in `folder` installs. A lock that cannot be read is among the unknown."""
    path = join(folder, name) or name
    try:
        project = join(folder, "pyproject.toml") or "pyproject.toml"
        beside = decode(tree.read(project)) if name == "poetry.lock" and tree.is_file(project) else ""
        lock = parse_lock(name, decode(tree.read(path)), beside)
    except (UnreadableError, LockError):
        return Estimate(unknown=(f"what {name} locks",), evidence=(path,), method="lock")
    guesses: list[_Guess] = []
    parts: list[Part] = []
    unknown: list[str] = []
    for locked in installed(lock, target):
        if locked.own or locked.name in vendored:
            continue
        if not locked.indexed:
            unknown.append(locked.name)
        elif guess := _guess(locked, target):
            guesses.append(guess)
        elif part := single(locked.name, locked.version, target):
            parts.append(part)
        else:
            unknown.append(locked.name)
    parts.extend(_ranges(guesses))
    parts.extend(unknown_part(name) for name in unknown)
    return Estimate(tuple(parts), tuple(unknown), (path,), "lock")


def installed(lock: Lock, target: Target) -> tuple[Locked, ...]:
    """The packages that an install without development groups puts on the target."""
    held: dict[str, list[Locked]] = {}
    for package in lock.packages:
        held.setdefault(package.name, []).append(package)
    if lock.roots is None:
        every = (p for p in lock.packages if all(target.admits_text(m) for m in p.markers))
        return tuple({p.name: p for p in every}.values())
    found: dict[str, Locked] = {}
    seen: set[Edge] = set()
    queue = list(lock.roots)
    while queue:
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


def _asked(extras: Mapping[str, tuple[Edge, ...]], wanted: tuple[str, ...]) -> Iterator[Edge]:
    for extra in wanted:
        yield from extras.get(extra, ())


def _which(candidates: list[Locked], edge: Edge, target: Target) -> Locked | None:
    """A universal lock may hold several versions of a package for different targets."""
    fitting = [c for c in candidates if not edge.version or c.version == edge.version]
    for one in fitting:
        if not one.markers or any(target.admits_text(m) for m in one.markers):
            return one
    return fitting[0] if fitting else None


def _guess(locked: Locked, target: Target) -> _Guess | None:
    """Compressed bytes times a ratio; None where the lock does not tell the size of what would be installed."""
    wheel = _best(locked.wheels, target)
    if wheel is None:
        sdist = locked.sdist
        if sdist is None or sdist.size is None or single(locked.name, locked.version, target):
            return None
        return _Guess(locked.name, max(sdist.size * SDIST_RATIO, UNKNOWN_BYTES), SDIST_SD_LOG)
    if wheel.size is None:
        return None
    measured = pick(locked.name, target.machine, target.python, f"=={locked.version}")
    if measured and 1 / guard_factor() <= wheel.size / max(measured.wheel.wheel_size, 1) <= guard_factor():
        return _Guess(locked.name, wheel.size * measured.wheel.ratio, known_ratio_sd())
    kind = "nvidia" if locked.name.startswith("nvidia-") else "native"
    default = ratio_class("pure" if wheel.name.endswith("-none-any.whl") and kind == "native" else kind)
    return _Guess(locked.name, wheel.size * default.ratio, default.sd_log)


def _best(wheels: tuple[LockedFile, ...], target: Target) -> LockedFile | None:
    ranked: list[tuple[int, int]] = []
    for index, wheel in enumerate(wheels):
        try:
            rank = target.rank(parse_wheel_filename(wheel.name)[3])
        except (InvalidWheelFilename, ValueError):
            continue
        if rank is not None:
            ranked.append((rank, index))
    return wheels[min(ranked)[1]] if ranked else None


def _ranges(guesses: list[_Guess]) -> list[Part]:
    """Errors of packages are independent: the standard deviation of the sum is shared out, so that the parts' ends
    add up to the ends of the whole."""
    total = sum(guess.size for guess in guesses)
    if not total:
        return []
    variances = [(guess.size * guess.sd_log) ** 2 for guess in guesses]
    variance = sum(variances)
    factor = math.exp(interval_k() * math.sqrt(variance) / total)
    below, above = total - total / factor, total * factor - total
    shares = [v / variance if variance else 0.0 for v in variances]
    return [
        Part(g.name, max(0, round(g.size - below * share)), round(g.size), round(g.size + above * share))
        for g, share in zip(guesses, shares, strict=True)
    ]
