"""Which of the packages that an image installs are pinned, and where the first one stands that is not."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from packaging.requirements import InvalidRequirement, Requirement
from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.utils import canonicalize_name
from packaging.version import InvalidVersion, Version

from archlint.model.image import Install, Requirements
from archlint.model.place import Place
from archlint.packaging.image.variables import Variables
from archlint.packaging.target import PackageTarget
from archlint.syntax.locks import is_lock
from archlint.syntax.requirements import Line, decode, parse_requirements, redact
from archlint.tree import Tree, UnreadableError, join, parent

MAX_FILES = 50
BUILD_TOOLS = frozenset(
    "pip setuptools wheel uv poetry poetry-core poetry-plugin-export pipenv pdm hatch virtualenv pip-tools build"
    " micropipenv".split()
)
"""They make the image and say little about what it runs."""

_FIXES_TIME = ("--exclude-newer", "--no-index", "--require-hashes", "--uploaded-prior-to")
_BRANCHES = frozenset({"main", "master", "develop", "dev", "head", "trunk"})
_ELSEWHERE = "a constraints file that is not in the repository may pin them"


@dataclass(slots=True)
class _Reading:
    tree: Tree
    target: PackageTarget
    pins: dict[str, str] = field(default_factory=dict)
    """Specifiers of constraints by package."""
    unknown: str = ""
    files: dict[str, list[Line]] = field(default_factory=dict)


def requirements_of(
    installs: tuple[Install, ...], dockerfile: str, python: tuple[int, int], environment: Variables, tree: Tree
) -> tuple[Requirements, ...]:
    """One value a requirements file, and one a Dockerfile's instruction that names packages itself."""
    target = PackageTarget("x86_64", python)
    found: dict[Place, Requirements] = {}
    named: dict[int, list[Install]] = {}
    for install in installs:
        reading = _Reading(tree, target)
        if any(name in environment for name in ("PIP_CONSTRAINT", "UV_CONSTRAINT")):
            reading.unknown = _ELSEWHERE
        for path in install.constraints:
            _gather(reading, path, constraint=True)
        stated = sum(option.startswith(("-c=", "--constraint=", "--constraints=")) for option in install.options)
        if install.tool != "conda" and stated > len(install.constraints):
            reading.unknown = _ELSEWHERE
        fixed = any(option.startswith(_FIXES_TIME) for option in install.options)
        for path in install.files:
            if path.endswith((".txt", ".in")) and not is_lock(posixpath.basename(path)) and not fixed:
                _gather(reading, path, constraint=False)
        for path, lines in reading.files.items():
            found.setdefault(Place(path), _judged(path, lines, reading))
        if not fixed and not reading.unknown:
            named.setdefault(install.line, []).append(install)
    listed = [_on_line(line, group, dockerfile, target) for line, group in named.items()]
    return (*found.values(), *(one for one in listed if one.total))


def floats(specifier: str) -> bool:
    """Whether the minor version may change: nothing pinned, only a lower bound, or a wider range. What stays within one
    minor version (`~=1.4.2`, `==1.4.*`) counts as pinned."""
    try:
        wanted = list(SpecifierSet(specifier))
    except InvalidSpecifier:
        return False
    low: list[Version] = []
    high: list[tuple[Version, bool]] = []
    for one in wanted:
        parts = one.version.removesuffix(".*").count(".") + 1
        if one.operator in ("==", "==="):
            if not one.version.endswith(".*") or parts >= 2:
                return False
        elif one.operator == "~=" and parts >= 3:
            return False
        else:
            try:
                version = Version(one.version)
            except InvalidVersion:
                continue
            if one.operator in (">", ">="):
                low.append(version)
            elif one.operator in ("<", "<="):
                high.append((version, one.operator == "<"))
    return not any(_one_minor(below, above, open_end) for below in low for above, open_end in high)


def _one_minor(below: Version, above: Version, open_end: bool) -> bool:
    if above.major != below.major:
        return False
    return above.minor == below.minor or (open_end and above.minor == below.minor + 1 and above.micro == 0)


def _gather(reading: _Reading, path: str, constraint: bool) -> None:
    """Lines by file; those of constraints become pins."""
    if path in reading.files or len(reading.files) >= MAX_FILES:
        return
    try:
        lines = parse_requirements(decode(reading.tree.read(path)))
    except UnreadableError:
        if constraint:
            reading.unknown = _ELSEWHERE
        return
    if not constraint:
        reading.files[path] = list(lines)
    for line in lines:
        if line.kind in ("include", "constraint"):
            inner = None if line.url else join(parent(path), line.name)
            limits = constraint or line.kind == "constraint"
            if inner is not None and inner != path:
                _gather(reading, inner, limits)
            elif limits:
                reading.unknown = _ELSEWHERE
        elif constraint and line.kind == "requirement" and line.name:
            reading.pins[line.name] = line.specifier


def _judged(path: str, lines: Iterable[Line], reading: _Reading) -> Requirements:
    total = 0
    floating: list[str] = []
    first = 1
    for line in lines:
        if line.kind not in ("requirement", "editable") or not reading.target.admits(line.marker):
            continue
        if line.name in BUILD_TOOLS or _is_local(line):
            continue
        total += 1
        if _line_floats(line, reading.pins.get(line.name, "")):
            first = first if floating else line.line
            floating.append(line.label)
    return Requirements(Place(path, first), total, tuple(floating), reading.unknown)


def _is_local(line: Line) -> bool:
    return line.url is not None and "://" not in line.url


def _line_floats(line: Line, pin: str) -> bool:
    if line.url is not None and not line.specifier:
        return _address_floats(line.url)
    return floats(",".join(filter(None, (line.specifier, pin))))


def _address_floats(address: str) -> bool:
    """A version control address without a commit or a tag; an archive's address counts as pinned."""
    if "+" not in address.partition("://")[0]:
        return False
    path = address.partition("://")[2].partition("/")[2]
    _, at, name = path.rpartition("@")
    return not at or name.lower() in _BRANCHES


def _on_line(line: int, installs: Iterable[Install], dockerfile: str, target: PackageTarget) -> Requirements:
    total = 0
    floating: list[str] = []
    for install in installs:
        for text in install.packages:
            name, is_floating = _package(text, install.tool, target)
            if name and name not in BUILD_TOOLS:
                total += 1
                floating += [name] if is_floating else []
    return Requirements(Place(dockerfile, line), total, tuple(dict.fromkeys(floating)))


def _package(text: str, tool: str, target: PackageTarget) -> tuple[str, bool]:
    """(name, floats) of a requirement on a command line; "" for what does not count."""
    if "://" in text and "@" not in text.partition("://")[0]:
        return redact(text), _address_floats(redact(text))
    if tool == "conda":
        found = re.match(r"[A-Za-z0-9_.-]+", text)
        return (found[0].lower() if found else ""), "=" not in text
    try:
        one = Requirement(text)
    except InvalidRequirement:
        return "", False
    if not target.admits(one.marker):
        return "", False
    name = str(canonicalize_name(one.name))
    return name, _address_floats(redact(one.url)) if one.url else floats(str(one.specifier))
