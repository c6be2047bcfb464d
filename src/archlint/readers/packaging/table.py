"""Sizes from the table of measured wheels: named packages and what the bundled dependency graph adds to them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from archlint.knowledge.wheels import Pick, pick, requires
from archlint.model.size import Part
from archlint.readers.packaging.target import Target
from archlint.readers.packaging.wanted import Want

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

    parts: tuple[Part, ...] = ()
    unknown: tuple[str, ...] = ()
    evidence: tuple[str, ...] = ()
    method: str = "table"
    unsure: bool = False
    """Holds parts that nobody may install; their low end and estimate are 0."""


@dataclass(slots=True)
class _Walk:
    target: Target
    asked: dict[str, Want]
    done: dict[str, Part | None] = field(default_factory=dict)


def closure(wants: Iterable[Want], target: Target, vendored: frozenset[str] = frozenset()) -> Estimate:
    """Every wanted package and its measured dependencies. `vendored` ones lie in the folder already."""
    walk = _Walk(target, {want.name: want for want in wants})
    queue = [(want, True, True) for want in walk.asked.values()]
    doubtful: list[tuple[Want, bool, bool]] = []
    while queue or doubtful:
        want, sure, likely = queue.pop(0) if queue else doubtful.pop(0)
        if want.name in walk.done or want.name in vendored:
            continue
        found = pick(want.name, target.machine, target.python, want.specifier, want.local)
        walk.done[want.name] = _part(want.name, found, sure, likely) if found else None
        if found is None:
            continue
        for name in requires(want.name, target.machine):
            below = walk.asked.get(name) or Want(name)
            edge = _edge(name, found, target)
            if edge is None:
                continue
            entry = (below, sure and edge[0], likely and edge[1])
            (queue if entry[1] else doubtful).append(entry)
    parts = tuple(part for part in walk.done.values() if part)
    unknown = tuple(name for name, part in walk.done.items() if part is None)
    return Estimate(parts + tuple(unknown_part(name) for name in unknown), unknown)


def unknown_part(name: str) -> Part:
    """The contribution of a package that the table does not hold."""
    return Part(name, 0, UNKNOWN_BYTES, UNKNOWN_HIGH_BYTES)


def extra_part(name: str) -> Part:
    """The contribution of extras, which the graph may hold already."""
    return Part(name, 0, 0, UNKNOWN_HIGH_BYTES)


def single(name: str, version: str, target: Target) -> Part | None:
    """A package of a lock without sizes, by name and version alone."""
    found = pick(name, target.machine, target.python, f"=={version}" if version else "")
    return _part(name, found, True, True) if found else None


def _edge(name: str, found: Pick, target: Target) -> tuple[bool, bool] | None:
    """(surely, likely) installed; None for a library that the build surely leaves out.

    The graph is that of the newest versions, so an older generation may need less. GPU libraries came to builds over
    time, on arm64 last, and never to a build with the local version "cpu".
    """
    gpu = name.startswith(("nvidia-", "cuda-")) or name == "triton"
    if gpu and found.wheel.version.local == "cpu":
        return None
    if gpu and not found.newest:
        return (False, target.machine == "x86_64")
    return (found.fit != "far" and found.modern, True)


def _part(name: str, found: Pick, sure: bool, likely: bool) -> Part:
    size = found.wheel.unzipped
    low = round(size / FALL[found.fit]) if sure else 0
    return Part(name, low, size if likely else 0, round(size * RISE[found.fit]))
