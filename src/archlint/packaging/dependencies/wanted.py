"""Requirements and project files with what they include: the packages that an installer would be asked for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.version import InvalidVersion, Version

from archlint.cache.memo import per_tree
from archlint.knowledge.wheels import wheels_of
from archlint.model.deployed import Dependency
from archlint.model.place import Place
from archlint.packaging.dependencies.choice import MAIN_ONLY, DependencyChoice
from archlint.packaging.dependencies.indexes import PYPI, TORCH_FAMILY, Served, served_by
from archlint.packaging.target import PackageTarget
from archlint.syntax.project_files import PROJECT_FILES, ProjectError, ProjectFile, is_project_file, parse_project
from archlint.syntax.requirements import INDEXES, Line, decode, parse_requirements
from archlint.tree import Tree, UnreadableError, join, parent

MAX_FILES = 50


@dataclass(frozen=True, slots=True)
class Want:
    """A package by canonical name; `specifier` is PEP 440 text, `local` the local version that its index serves."""

    name: str
    specifier: str = ""
    local: str = ""
    sure: bool = True
    """False for a package that an extra of the same name is taken to bring."""
    by_address: bool = False
    """Whether a file or an address serves it, so that its build may be another one than PyPI's."""


@dataclass(frozen=True, slots=True)
class Beside:
    """A requirement by a path of the repository: a project's folder, or a wheel. `label` is what the file says."""

    label: str
    path: str
    own: bool = False
    """It holds the file that names it, so that its source counts as the function's code."""


@dataclass(frozen=True, slots=True)
class Wants:
    """`unknown` names what cannot be looked up, without credentials; `evidence` are the files read, first one first."""

    packages: tuple[Want, ...]
    extras: tuple[str, ...]
    """Such as "pyjwt[crypto]": the table's graph may or may not hold what an extra adds."""
    unknown: tuple[str, ...]
    evidence: tuple[str, ...]
    named: tuple[Dependency, ...] = ()
    """The lines themselves, with their places."""
    beside: tuple[Beside, ...] = ()
    served: Served = PYPI
    """By the indexes that are asked for everything, what others bring along too."""


@dataclass(slots=True)
class _Gathering:
    tree: Tree
    target: PackageTarget
    first: str
    files: list[str] = field(default_factory=list)
    lines: list[tuple[str, Line]] = field(default_factory=list)
    """Each with the file that it stands in."""
    constraints: dict[str, str] = field(default_factory=dict)
    unknown: dict[str, None] = field(default_factory=dict)
    beside: dict[str, Beside] = field(default_factory=dict)
    served: Served = PYPI


@per_tree
def read_wants(tree: Tree, path: str, target: PackageTarget, choice: DependencyChoice = MAIN_ONLY) -> Wants:
    """What the requirements or project file at `path` asks for. A file that cannot be read is among the unknown."""
    found = _Gathering(tree, target, path)
    _gather(found, path, path.rpartition("/")[2], choice)
    packages: dict[str, Want] = {}
    named: list[Dependency] = []
    for file, line in found.lines:
        if not line.name or (line.url and not line.specifier):
            found.unknown[line.label] = None
            continue
        held = packages.get(line.name)
        parts = (held.specifier if held else "", line.specifier, found.constraints.get(line.name, ""))
        specifier = ",".join(dict.fromkeys(p for p in parts if p))
        local = local_version(line, found.served)
        packages[line.name] = Want(
            line.name, specifier, local or (held.local if held else ""), by_address=line.url is not None
        )
        named.append(constrained(dependency(line, Place(file, line.line), found.served), found.constraints))
    extras = dict.fromkeys((line.name, one) for _, line in found.lines if line.name for one in line.extras)
    for _, extra in extras:
        if wheels_of(extra):
            packages.setdefault(extra, Want(extra, sure=False))
    open_extras = tuple(f"{name}[{extra}]" for name, extra in extras if not wheels_of(extra))
    return Wants(
        tuple(packages.values()),
        open_extras,
        tuple(found.unknown),
        tuple(found.files),
        tuple(named),
        tuple(found.beside.values()),
        found.served,
    )


def dependency(line: Line, place: Place, served: Served) -> Dependency:
    """A requirement as the model keeps it; `served` by the indexes that hold for the whole installation."""
    local = local_version(line, served) or pinned_local(line.specifier)
    own = served if line.index is None else served_by([line.index])
    return Dependency(
        line.name,
        place,
        line.specifier,
        line.extras,
        local,
        index="" if line.url is not None else own.index,
        by_address=line.url is not None,
    )


