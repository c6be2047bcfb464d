"""What a function's package needs: room, a runtime that lives, a file system and what lies on it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from archlint.code.ml import LibraryUse
from archlint.finding import Finding
from archlint.knowledge.limits import runtime
from archlint.knowledge.wheels import as_of, wheels_of
from archlint.model.deployed import Deployed
from archlint.model.size import ZIP_LIMIT_BYTES, Size
from archlint.packaging.savings import cheapest
from archlint.plan.needs.facts import FactCollector, of_rules
from archlint.project import Project
from archlint.rules.packaging.unused_heavy_dependency import unused
from archlint.values import Known, Unknown

MIB = 1024 * 1024
SNAPSTART_SINCE = (3, 12)
MANAGED_SINCE = (3, 13)


def note_package(
    noted: FactCollector,
    project: Project,
    deployed: Deployed,
    uses: tuple[LibraryUse, ...],
    findings: tuple[Finding, ...],
    today: date,
) -> None:
    function = deployed.function
    if isinstance(function.package, Known):
        noted.word("package", function.package.value, "", function.defined_at)
    else:
        noted.unknown("package", function.package.reason)
    _note_runtime(noted, deployed, today)
    _note_zip(noted, project, deployed, uses, findings)
    _note_efs(noted, deployed, uses)
    if deployed.size is not None and function.package == Known("image"):
        low, high = deployed.size.low_bytes / MIB, deployed.size.high_bytes / MIB
        if low > 10_240 or high <= 10_240:
            noted.number("image_mb", deployed.size.estimate_bytes / MIB, f"an estimate ({deployed.size.method})")
    for name, setting in (
        ("memory_mb", function.memory_mb),
        ("timeout_s", function.timeout_s),
        ("ephemeral_mb", function.ephemeral_mb),
    ):
        if isinstance(setting.value, Known):
            text = "as declared" if setting.place is not None else "Lambda's default"
            noted.number(name, setting.value.value, text, setting.place)
        else:
            noted.unknown(name, setting.value.reason)
    architecture = function.architecture
    if isinstance(architecture.value, Unknown):
        noted.unknown("architecture", architecture.value.reason)
    else:
        noted.word("architecture", architecture.value.value, "the function's architecture", architecture.place)


def _note_runtime(noted: FactCollector, deployed: Deployed, today: date) -> None:
    function = deployed.function
    setting = function.runtime
    if function.package == Known("image"):
        version = deployed.image.python_version if deployed.image is not None else None
        noted.word("runtime", "image")
        noted.word("managed_runtime", "yes")
        noted.word("snapstart_runtime", "yes" if version and _at_least(version, SNAPSTART_SINCE) else "no")
        return
    if isinstance(setting.value, Unknown):
        noted.unknown("runtime", setting.value.reason)
        return
    version = function.python_version
    known = runtime(setting.value.value) if setting.value.value else None
    if known is None:
        noted.unknown("runtime", "the table of Python runtimes does not hold it")
    else:
        ended, blocked = known.deprecated <= today, known.block_update <= today
        word = "blocked" if blocked else "deprecated" if ended else "supported"
        text = f"{known.name}: support ended {known.deprecated}" if ended else f"{known.name} is supported"
        if blocked:
            text += f", and updates are refused since {known.block_update}"
        noted.word("runtime", word, text, setting.place, as_of=known.as_of)
    if version is not None:
        noted.word("snapstart_runtime", "yes" if _at_least(version, SNAPSTART_SINCE) else "no")
        noted.word("managed_runtime", "yes" if _at_least(version, MANAGED_SINCE) else "no")


def _at_least(version: str, least: tuple[int, int]) -> bool:
    parts = version.split(".")
    return len(parts) > 1 and all(part.isdigit() for part in parts[:2]) and (int(parts[0]), int(parts[1])) >= least


def _note_zip(
    noted: FactCollector,
    project: Project,
    deployed: Deployed,
    uses: tuple[LibraryUse, ...],
    findings: tuple[Finding, ...],
) -> None:
    """Whether the code with its libraries fits a zip: as it is, after what can be left out, or on a current runtime."""
    over = next(of_rules(findings, "package-too-large-for-zip"), None)
    place = deployed.function.defined_at
    if over is not None:
        idle = [dependency.name for dependency, _ in unused(project, deployed)]
        outcome = cheapest(deployed, idle)
        noted.finding("zip_fit", "mendable" if outcome is not None and outcome.fits else "over", over)
        return
    large = next(((name, size) for name, size in _modern(deployed, uses) if size > ZIP_LIMIT_BYTES), None)
    if large is not None:
        text = f"{large[0]} alone takes {large[1] / MIB:,.0f} MB today, of the 250 MB that a zip may have"
        noted.word("zip_fit", "outgrown", text, place, as_of=as_of())
        return
    size = deployed.size
    if size is None:
        noted.unknown("zip_fit", "the size of the package is not known")
    elif deployed.image is None and size.verdict == "under":
        noted.word("zip_fit", "fits", "the package is below the limit", place)
    elif deployed.image is None:
        noted.unknown("zip_fit", "the package may or may not fit 250 MB: measure what is built")
    else:
        _note_image_as_zip(noted, deployed, size)


def _note_image_as_zip(noted: FactCollector, deployed: Deployed, size: Size) -> None:
    parts = [part for part in size.parts if part.kind in ("dependency", "code", "model")]
    estimate = sum(part.estimate_bytes for part in parts)
    if estimate > ZIP_LIMIT_BYTES:
        text = f"the libraries of the image take about {estimate / MIB:,.0f} MB, of the 250 MB that a zip may have"
        noted.word("zip_fit", "over", text, deployed.function.defined_at, confidence="medium")
    elif size.unknown_packages:
        noted.unknown("zip_fit", "the size of some of the image's packages is not known")
    else:
        noted.word("zip_fit", "fits", "", confidence="medium")


def _modern(deployed: Deployed, uses: Iterable[LibraryUse]) -> Iterable[tuple[str, int]]:
    """The libraries that the code imports at their newest measured version, by the smallest wheel of it, in bytes."""
    named = set(deployed.distributions)
    for use in uses:
        if not use.imported:
            continue
        for name in use.library.distributions:
            if name in named or (name == use.library.distributions[0] and not named & set(use.library.distributions)):
                wheels = wheels_of(name)
                newest = max((wheel.version for wheel in wheels), default=None)
                sizes = [w.unzipped for w in wheels if newest is not None and w.version.major == newest.major]
                if sizes:
                    yield name, min(sizes)


def _note_efs(noted: FactCollector, deployed: Deployed, uses: tuple[LibraryUse, ...]) -> None:
    """What a mounted file system carries: libraries where the search path points there or a library that the code
    imports is in no dependency file; models where the code holds any; else the files that it works on."""
    function = deployed.function
    if not function.efs_mounts:
        noted.word("efs", "none")
        return
    path = function.environment.get("PYTHONPATH")
    on_path = isinstance(path, Known) and any(mount in path.value for mount in function.efs_mounts)
    named = set(deployed.distributions)
    absent = [
        use
        for use in uses
        if use.imported and use.library.is_ml and use.library.heavy and not named & set(use.library.distributions)
    ]
    place = function.defined_at
    if on_path or (absent and not function.layers and deployed.image is None):
        what = f"{absent[0].library.name} is in no dependency file" if absent else "PYTHONPATH points there"
        noted.word("efs", "libraries", f"the file system carries libraries: {what}", place, confidence="medium")
    elif any(use.library.is_ml for use in uses):
        noted.word("efs", "models", "the file system carries models", place, confidence="medium")
    else:
        noted.word("efs", "files", "the function works on files of the file system", place, confidence="medium")
