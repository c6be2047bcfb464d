"""Bytes of what one dependency file installs, whichever kind of file it is."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

from archlint.cache.memo import per_tree
from archlint.knowledge.wheels import Pick, guard_factor, interval_k, known_ratio_sd, pick, ratio_class
from archlint.model.size import SizePart
from archlint.packaging.dependencies.choice import MAIN_ONLY, DependencyChoice
from archlint.packaging.dependencies.locks import best_wheel, installed, lock_at
from archlint.packaging.dependencies.wanted import Beside, Wants, read_wants
from archlint.packaging.sizes.code import archive_bytes, folder_bytes
from archlint.packaging.sizes.measurer import Measurer
from archlint.packaging.sizes.online import measured
from archlint.packaging.sizes.table import UNKNOWN_BYTES, Estimate, closure, extra_part, single, unknown_part
from archlint.packaging.target import PackageTarget
from archlint.syntax.locks import Locked, LockError, is_lock
from archlint.tree import Tree, join, parent

SDIST_RATIO = 3.0
SDIST_SD_LOG = 0.7
"""A source archive says little about what it builds: a judgement, wide on purpose."""


@dataclass(frozen=True, slots=True)
class _Guess:
    name: str
    size: float
    sd_log: float
    known: Pick | None = None


def read_lock(
    tree: Tree,
    folder: str,
    name: str,
    target: PackageTarget,
    vendored: frozenset[str],
    choice: DependencyChoice = MAIN_ONLY,
) -> Estimate:
    """What the lock file `name` in `folder` installs. A lock that cannot be read is among the unknown."""
    path = join(folder, name) or name
    lock = lock_at(tree, path)
    if isinstance(lock, LockError):
        return Estimate(unknown=(f"what {name} locks",), evidence=(path,), method="lock")
    guesses: list[_Guess] = []
    parts: list[SizePart] = []
    unknown: list[str] = []
    for locked in installed(lock, target, choice):
        if locked.own or locked.name in vendored:
            continue
        if not locked.indexed:
            beside = _beside_lock(tree, folder, locked)
            if beside is None:
                unknown.append(locked.name)
            else:
                parts.append(beside)
        elif guess := _guess(locked, target):
            guesses.append(guess)
        elif part := single(locked.name, locked.version, target):
            parts.append(part)
        else:
            unknown.append(locked.name)
    parts.extend(_ranges(guesses))
    parts.extend(unknown_part(name) for name in unknown)
    return Estimate(tuple(parts), tuple(unknown), (path,), "lock")


def _beside_lock(tree: Tree, folder: str, locked: Locked) -> SizePart | None:
    """A project or a wheel of the repository that the lock names by its path."""
    path = join(folder, locked.path) if locked.path else None
    if path is None:
        return None
    size = archive_bytes(tree, path) if path.endswith(".whl") else folder_bytes(tree, path)
    return None if size is None else SizePart(locked.name, size, size, size, "dependency")


def _guess(locked: Locked, target: PackageTarget) -> _Guess | None:
    """Compressed bytes times a ratio; None where the lock does not tell the size of what would be installed."""
    wheel = best_wheel(locked.wheels, target)
    if wheel is None:
        sdist = locked.sdist
        if sdist is None or sdist.size is None or single(locked.name, locked.version, target):
            return None
        return _Guess(locked.name, max(sdist.size * SDIST_RATIO, UNKNOWN_BYTES), SDIST_SD_LOG)
    if wheel.size is None:
        return None
    measured = pick(locked.name, target.machine, target.python, f"=={locked.version}")
    if measured and 1 / guard_factor() <= wheel.size / max(measured.wheel.wheel_size, 1) <= guard_factor():
        return _Guess(locked.name, wheel.size * measured.wheel.ratio, known_ratio_sd(), measured)
    kind = "nvidia" if locked.name.startswith("nvidia-") else "native"
    default = ratio_class("pure" if wheel.name.endswith("-none-any.whl") and kind == "native" else kind)
    return _Guess(locked.name, wheel.size * default.ratio, default.sd_log)


def _ranges(guesses: list[_Guess]) -> list[SizePart]:
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
    return [_part(guess, below * share, above * share) for guess, share in zip(guesses, shares, strict=True)]


def _part(guess: _Guess, below: float, above: float) -> SizePart:
    """Tests and compiled files keep the share that they have in the measured wheel."""
    wheel = guess.known.wheel if guess.known is not None else None
    scale = guess.size / max(wheel.unzipped, 1) if wheel is not None else 0.0
    return SizePart(
        guess.name,
        max(0, round(guess.size - below)),
        round(guess.size),
        round(guess.size + above),
        "dependency",
        round(wheel.strippable * scale) if wheel is not None else 0,
        round(wheel.compiled * scale) if wheel is not None else 0,
    )


NOTHING = Estimate(method="folder")


@per_tree
def file_estimate(
    tree: Tree,
    path: str,
    target: PackageTarget,
    vendored: frozenset[str],
    choice: DependencyChoice = MAIN_ONLY,
    measurer: Measurer | None = None,
) -> Estimate:
    """What the requirements, lock or project file at `path` brings; `vendored` packages lie in the folder already."""
    name = path.rpartition("/")[2]
    if is_lock(name):
        found = read_lock(tree, parent(path), name, target, vendored, choice)
    else:
        found = wants_estimate(tree, read_wants(tree, path, target, choice), target, vendored)
    return found if measurer is None else measured(found, tree, path, target, vendored, choice, measurer)


def wants_estimate(tree: Tree, wants: Wants, target: PackageTarget, vendored: frozenset[str]) -> Estimate:
    """By the table, with local projects and wheels as they lie in the repository."""
    found = closure(wants.packages, target, vendored, wants.served)
    unnamed = tuple(name for name in wants.unknown if name not in vendored)
    extras = tuple(f"the extras of {name}" for name in wants.extras if name.partition("[")[0] not in vendored)
    local = [_beside(tree, one) for one in wants.beside if not one.own]
    lost = tuple(one.label for one, part in zip((b for b in wants.beside if not b.own), local, strict=True) if not part)
    parts = (
        *found.parts,
        *(part for part in local if part is not None),
        *(unknown_part(name) for name in (*unnamed, *lost)),
        *(extra_part(name) for name in extras),
    )
    return replace(
        found,
        parts=parts,
        unknown=found.unknown + unnamed + lost + extras,
        evidence=wants.evidence,
        method="table" if found.parts or unnamed or lost else "folder",
    )


def uninstalled(found: Estimate) -> Estimate:
    """Dependencies that the deployment does not install itself; a script before it may."""
    parts = tuple(SizePart(part.name, 0, 0, part.high_bytes, part.kind) for part in found.parts)
    return replace(found, parts=parts, unknown=(), unsure=bool(parts))


def _beside(tree: Tree, one: Beside) -> SizePart | None:
    size = archive_bytes(tree, one.path) if tree.is_file(one.path) else folder_bytes(tree, one.path)
    return None if size is None else SizePart(one.label, size, size, size, "dependency")