def constrained(found: Dependency, limits: Mapping[str, str]) -> Dependency:
    """With what constraints say of it, which is nothing new for what a lock pins."""
    more = limits.get(found.name, "")
    if not more or found.version is not None or found.by_address or more == found.specifier:
        return found
    specifier = f"{found.specifier},{more}" if found.specifier else more
    return replace(found, specifier=specifier, local=found.local or pinned_local(more))


@per_tree
def limits(tree: Tree, paths: tuple[str, ...], target: PackageTarget) -> Mapping[str, str]:
    """Specifiers of constraint files by package."""
    found = _Gathering(tree, target, "")
    for path in paths:
        _gather(found, path, path.rpartition("/")[2], MAIN_ONLY, constraint=True)
    return found.constraints


def pinned_local(specifier: str) -> str:
    """ "cpu" of `==2.1.0+cpu`."""
    if "+" not in specifier:
        return ""
    try:
        return next((Version(one.version).local or "" for one in SpecifierSet(specifier) if "+" in one.version), "")
    except (InvalidSpecifier, InvalidVersion):
        return ""


def parsed_project(tree: Tree, path: str) -> ProjectFile:
    """A project file; setup.cfg and setup.py beside a pyproject.toml that states no dependencies complete it. Raises
    UnreadableError and ProjectError."""
    name = path.rpartition("/")[2]
    found = parse_project(name, decode(tree.read(path)))
    if name not in ("pyproject.toml", "setup.cfg") or found.lines or found.extras:
        return found
    for other in PROJECT_FILES[PROJECT_FILES.index(name) + 1 :]:
        beside = join(parent(path), other)
        if other != "Pipfile" and beside is not None and tree.is_file(beside):
            more = parse_project(other, decode(tree.read(beside)))
            if more.lines or more.extras:
                return replace(found, lines=more.lines, extras=more.extras)
    return found


def _gather(found: _Gathering, path: str, shown: str, choice: DependencyChoice, constraint: bool = False) -> None:
    if path in found.files:
        return
    if len(found.files) >= MAX_FILES:
        found.unknown[f"what {shown} lists"] = None
        return
    name = path.rpartition("/")[2]
    try:
        if is_project_file(name) and not constraint:
            project = parsed_project(found.tree, path)
            found.served |= served_by(project.indexes)
            lines = choice.lines(project)
        else:
            lines = parse_requirements(decode(found.tree.read(path)))
    except (UnreadableError, ProjectError):
        found.unknown[f"what {shown} lists"] = None
        return
    found.files.append(path)
    for line in lines:
        _take(found, path, line, constraint)


def _take(found: _Gathering, path: str, line: Line, constraint: bool) -> None:
    if line.kind in ("include", "constraint"):
        inner = None if line.url else join(parent(path), line.name)
        if inner is not None:
            _gather(found, inner, line.name, MAIN_ONLY, constraint or line.kind == "constraint")
        elif line.kind == "include" and not constraint:
            found.unknown[f"what {line.name} lists"] = None
    elif line.kind == "option":
        found.served |= _option(line)
    elif not found.target.admits(line.marker):
        return
    elif constraint:
        if line.kind == "requirement" and line.name:
            found.constraints[line.name] = line.specifier
    elif line.kind in ("requirement", "editable") and line.url is not None and "://" not in line.url:
        _take_path(found, path, line)
    elif line.kind == "requirement":
        found.lines.append((path, line))
    else:
        found.unknown[line.label] = None


def _take_path(found: _Gathering, path: str, line: Line) -> None:
    """A path is relative to where the installer runs, most often the folder of the first or of this file."""
    address = (line.url or "").removeprefix("file:")
    label = line.name or address
    places = (join(parent(path), address), join(parent(found.first), address))
    inner = next((p for p in places if p is not None and (found.tree.is_dir(p) or found.tree.is_file(p))), None)
    if inner is None or (found.tree.is_file(inner) and not inner.endswith(".whl")):
        found.unknown[label] = None
        return
    if inner in found.beside:
        return
    own = not inner or f"{path}/".startswith(f"{inner}/")
    found.beside[inner] = Beside(label, inner, own)
    for name in PROJECT_FILES:
        project = join(inner, name)
        if name != "Pipfile" and project is not None and found.tree.is_file(project):
            _gather(found, project, project, DependencyChoice(extras=frozenset(line.extras)))
            return


def _option(line: Line) -> Served:
    """What an option of a requirements file says; an index whose address is a variable may have anything."""
    if line.name not in INDEXES:
        return PYPI
    return served_by([line.url]) if line.url else Served(other=True)


def local_version(line: Line, served: Served) -> str:
    """The local version that the index of a requirement serves; "" for the usual index."""
    stated = [address for address in (line.index, line.url) if address is not None]
    cpu = served_by(stated).cpu or (served.cpu and line.index is None)
    return "cpu" if cpu and line.name in TORCH_FAMILY and "+" not in line.specifier else ""
