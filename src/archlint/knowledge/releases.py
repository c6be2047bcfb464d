"""What releases of distributions ask of their Python, and for which machines their wheels are.

Rows of rules/data/releases.json stand for neighbouring releases with the same facts. Support moves one way: an old
Python that a release has dropped no later one takes up again, and a new one that it does not know yet no earlier one
knew. So a release that the table does not hold is judged by its neighbours on both sides, and where they leave it open
it stays open.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Literal, TypeAlias

from packaging.specifiers import InvalidSpecifier, Specifier, SpecifierSet
from packaging.version import InvalidVersion, Version

from archlint.knowledge.store import read_json

TABLE = "releases.json"
LONGEST = 300
"""Characters of a specifier that are looked at."""
NEWEST_MINOR = 30
"""Python 3.0 to 3.30: where to look for another Python that a release takes."""

Python: TypeAlias = tuple[int, int]
Side: TypeAlias = Literal["old", "new", ""]
"""Whether a Python is too old for a release, too new, or neither."""


@dataclass(frozen=True, slots=True)
class ReleaseWheel:
    """Wheels of one release for one Python on one kind of machine. `machine` is "any", "x86_64" or "aarch64"."""

    python: Python
    open_ended: bool
    """For later Pythons as well (the stable ABI, or no compiled code)."""
    machine: str
    libc: Python | None
    """The oldest C library that works; None for "any"."""
    musl: bool = False

    def runs_on(self, python: Python) -> bool:
        return self.python == python or (self.open_ended and self.python < python)


@dataclass(frozen=True, slots=True)
class WheelMachine:
    """`libc` is the version of its C library; None in either field stands for what is not known."""

    name: str | None
    libc: Python | None
    musl: bool = False


@dataclass(frozen=True, slots=True)
class ReleaseRow:
    """Releases `first` to `last` as far as the table holds them."""

    first: Version
    last: Version
    requires: SpecifierSet
    wheels: tuple[ReleaseWheel, ...]
    sdist: bool
    native: bool
    """Has wheels that are for one platform only."""

    def side(self, python: Python, files: bool = True) -> Side:
        """Whether no file of these releases installs on that Python, and on which side of what they support it lies;
        without `files`, whether their metadata rules that Python out."""
        if not self._required(python):
            return "old" if any(self._required((3, n)) for n in range(python[1] + 1, NEWEST_MINOR)) else "new"
        if not files or self.sdist or any(wheel.runs_on(python) for wheel in self.wheels):
            return ""
        if not self.wheels:
            return ""
        return "old" if any(wheel.python > python for wheel in self.wheels) else "new"

    def _required(self, python: Python) -> bool:
        """With some patch release of that Python at least."""
        versions = (f"{python[0]}.{python[1]}.{patch}" for patch in (0, 99))
        return any(self.requires.contains(version, prereleases=True) for version in versions)

    def has_wheel(self, python: Python, machine: WheelMachine) -> bool:
        """Whether some wheel may install there, counting what is not known of the machine as favourable."""
        return any(wheel.runs_on(python) and suits(wheel, machine) for wheel in self.wheels)


@dataclass(frozen=True, slots=True)
class Bounds:
    """The lowest and the highest release that a specifier admits; `high` is None where it sets no end."""

    low: Version | None
    high: Version | None
    pinned: bool


def suits(wheel: ReleaseWheel, machine: WheelMachine) -> bool:
    """Whether a wheel's platform tag is that of a machine."""
    if wheel.machine == "any":
        return True
    if machine.name is not None and wheel.machine != machine.name:
        return False
    if machine.libc is None or wheel.libc is None:
        return True
    return wheel.musl == machine.musl and wheel.libc <= machine.libc


def as_of() -> str:
    """The date of the table, YYYY-MM-DD."""
    return str(read_json(TABLE)["as_of"])


@cache
def needs_compiler(name: str) -> bool:
    """Whether an sdist of that distribution surely takes a compiler, or more, to install."""
    return name in read_json(TABLE)["compiled"]


@lru_cache(maxsize=1024)
def rows(name: str) -> tuple[ReleaseRow, ...]:
    """In the order of their releases; empty for a distribution that the table does not hold."""
    return tuple(map(_row, read_json(TABLE)["packages"].get(name, ())))


def _row(raw: list[str]) -> ReleaseRow:
    first, last, requires, wheels, flags = raw
    groups = (group.split(" ") for group in wheels.split("; ") if group)
    found = tuple(_wheel(python, place) for group in groups for python in group[0].split(",") for place in group[1:])
    return ReleaseRow(Version(first), Version(last), SpecifierSet(requires), found, "s" in flags, "n" in flags)


def _wheel(python: str, place: str) -> ReleaseWheel:
    minor = python.removeprefix("cp3").removesuffix("+") if python != "py3" else "0"
    machine, _, libc = place.partition(":")
    musl = libc.startswith("musl")
    numbers = tuple(int(part) for part in libc.removeprefix("musl").split(".")) if libc else None
    pair = (numbers[0], numbers[1]) if numbers else None
    return ReleaseWheel((3, int(minor)), python == "py3" or python.endswith("+"), machine, pair, musl)


