"""What would make a package smaller, computed from its parts and the table of wheels; the cheapest way first."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import combinations

from archlint.knowledge.slimming import (
    cpu_index,
    cuda_since,
    is_cuda_library,
    on_cpu_index,
    replacements,
    runtime_provided,
    sdk_roots,
)
from archlint.knowledge.wheels import wheels_of
from archlint.model.deployed import Dependency, Deployed
from archlint.model.size import Size, SizePart
from archlint.packaging.dependencies.wanted import Want
from archlint.packaging.needs import reachable, target_of, wants_cuda
from archlint.packaging.sizes.table import closure
from archlint.packaging.target import PackageTarget
from archlint.values import Known

KINDS = ("runtime", "cpu", "headless", "unused", "strip", "compiled")
"""In the order of what they cost the user."""

SMALLEST = 2_000_000
"""Bytes below which a saving is not worth the trouble."""


@dataclass(frozen=True, slots=True)
class Saving:
    """One change: `removes` names parts that go away, `adds` are those that come instead."""

    kind: str
    title: str
    """A request that reads on in a sentence: "leave boto3 to the runtime"."""
    saved_bytes: int
    """Of the estimate, when nothing else is changed."""
    removes: frozenset[str] = frozenset()
    adds: tuple[SizePart, ...] = ()


@dataclass(frozen=True, slots=True)
class SavingsOutcome:
    """What is left after some savings, in bytes, with `__pycache__` where the build writes it."""

    savings: tuple[Saving, ...]
    low_bytes: int
    estimate_bytes: int
    high_bytes: int
    limit_bytes: int

    @property
    def fits(self) -> bool:
        return self.estimate_bytes <= self.limit_bytes

    @property
    def surely_fits(self) -> bool:
        return self.high_bytes <= self.limit_bytes


def savings(deployed: Deployed, unused: Iterable[str] = ()) -> tuple[Saving, ...]:
    """What can be saved, cheapest first. `unused` names dependencies that no code of the function imports."""
    size, target = deployed.size, target_of(deployed)
    if size is None or target is None:
        return ()
    package = _Package(deployed, size, target)
    found = (
        package.sdk(),
        package.cpu_builds(),
        *package.headless(),
        package.unused(unused),
        package.strip(),
        package.compiled(),
    )
    return tuple(saving for saving in found if saving is not None and saving.saved_bytes >= SMALLEST)


def apply(size: Size, chosen: Iterable[Saving]) -> SavingsOutcome:
    """The package's size after the chosen savings. Some of what "strip" would take may be needed, such as test helpers
    that are imported at run time, so the high end stays."""
    chosen = tuple(chosen)
    gone = frozenset(name for saving in chosen for name in saving.removes)
    parts = [part for part in size.parts if part.name not in gone]
    parts += {part.name: part for saving in chosen for part in saving.adds}.values()
    kinds = {saving.kind for saving in chosen}
    more = 0 if "compiled" in kinds or not size.compiles else sum(part.compiled_bytes for part in parts)
    less = sum(part.strippable_bytes for part in parts) if "strip" in kinds else 0
    ends = (
        sum(part.low_bytes for part in parts),
        sum(part.estimate_bytes for part in parts),
        sum(part.high_bytes for part in parts),
    )
    low, estimate = (max(0, end + more - less) for end in ends[:2])
    high = ends[2] + more
    return SavingsOutcome(chosen, low, estimate, high, size.limit_bytes)


def cheapest(deployed: Deployed, unused: Iterable[str] = ()) -> SavingsOutcome | None:
    """The smallest set of savings that brings the estimate below the limit, rather one that brings the high end there
    too, then the cheapest; where the estimate is below it already, the high end is what counts. Where no set does, all
    of them; None where nothing can be saved or no size is known."""
    every = savings(deployed, unused)
    if deployed.size is None or not every:
        return None
    is_below = apply(deployed.size, ()).fits
    for count in range(1, len(every) + 1):
        tried = [apply(deployed.size, chosen) for chosen in combinations(every, count)]
        fitting = [outcome for outcome in tried if outcome.surely_fits or (outcome.fits and not is_below)]
        if fitting:
            return min(fitting, key=lambda outcome: not outcome.surely_fits)
    return apply(deployed.size, every)


class _Package:
    """A package's parts with the graph over them."""

    def __init__(self, deployed: Deployed, size: Size, target: PackageTarget) -> None:
        self.deployed = deployed
        self.size = size
        self.target = target
        unknown = set(size.unknown_packages)
        self.parts = {part.name: part for part in size.parts if part.kind == "dependency" and part.name not in unknown}
        self.direct = {one.name: one for one in deployed.dependencies if one.direct and one.name in self.parts}
        known = reachable(self.direct, target.machine)
        self.roots = frozenset(self.direct) | (self.parts.keys() - known)
        """Parts that no root brings along, as far as the graph knows, stay whatever else goes."""

    def sdk(self) -> Saving | None:
        """Only what nothing else needs, and only where a managed runtime brings it."""
        if self.deployed.function.package != Known("zip"):
            return None
        provided = runtime_provided() & self.parts.keys()
        kept = self._reachable(self.roots - provided)
        gone = provided - kept
        roots = sorted(gone & sdk_roots())
        return self._saving("runtime", f"leave {_listed(roots)} to the Python runtime", gone) if roots else None

    def cpu_builds(self) -> Saving | None:
        swapped = {
            row.old: row
            for row in replacements()
            if row.why == "gpu" and self._may_replace(row.old, row.machines) and self._may_have_cuda(row.old)
        }
        torch = frozenset(n for n in on_cpu_index() & self.parts.keys() if n == "torch" and self._has_cuda(n))
        if not torch and not swapped:
            return None
        roots = frozenset(name for name in self.roots if not is_cuda_library(name)) - swapped.keys()
        kept = self._reachable(roots, torch | swapped.keys())
        kept |= self._reachable(swapped.keys(), torch | swapped.keys()) - swapped.keys()
        gone = {name for name in self.parts if is_cuda_library(name) and name not in kept}
        adds = [self._stand_in(name, "cpu") for name in torch]
        adds += [self._stand_in(row.new, "", row.unzipped.get(self.target.machine)) for row in swapped.values()]
        found = tuple(part for part in adds if part is not None)
        if len(found) < len(adds):
            return None
        words = [f"install {name} from {cpu_index()}" for name in sorted(torch)]
        words += [f"install {row.new} in place of {row.old}" for row in swapped.values()]
        return self._saving("cpu", _listed(words), gone | torch | swapped.keys(), found)

    def headless(self) -> Iterator[Saving | None]:
        for row in replacements():
            if row.why == "gui" and self._may_replace(row.old, row.machines):
                added = self._stand_in(row.new, "")
                if added is not None:
                    title = f"install {row.new} in place of {row.old}"
                    yield self._saving("headless", title, {row.old}, (added,))

    def unused(self, names: Iterable[str]) -> Saving | None:
        idle = frozenset(names) & self.direct.keys()
        gone = self._reachable(idle) - self._reachable(self.roots - idle)
        return (
            self._saving("unused", f"drop {_listed(sorted(idle))}, which the code does not import", gone)
            if idle
            else None
        )

    def strip(self) -> Saving | None:
        total = sum(part.strippable_bytes for part in self.size.parts)
        return Saving("strip", "strip tests and *.dist-info that nothing reads at run time (at most)", total)

    def compiled(self) -> Saving | None:
        if not self.size.compiles:
            return None
        return Saving("compiled", "install without __pycache__ (pip's --no-compile)", self.size.compiled_bytes)

    def _saving(self, kind: str, title: str, removes: Iterable[str], adds: tuple[SizePart, ...] = ()) -> Saving | None:
        gone = frozenset(removes) & self.parts.keys()
        less = sum(self.parts[name].estimate_bytes for name in gone)
        return Saving(kind, title, less - sum(part.estimate_bytes for part in adds), gone, adds)

    def _reachable(self, roots: Iterable[str], without_cuda: frozenset[str] = frozenset()) -> frozenset[str]:
        return reachable(roots, self.target.machine, without_cuda) & self.parts.keys()

    def _may_replace(self, name: str, machines: tuple[str, ...]) -> bool:
        """A package that the repository itself names; what others ask for cannot be exchanged."""
        return name in self.direct and self.target.machine in machines

    def _may_have_cuda(self, name: str) -> bool:
        """Also for those that are known to come for a GPU in every version."""
        return not cuda_since(name) or self._has_cuda(name)

    def _has_cuda(self, name: str) -> bool:
        named = self.direct.get(name) or next((d for d in self.deployed.dependencies if d.name == name), None)
        return wants_cuda(named or Dependency(name, self.deployed.function.defined_at), self.target) is True

    def _stand_in(self, name: str, local: str, size: int | None = None) -> SizePart | None:
        if size is not None:
            return SizePart(name, size, size, size, "dependency")
        if not wheels_of(name):
            return None
        named = self.direct.get(name)
        wanted = Want(name, named.specifier.partition("+")[0] if named else "", local)
        found = closure([wanted], self.target).parts
        return next((part for part in found if part.name == name), None)


def _listed(words: Iterable[str]) -> str:
    *first, last = words
    return f"{', '.join(first)} and {last}" if first else last
