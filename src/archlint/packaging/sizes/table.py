"""Sizes from the table of measured wheels: named packages and what the bundled dependency graph adds to them."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from archlint.knowledge.slimming import cuda_since, gpu_build, is_cuda_library
from archlint.knowledge.wheels import Pick, pick, requires
from archlint.model.size import ModelFile, SizePart
from archlint.packaging.dependencies.indexes import PYPI, TORCH_FAMILY, Served
from archlint.packaging.dependencies.wanted import Want
from archlint.packaging.needs import cuda_build, holds_cuda
from archlint.packaging.target import PackageTarget

FALL = {"exact": 1.05, "near": 1.4, "far": 5.0}
RISE = {"exact": 1.05, "near": 1.4, "far": 2.5}
"""By how much a package may be smaller or larger than the measured wheel. 1.4 held 94 % of held-out sets with a table
a year old; the others are judgements: packages grow, so those of another generation are mostly smaller."""

UNKNOWN_BYTES = 300_000
UNKNOWN_HIGH_BYTES = 3_300_000
"""Median and 90th percentile of pure-Python packages; nobody can say here whether an unknown one is larger."""


@dataclass(frozen=True, slots=True)
class Estimate:
    """Dependencies with their bytes, and the names of those that the table does not hold."""

    parts: tuple[SizePart, ...] = ()
    unknown: tuple[str, ...] = ()
    evidence: tuple[str, ...] = ()
    method: str = "table"
    unsure: bool = False
    """Holds parts that nobody may install; their low end and estimate are 0."""
    models: tuple[ModelFile, ...] = ()
    resolved_on: str | None = None
    """The day on which an index chose the versions, where one was asked."""


@dataclass(slots=True)
class _Walk:
    target: PackageTarget
    asked: dict[str, Want]
    done: dict[str, SizePart | None] = field(default_factory=dict)


def closure(
    wants: Iterable[Want], target: PackageTarget, vendored: frozenset[str] = frozenset(), served: Served = PYPI
) -> Estimate:
    """Every wanted package and its measured dependencies. `vendored` ones lie in the folder already; `served` by the
    indexes that are asked for all of them."""
    walk = _Walk(target, {want.name: want for want in wants})
    queue = deque((want, True, True) for want in walk.asked.values() if want.sure)
    doubtful = deque((want, False, True) for want in walk.asked.values() if not want.sure)
    while queue or doubtful:
        want, sure, likely = queue.popleft() if queue else doubtful.popleft()
        if want.name in walk.done or want.name in vendored:
            continue
        found = pick(want.name, target.machine, target.python, want.specifier, want.local)
        is_open = _is_open(want, found, served)
        found = replace(found, fit="far", newest=False) if found and is_open else found
        walk.done[want.name] = _part(want.name, found, sure, likely) if found else _gpu_part(want.name, sure, likely)
        if found is None:
            continue
        gpu = None if is_open else _brings_gpu(want, found, target)
        for name in requires(want.name, target.machine):
            below = walk.asked.get(name) or Want(name, local="cpu" if served.cpu and name in TORCH_FAMILY else "")
            edge = _edge(name, found, target, gpu)
            if edge is None:
                continue
            entry = (below, sure and edge[0], likely and edge[1])
            (queue if entry[1] else doubtful).append(entry)
    parts = tuple(part for part in walk.done.values() if part)
    unknown = tuple(name for name, part in walk.done.items() if part is None)
    return Estimate(parts + tuple(unknown_part(name) for name in unknown), unknown)


def unknown_part(name: str) -> SizePart:
    """The contribution of a package that the table does not hold."""
    return SizePart(name, 0, UNKNOWN_BYTES, UNKNOWN_HIGH_BYTES, "dependency")


def extra_part(name: str) -> SizePart:
    """The contribution of extras, which the graph may hold already."""
    return SizePart(name, 0, 0, UNKNOWN_HIGH_BYTES, "dependency")


def single(name: str, version: str, target: PackageTarget) -> SizePart | None:
    """A package of a lock without sizes, by name and version alone."""
    found = pick(name, target.machine, target.python, f"=={version}" if version else "")
    return _part(name, found, True, True) if found else None


def _is_open(want: Want, found: Pick | None, served: Served) -> bool:
    """Whether a library that comes with CUDA or without may be either here, since its files need not be PyPI's."""
    if found is None or found.wheel.version.local or want.local or "+" in want.specifier:
        return False
    return (served.other or want.by_address) and bool(cuda_since(want.name))


def _brings_gpu(want: Want, found: Pick, target: PackageTarget) -> bool | None:
    """Whether libraries for a GPU come with a package as wheels of their own; None where that is open."""
    if found.wheel.version.local == "cpu" or holds_cuda(want.name, want.specifier):
        return False
    known = bool(cuda_since(want.name))
    wanted = cuda_build(want.name, want.specifier, target, {want.local} - {""}) if known else None
    return wanted if wanted is not True or found.newest else None


def _edge(name: str, found: Pick, target: PackageTarget, gpu: bool | None) -> tuple[bool, bool] | None:
    """(surely, likely) installed; None for a library that the build surely leaves out.

    The graph is that of the newest versions, so an older generation may need less; of its libraries for a GPU only
    their being there is known, on arm64 last.
    """
    if is_cuda_library(name):
        if gpu is False:
            return None
        if gpu is None and not found.newest:
            return (False, target.machine == "x86_64")
    return (found.fit != "far" and found.modern, True)


def _gpu_part(name: str, sure: bool, likely: bool) -> SizePart | None:
    """A build for a GPU that was measured apart from the table, in a version that may be another one."""
    build = gpu_build(name)
    if build is None:
        return None
    size = build[1]
    low = round(size / FALL["near"]) if sure else 0
    return SizePart(name, low, size if likely else 0, round(size * RISE["near"]), "dependency")


def _part(name: str, found: Pick, sure: bool, likely: bool) -> SizePart:
    size = found.wheel.unzipped
    low = round(size / FALL[found.fit]) if sure else 0
    high = round(size * RISE[found.fit])
    if not likely:
        return SizePart(name, low, 0, high, "dependency")
    return SizePart(name, low, size, high, "dependency", found.wheel.strippable, found.wheel.compiled)
