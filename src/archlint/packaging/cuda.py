"""Dependencies that bring code for a GPU, with the bytes of it and the build that does without."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from packaging.specifiers import InvalidSpecifier, SpecifierSet

from archlint.knowledge.ml import is_gpu_distribution
from archlint.knowledge.slimming import (
    cpu_index,
    cuda_by_default,
    cuda_since,
    gpu_build,
    is_cuda_library,
    on_cpu_index,
    replacement,
)
from archlint.knowledge.wheels import pick
from archlint.model.deployed import Dependency, Deployed
from archlint.packaging.needs import holds_cuda, reachable, targets_of, wants_cuda
from archlint.packaging.target import PackageTarget


@dataclass(frozen=True, slots=True)
class CudaWheels:
    """`dependency` is the named one that brings them, `library` the one that is built for a GPU: often the same."""

    dependency: Dependency
    library: str
    wasted_bytes: int | None
    """What a build for the CPU does without; None where the table of wheels does not come near the version."""
    measured: str
    """What was measured for that, such as "torch 2.15.0"; "" where `wasted_bytes` is None."""
    instead: str
    """What to install instead, as a request; "" where archlint knows no other build."""


def cuda_wheels(deployed: Deployed) -> tuple[CudaWheels, ...]:
    """One entry for each library that comes with CUDA, at the line that asks for it, whatever the architecture is where
    that is open; none where the version or the index leaves it open. Whether the function has a GPU is for the caller
    to ask."""
    first, *others = (_on(deployed, target) for target in targets_of(deployed))
    return tuple(one for one in first if all(one.library in {x.library for x in other} for other in others))


def open_indexes(deployed: Deployed) -> bool:
    """Whether an index that nobody can look into here decides if a library comes with CUDA."""
    for target in targets_of(deployed):
        public = [replace(d, index="" if d.index == "other" else d.index) for d in deployed.dependencies]
        found = {one.library for one in _on(deployed, target)}
        if any(one.library not in found for one in _by_default(public, target)):
            return True
    return False


def _on(deployed: Deployed, target: PackageTarget) -> tuple[CudaWheels, ...]:
    direct = [one for one in deployed.dependencies if one.direct]
    found = [*_builds(direct, target), *_by_default(deployed.dependencies, target)]
    return tuple(found) or tuple(_libraries(direct, target))


def _by_default(dependencies: Sequence[Dependency], target: PackageTarget) -> Iterator[CudaWheels]:
    """Libraries whose ordinary wheel asks for CUDA, also where another package brings them. Where several lines name
    one, all of them have to; a lock that names one names its nvidia-* wheels, too, unless they are inside."""
    direct = [one for one in dependencies if one.direct]
    apart = any(is_cuda_library(one.name) for one in dependencies)
    for library in cuda_by_default():
        every = sorted((o for o in dependencies if o.name == library), key=lambda o: (not o.direct, o.place))
        named = every[0] if every else None
        holder = named if named is not None and named.direct else _bringer(direct, library, target)
        holder = holder or named
        if holder is None:
            continue
        asked = every or [replace(holder, name=library, specifier="", extras=(), local="", version=None)]
        if any(wants_cuda(one, target) is not True for one in asked):
            continue
        locked = [one.version for one in every if one.version]
        if locked and not apart and not any(holds_cuda(library, version) for version in locked):
            continue
        wasted, measured = _wasted(library, named, target)
        yield CudaWheels(holder, library, wasted, measured, _instead(library, named or holder, target))


def _bringer(direct: list[Dependency], library: str, target: PackageTarget) -> Dependency | None:
    """The first named package that needs the library, in a version like the one whose needs are known; several lines
    need the same wheels."""
    needing = (one for one in direct if library in reachable([one.name], target.machine))
    return next((one for one in needing if _is_current(one, target)), None)


def _is_current(one: Dependency, target: PackageTarget) -> bool:
    specifier = f"=={one.version}" if one.version else one.specifier
    found = pick(one.name, target.machine, target.python, specifier, one.local)
    return found is not None and found.modern and found.fit != "far"


def _builds(direct: list[Dependency], target: PackageTarget) -> Iterator[CudaWheels]:
    """Distributions and extras that are for a GPU and nothing else."""
    for one in direct:
        if cuda_since(one.name):
            continue
        extras = [extra for extra in one.extras if "cuda" in extra]
        if is_gpu_distribution(one.name):
            build = gpu_build(one.name)
            other = replacement(one.name, target.machine)
            light = _bytes(other.new, "", "", target) if other is not None else 0
            size, measured = (build[1] - light, f"{one.name} {build[0]}") if build is not None else (None, "")
            yield CudaWheels(one, one.name, size, measured, _instead(one.name, one, target))
        elif extras:
            yield CudaWheels(one, one.name, None, "", f"require {one.name} without [{','.join(extras)}]")


def _libraries(direct: list[Dependency], target: PackageTarget) -> Iterator[CudaWheels]:
    """CUDA libraries that are named themselves, as `pip freeze` does: one entry for all of them."""
    named = [one for one in direct if is_cuda_library(one.name)]
    if named:
        total = sum(_bytes(one.name, one.specifier, "", target) for one in named)
        measured = f"{len(named)} such packages" if total else ""
        yield CudaWheels(named[0], named[0].name, total or None, measured, "remove the lines of nvidia-* and triton")


def _instead(library: str, dependency: Dependency, target: PackageTarget) -> str:
    if library in on_cpu_index():
        version = _pinned(dependency) if dependency.name == library else ""
        pin = f"{library}=={version}+cpu" if version else f"a +cpu version of {library}"
        return f"require {pin}, with --extra-index-url {cpu_index()}"
    other = replacement(library, target.machine)
    return f"require {other.new} in place of {library}" if other is not None else ""


def _wasted(library: str, named: Dependency | None, target: PackageTarget) -> tuple[int | None, str]:
    specifier = named.specifier if named is not None else ""
    specifier = f"=={named.version.partition('+')[0]}" if named is not None and named.version else specifier
    found = pick(library, target.machine, target.python, specifier, "")
    if found is None or found.fit == "far":
        return None, ""
    every = reachable([library], target.machine)
    spared = every - reachable([library], target.machine, frozenset({library}))
    total = found.wheel.unzipped + sum(_bytes(name, "", "", target) for name in spared)
    other = replacement(library, target.machine)
    known = other.unzipped.get(target.machine) if other is not None else None
    light = _bytes(library, "", "cpu", target) if known is None else known
    return max(0, total - light), f"{library} {found.wheel.version}"


def _bytes(name: str, specifier: str, local: str, target: PackageTarget) -> int:
    found = pick(name, target.machine, target.python, specifier, local)
    return found.wheel.unzipped if found else 0


def _pinned(dependency: Dependency) -> str:
    """The public version that is installed, without a local part."""
    if dependency.version:
        return dependency.version.partition("+")[0]
    try:
        pins = [s.version for s in SpecifierSet(dependency.specifier) if s.operator == "==" and "*" not in s.version]
    except InvalidSpecifier:
        return ""
    return pins[0].partition("+")[0] if pins else ""
