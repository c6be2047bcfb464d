"""Measured wheels: unzipped and compressed bytes, and direct dependencies, of packages that Lambda users install."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache, lru_cache

from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.version import InvalidVersion, Version

from archlint.knowledge.store import read_json

TABLE = "wheel_sizes.json"
LATEST = Version("9999")

Distance = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Wheel:
    """One measured wheel; sizes in bytes. `kind` is "pure", "native" or "nvidia", `platform` "any" or a machine."""

    version: Version
    kind: str
    platform: str
    python: tuple[int, int]
    """The oldest CPython that its tags admit."""
    unzipped: int
    wheel_size: int
    strippable: int = 0
    """Of the unzipped: tests and the dist-info folder."""
    compiled: int = 0
    """What compiling its modules adds."""

    @property
    def ratio(self) -> float:
        return self.unzipped / max(self.wheel_size, 1)


@dataclass(frozen=True, slots=True)
class Pick:
    """The measured wheel that stands for a wanted one.

    `fit` is "exact" (that version on that architecture), "near" (a version of the same generation, or none was asked
    for) or "far" (another generation or another architecture). The table holds the dependencies of the newest measured
    version: `newest` says that this is it, `modern` that it is of the same generation.
    """

    wheel: Wheel
    fit: str
    newest: bool
    modern: bool


@dataclass(frozen=True, slots=True)
class RatioClass:
    """Unzipped over compressed bytes of a kind of wheel, and the standard deviation of its logarithm."""

    ratio: float
    sd_log: float


@cache
def as_of() -> str:
    """The day on which the table was measured, ISO 8601."""
    return str(read_json(TABLE)["as_of"])


@cache
def ratio_class(kind: str) -> RatioClass:
    """The ratio for a package that is not in the table."""
    found = read_json(TABLE)["ratio_defaults"][kind]
    return RatioClass(float(found["aggregate"]), float(found["sd_log"]))


@cache
def known_ratio_sd() -> float:
    """Standard deviation of the logarithm of a measured package's ratio after a year."""
    return float(read_json(TABLE)["known_ratio_sd_log"])


@cache
def interval_k() -> float:
    """How many standard deviations hold 95 % of the measured sets."""
    return float(read_json(TABLE)["interval_k95"])


@cache
def guard_factor() -> float:
    """A measured ratio is used only for wheels whose compressed size is within this factor of the measured one."""
    return float(read_json(TABLE)["guard_wheel_size_factor"])


@cache
def pyc_factor() -> float:
    """Bytes of `__pycache__` for a byte of source."""
    return float(read_json(TABLE)["pyc_per_py_byte"])


@cache
def wheels_of(name: str) -> tuple[Wheel, ...]:
    """Every measured wheel of a package by canonical name; empty when it is not in the table."""
    entry = read_json(TABLE)["packages"].get(name)
    if entry is None:
        return ()
    return tuple(
        Wheel(
            Version(one["version"]),
            one["kind"],
            one["platform"],
            _oldest_python(one["wheel"]),
            int(one["unzipped"]),
            int(one["wheel_size"]),
            int(one.get("tests_bytes", 0)) + int(one.get("distinfo_bytes", 0)),
            int(one.get("pyc_if_compiled", one.get("py_bytes", 0) * pyc_factor())),
        )
        for one in entry["versions"]
    )


@cache
def requires(name: str, machine: str) -> tuple[str, ...]:
    """Direct dependencies of the newest measured version, extras of the joint resolve included."""
    entry = read_json(TABLE)["packages"].get(name, {})
    return tuple(entry.get(f"requires_{machine}", entry.get("requires", ())))


@lru_cache(maxsize=4096)
def pick(name: str, machine: str, python: tuple[int, int], specifier: str = "", local: str = "") -> Pick | None:
    """The measured wheel nearest to what is wanted, None for a package that is not in the table; `local` is a local
    version such as "cpu"."""
    every = wheels_of(name)
    if not every:
        return None
    wanted = _specifier(specifier)
    local = local or _local(wanted)
    builds = tuple(w for w in every if (w.version.local or "") == local)
    builds = builds or every
    here = tuple(w for w in builds if w.platform in ("any", machine))
    elsewhere = not here
    here = here or builds
    admitted = tuple(w for w in here if wanted.contains(w.version, prereleases=True))
    if admitted:
        chosen = max(admitted, key=lambda w: (w.python <= python, w.version))
        fit = "exact" if _is_pin(wanted) and chosen.version.local == (local or None) else "near"
    else:
        target = _target(wanted)
        chosen = min(here, key=lambda w: (_distance(w.version, target), w.python > python))
        fit = "near" if _akin(chosen.version, target) else "far"
    newest = max(w.version for w in builds)
    return Pick(chosen, "far" if elsewhere else fit, chosen.version >= newest, _akin(chosen.version, newest))


def _specifier(text: str) -> SpecifierSet:
    try:
        return SpecifierSet(text)
    except InvalidSpecifier:
        return SpecifierSet()


def _is_pin(wanted: SpecifierSet) -> bool:
    return any(s.operator in ("==", "===") and not s.version.endswith("*") for s in wanted)


def _local(wanted: SpecifierSet) -> str:
    for one in wanted:
        if one.operator in ("==", "===") and (found := _version(one.version)):
            return found.local or ""
    return ""


def _target(wanted: SpecifierSet) -> Version:
    """The version that a specifier points at: a pin, else an upper bound, else its lower bound."""
    for operators in (("==", "==="), ("~=", "<=", "<"), (">=", ">")):
        found = [v for s in wanted if s.operator in operators if (v := _version(s.version.removesuffix(".*")))]
        if found:
            return min(found)
    return LATEST


def _version(text: str) -> Version | None:
    try:
        return Version(text)
    except (InvalidVersion, ValueError):
        return None


def _akin(one: Version, other: Version) -> bool:
    """Whether two versions are of one generation: the same major number, or a quarter apart at most (22 and 25)."""
    low, high = sorted((one.major, other.major))
    return one.epoch == other.epoch and 4 * (high - low) <= high


def _distance(one: Version, other: Version) -> Distance:
    first, second = (v.release[:3] + (0,) * (3 - len(v.release[:3])) for v in (one, other))
    return tuple(abs(a - b) for a, b in zip(first, second, strict=True))


def _oldest_python(wheel: str) -> tuple[int, int]:
    found = re.search(r"-cp3(\d+)-", wheel)
    return (3, int(found[1])) if found else (3, 0)