def bounds(specifier: str) -> Bounds | None:
    """None for text that is no specifier, and for local versions, which another index serves."""
    if len(specifier) > LONGEST or "+" in specifier:
        return None
    try:
        parts = list(SpecifierSet(specifier))
        spans = [_span(part) for part in parts]
    except (InvalidSpecifier, InvalidVersion, ValueError):
        return None
    low = max((low for low, _ in spans if low is not None), default=None)
    high = min((high for _, high in spans if high is not None), default=None)
    if low is not None and high is not None and low > high:
        return None
    return Bounds(low, high, low is not None and low == high)


def _span(part: Specifier) -> tuple[Version | None, Version | None]:
    """Where `!=` and the open ends of `<` and `>` are taken as closed, which only makes the span larger."""
    if part.operator == "!=":
        return None, None
    version = Version(part.version.removesuffix(".*"))
    if part.operator == "~=" or part.version.endswith(".*"):
        release = version.release[: -1 if part.operator == "~=" else None]
        return version, Version(".".join(map(str, (*release[:-1], release[-1] + 1))))
    if part.operator in ("==", "==="):
        return version, version
    return (version, None) if part.operator in (">=", ">") else (None, version)


def side(name: str, wanted: Bounds, python: Python, files: bool = True) -> Side:
    """Whether no admitted release installs on that Python: "old" where even the lowest one asks for a later Python,
    "new" where even the highest one knows only earlier ones; "" where some may, or where the table cannot tell. Without
    `files` only what a release says of its Python counts, since another index may have other files of it."""
    if wanted.pinned and wanted.low is not None and len(found := around(name, wanted.low)) == 1:
        return found[0].side(python, files)
    if wanted.low is not None and _from(name, wanted.low, lambda row: row.side(python, files) == "old"):
        return "old"
    if wanted.high is not None and _up_to(name, wanted.high, lambda row: row.side(python, files) == "new"):
        return "new"
    return ""


def _from(name: str, version: Version, holds: Callable[[ReleaseRow], bool]) -> bool:
    """Whether something holds of the row at or below a release, and of every later one."""
    found = since(name, version)
    return bool(found) and all(map(holds, found))


def since(name: str, version: Version) -> tuple[ReleaseRow, ...]:
    """The row at or below a release and all later ones; nothing for one below the table's first."""
    below = [row for row in rows(name) if row.first <= version]
    later = [row for row in rows(name) if row.last >= version]
    return tuple(dict.fromkeys((below[-1], *later))) if below else ()


def _up_to(name: str, version: Version, holds: Callable[[ReleaseRow], bool]) -> bool:
    """Whether something holds of the row at or above a release, and of every earlier one."""
    above = [row for row in rows(name) if row.last >= version]
    earlier = [row for row in rows(name) if row.first <= version]
    return bool(above) and all(map(holds, (*earlier, above[0])))


def nearest(name: str, wanted: Bounds, python: Python) -> Version | None:
    """The release nearest to what is wanted that installs on that Python, of those that the table names."""
    fit = [version for row in rows(name) if row.side(python) == "" for version in (row.first, row.last)]
    older = [version for version in fit if wanted.low is not None and version < wanted.low]
    newer = [version for version in fit if wanted.high is not None and version > wanted.high]
    return max(older) if older else min(newer, default=None)


def around(name: str, version: Version) -> tuple[ReleaseRow, ...]:
    """The row that holds a release; else its neighbours on both sides; nothing for one beyond the table's ends."""
    below = [row for row in rows(name) if row.first <= version]
    above = [row for row in rows(name) if row.last >= version]
    if not below or not above:
        return ()
    return (below[-1],) if below[-1] == above[0] else (below[-1], above[0])


def of_python(row: ReleaseRow, python: Python) -> Iterator[ReleaseWheel]:
    """The wheels of a row for one Python."""
    return (wheel for wheel in row.wheels if wheel.runs_on(python))


def release(text: str) -> Version | None:
    """A release's number, None for text that is none."""
    try:
        return Version(text)
    except InvalidVersion:
        return None


def lambda_libc(python: Python) -> Python | None:
    """The glibc of Lambda's runtime and base image for that Python."""
    return _pair(read_json(TABLE)["libc"]["runtimes"].get(f"{python[0]}.{python[1]}"))


def tag_libc(tag: str) -> tuple[Python | None, bool]:
    """The C library that the tag of an official Python image tells, and whether it is musl."""
    libc = read_json(TABLE)["libc"]
    words = tag.split("-")
    if any(word.startswith("alpine") for word in words):
        return _pair(libc["musl"]), True
    return next((_pair(libc["tags"][word]) for word in words if word in libc["tags"]), None), False


def _pair(numbers: list[int] | None) -> Python | None:
    return (numbers[0], numbers[1]) if numbers else None
