"""From requirements to the wheels that an installer would put on a target today."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any, Protocol
from urllib.parse import unquote, urlsplit

from packaging.requirements import InvalidRequirement, Requirement
from packaging.tags import Tag
from packaging.utils import InvalidWheelFilename, canonicalize_name, parse_wheel_filename
from packaging.version import InvalidVersion, Version

from archlint.online.cache import Resolution
from archlint.online.index import UserIndexes, sha256_of, wished
from archlint.online.uv import ResolveQuestion, UvError
from archlint.packaging.sizes.measurer import Request, Unmeasured, WheelFile
from archlint.packaging.target import PackageTarget
from archlint.syntax.toml import parse_toml

MAX_LINES = 2_000
MAX_RUNS = 12
MAX_PROBES = 4
GLIBC_LEVELS = (34, 28, 17)
"""The manylinux levels that both uv and Lambda's operating systems know; glibc 2.26 falls to 2.17."""

NO_WHEEL = "no wheel is published for this machine and Python; building one would run its code"
NOT_FOUND = "the index does not have it"
NOT_A_REQUIREMENT = "it is not a plain name with versions"

_BLAME = (
    (re.compile(r"all versions of ([A-Za-z0-9._-]+) have no (?:usable )?wheels"), NO_WHEEL),
    (
        re.compile(r"(?:^|\s)([a-z0-9][a-z0-9._-]*)(?:\[[^\]]*\])?(?:==[^\s,]+|>=?[^\s,]+)? has no (?:usable )?wheels"),
        NO_WHEEL,
    ),
    (re.compile(r"(?:^|\s)([a-z0-9][a-z0-9._-]*) was not found in the (?:package registry|provided)"), NOT_FOUND),
    (re.compile(r"there (?:is no version|are no versions) of ([a-z0-9][a-z0-9._-]*)"), NOT_FOUND),
)


class Resolver(Protocol):
    """What uv does, or a stand-in."""

    def lock(self, question: ResolveQuestion) -> str: ...


@dataclass(frozen=True, slots=True)
class _Chosen:
    wheels: Mapping[str, WheelFile]
    unfit: tuple[str, ...]
    """Locked packages of which no wheel fits the target."""


@dataclass(slots=True)
class _Search:
    """One request on its way: what was left out so far and how often uv was asked."""

    resolver: Resolver
    base: ResolveQuestion
    target: PackageTarget
    wanted: Mapping[str, Requirement]
    unknown: dict[str, str] = field(default_factory=dict)
    runs: int = 0

    def ask(self, more: Iterable[str] = (), with_dependencies: bool = True) -> _Chosen:
        """Raises UvError."""
        if self.runs >= MAX_RUNS:
            raise UvError("uv found no set of versions")
        self.runs += 1
        lines = (str(one) for name, one in self.wanted.items() if name not in self.unknown)
        question = replace(
            self.base,
            lines=(*lines, *more),
            excluded=tuple(sorted(self.unknown)),
            with_dependencies=with_dependencies,
        )
        return _chosen(self.resolver.lock(question), self.target)


def resolve(request: Request, resolver: Resolver, user: UserIndexes) -> Resolution:
    """Every package with one wheel, or named as unknown with its reason; raises UvError when uv decides nothing."""
    wanted, refused = _wanted(request)
    search = _Search(resolver, _question(request, user), request.target, wanted)
    chosen = _released(search, _settled(search)) if wanted else _Chosen({}, ())
    unknown = [*refused, *(Unmeasured(name, reason) for name, reason in search.unknown.items())]
    unknown += [Unmeasured(name, NO_WHEEL) for name in chosen.unfit]
    wheels = tuple(chosen.wheels[name] for name in sorted(chosen.wheels))
    return Resolution(wheels, tuple(unknown), datetime.now(UTC).isoformat(timespec="seconds"))


def platform_of(target: PackageTarget) -> str:
    """uv's name for the target's machine and C library."""
    for level in GLIBC_LEVELS:
        if target.rank(frozenset({Tag("py3", "none", f"manylinux_2_{level}_{target.machine}")})) is not None:
            return f"{target.machine}-manylinux_2_{level}"
    return f"{target.machine}-manylinux2014"


def _question(request: Request, user: UserIndexes) -> ResolveQuestion:
    """Of the repository's indexes, those that are well known; the standard one is the user's to choose."""
    index, *extra = (url if wished(url, user) else "" for url in (request.index, *request.extra_indexes))
    return ResolveQuestion(
        (),
        platform_of(request.target),
        f"{request.target.python[0]}.{request.target.python[1]}",
        "" if urlsplit(index).netloc == "pypi.org" else index,
        tuple(dict.fromkeys(url for url in extra if url and urlsplit(url).netloc != "pypi.org")),
    )


