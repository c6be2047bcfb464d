"""Which packages bring which along, by the bundled dependency graph, and which of them bring CUDA."""

from __future__ import annotations

from collections.abc import Iterable
from collections.abc import Set as AbstractSet

from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.version import InvalidVersion, Version

from archlint.knowledge.slimming import cuda_apart_since, cuda_since, is_cuda_library
from archlint.knowledge.wheels import requires, wheels_of
from archlint.model.deployed import Dependency, Deployed
from archlint.model.function import Function
from archlint.model.image import Image
from archlint.packaging.dependencies.indexes import TORCH_FAMILY
from archlint.packaging.target import MACHINES, PackageTarget, python_of
from archlint.values import known_or_none

PLATFORMS = {"amd64": "x86_64", "x86_64": "x86_64", "arm64": "aarch64", "aarch64": "aarch64"}
OLDEST_CURRENT_PYTHON = (3, 10)
"""For older ones the newest release of a library may have no wheel, so that an open requirement takes another one."""


def machines(function: Function, image: Image | None) -> tuple[str, ...]:
    """The machines that the package may be made for, as `Target.machine` names them. What an image's Dockerfile says
    of its platform goes before the template."""
    stated = PLATFORMS.get((image.platform or "").removeprefix("linux/").partition("/")[0]) if image else None
    known = stated or MACHINES.get(known_or_none(function.architecture.value) or "")
    return (known,) if known else tuple(MACHINES.values())


def targets_of(deployed: Deployed) -> tuple[PackageTarget, ...]:
    """What the package may be made for: one, or one for each architecture."""
    image = deployed.image
    version = deployed.function.python_version if image is None else image.python_version
    return tuple(PackageTarget(one, python_of(version)) for one in machines(deployed.function, image))


def target_of(deployed: Deployed) -> PackageTarget | None:
    """What the package is made for; None where the architecture is not known."""
    found = targets_of(deployed)
    return found[0] if len(found) == 1 else None


def reachable(roots: Iterable[str], machine: str, without_cuda: frozenset[str] = frozenset()) -> frozenset[str]:
    """The roots with everything that they need; those in `without_cuda` are taken as builds for a CPU."""
    seen: set[str] = set()
    pending = list(roots)
    while pending:
        name = pending.pop()
        if name in seen:
            continue
        seen.add(name)
        below = requires(name, machine)
        pending += [one for one in below if name not in without_cuda or not is_cuda_library(one)]
    return frozenset(seen)


def brought_alone(
    name: str, others: Iterable[str], machine: str, without_cuda: frozenset[str] = frozenset()
) -> frozenset[str]:
    """What goes away with a package: itself and what only it needs."""
    rest = [other for other in others if other != name]
    return reachable([name], machine, without_cuda) - reachable(rest, machine, without_cuda)


def wants_cuda(dependency: Dependency, target: PackageTarget) -> bool | None:
    """Whether the wheel that will be installed asks for CUDA libraries; None where the version or the index leaves it
    open."""
    locals_ = {dependency.local, _local(dependency.version or "")} - {""}
    version = dependency.version or ""
    if not locals_ and not _pinned_locals(dependency.specifier):
        if dependency.by_address or dependency.index == "other":
            return None
        if dependency.index == "cpu" and dependency.name in TORCH_FAMILY:
            return False
    return cuda_build(dependency.name, dependency.specifier, target, locals_, version)


def cuda_build(
    name: str, specifier: str, target: PackageTarget, locals_: AbstractSet[str] = frozenset(), version: str = ""
) -> bool | None:
    """As `wants_cuda`, for what PyPI serves: by the exact version, or by what a specifier admits."""
    every = locals_ | _pinned_locals(specifier)
    if every:
        return all(local.startswith("cu") for local in every)
    since = cuda_since(name).get(target.machine)
    if not since:
        return since is not None
    first = Version(since)
    exact = _version(version) or _pin(specifier)
    if exact is not None:
        return exact >= first
    try:
        wanted = SpecifierSet(specifier)
    except InvalidSpecifier:
        return None
    newest = max((wheel.version for wheel in wheels_of(name)), default=first)
    if wanted.contains(newest, prereleases=True):
        return True if target.python >= OLDEST_CURRENT_PYTHON else None
    bounds = [v for s in wanted if s.operator in ("<", "<=") and (v := _version(s.version))]
    return False if any(bound <= first for bound in bounds) else None


def holds_cuda(name: str, version: str) -> bool:
    """Whether this version, or the one that a specifier pins, has its CUDA libraries inside, so that no nvidia-* wheel
    comes with it."""
    apart = cuda_apart_since(name)
    exact = _version(version) or _pin(version)
    return bool(apart) and exact is not None and exact < Version(apart)


def _pin(specifier: str) -> Version | None:
    try:
        pins = [s.version for s in SpecifierSet(specifier) if s.operator in ("==", "===")]
    except InvalidSpecifier:
        return None
    return _version(pins[0].removesuffix(".*")) if pins else None


def _pinned_locals(specifier: str) -> set[str]:
    pin = _pin(specifier)
    return {pin.local} if pin is not None and pin.local else set()


def _local(version: str) -> str:
    found = _version(version)
    return (found.local or "") if found else ""


def _version(text: str) -> Version | None:
    try:
        return Version(text)
    except InvalidVersion:
        return None