def _wanted(request: Request) -> tuple[dict[str, Requirement], list[Unmeasured]]:
    """One requirement a package, without its marker, and what is no requirement. The lines are a scanned repository's:
    only names, extras and versions reach uv, and no `$`, since uv fills in variables."""
    found: dict[str, Requirement] = {}
    refused = [Unmeasured(f"{len(request.lines) - MAX_LINES} more lines", "there are too many")]
    refused = refused if len(request.lines) > MAX_LINES else []
    for line in request.lines[:MAX_LINES]:
        try:
            one = Requirement(line) if len(line) < 4_000 and line.count("(") < 40 else None
        except (InvalidRequirement, ValueError, RecursionError):
            one = None
        if one is None or one.url or not re.fullmatch(r"[\x21-\x23\x25-\x7e]*", f"{one.name}{one.specifier}"):
            label = canonicalize_name(one.name) if one is not None else "a line of the requirements"
            refused.append(Unmeasured(str(label), NOT_A_REQUIREMENT))
            continue
        if not request.target.admits(one.marker):
            continue
        one.marker = None
        one.name = canonicalize_name(one.name)
        if (held := found.get(one.name)) is not None:
            one.extras |= held.extras
            one.specifier &= held.specifier
        found[one.name] = one
    return found, list(dict.fromkeys(refused))


def _settled(search: _Search) -> _Chosen:
    """Asks again without the packages that uv blames, until it finds versions for the rest."""
    while True:
        try:
            return search.ask()
        except UvError as error:
            blamed = {k: v for k, v in _blamed(str(error)).items() if k not in search.unknown}
            if not blamed or search.runs >= MAX_RUNS:
                raise
            search.unknown.update(blamed)
            if all(name in search.unknown for name in search.wanted):
                return _Chosen({}, ())


def _released(search: _Search, chosen: _Chosen) -> _Chosen:
    """Frees named packages that were held back by a dependency without wheels.

    A resolver that may not build goes back through the years to a release whose dependencies all have wheels, where an
    installer would take the newest and build. So for each package that stayed behind uv is asked why, and what it
    names as without wheels is left out instead. Packages that only others need are not followed up.
    """
    for _ in range(MAX_PROBES):
        held_back, culprits = _held_back(search, chosen)
        if not culprits:
            break
        before = dict(search.unknown)
        search.unknown.update(culprits)
        try:
            later = search.ask()
        except UvError:
            later = chosen
        if not _is_newer(later, chosen, held_back):
            search.unknown = before
            break
        chosen = later
    return chosen


def _held_back(search: _Search, chosen: _Chosen) -> tuple[str, dict[str, str]]:
    """A named package that is not the newest which it alone could be, and what stands in its way for want of wheels."""
    loose = [name for name, one in search.wanted.items() if name in chosen.wheels and not _is_pinned(one)]
    try:
        newest = search.ask(with_dependencies=False) if loose else chosen
    except UvError:
        return "", {}
    for name in loose:
        if not _is_newer(newest, chosen, name):
            continue
        try:
            search.ask([f"{name}>={newest.wheels[name].version}"])
        except UvError as error:
            found = {k: v for k, v in _blamed(str(error)).items() if v == NO_WHEEL}
            if fresh := {k: v for k, v in found.items() if k not in search.unknown and k not in search.wanted}:
                return name, fresh
    return "", {}


def _is_pinned(wanted: Requirement) -> bool:
    return any(one.operator in ("==", "===") for one in wanted.specifier)


def _is_newer(one: _Chosen, other: _Chosen, name: str) -> bool:
    if name not in one.wheels or name not in other.wheels:
        return False
    return _version(one.wheels[name].version) > _version(other.wheels[name].version)


def _blamed(message: str) -> dict[str, str]:
    """The packages that uv's explanation calls missing, with the reason."""
    text = " ".join(message.split())
    found: dict[str, str] = {}
    for pattern, reason in _BLAME:
        for match in pattern.finditer(text):
            found.setdefault(str(canonicalize_name(match[1])), reason)
    return found


def _chosen(text: str, target: PackageTarget) -> _Chosen:
    """Reads a pylock.toml that uv wrote; raises UvError."""
    try:
        data = parse_toml(text)
    except (ValueError, RecursionError) as error:
        raise UvError("uv's answer is not valid TOML") from error
    wheels: dict[str, WheelFile] = {}
    unfit: list[str] = []
    for entry in _tables(data.get("packages")):
        name = str(canonicalize_name(str(entry.get("name", ""))))
        if not target.admits_text(str(entry.get("marker", ""))):
            continue
        ranked = sorted(_ranked(name, entry, target), key=lambda one: one[0])
        if ranked:
            wheels[name] = ranked[0][1]
        else:
            unfit.append(name)
    return _Chosen(wheels, tuple(unfit))


def _ranked(name: str, entry: Mapping[str, Any], target: PackageTarget) -> Iterator[tuple[int, WheelFile]]:
    for wheel in _tables(entry.get("wheels")):
        url = wheel.get("url")
        if not isinstance(url, str):
            continue
        file = unquote(urlsplit(url).path).rpartition("/")[2]
        try:
            rank = target.rank(parse_wheel_filename(file)[3])
        except (InvalidWheelFilename, ValueError):
            continue
        if rank is None:
            continue
        size = wheel.get("size")
        known = size if isinstance(size, int) else None
        yield rank, WheelFile(name, str(entry.get("version", "")), file, url, sha256_of(wheel), known)


def _tables(value: object) -> list[dict[str, Any]]:
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def _version(text: str) -> Version:
    try:
        return Version(text)
    except (InvalidVersion, ValueError):
        return Version("0")
