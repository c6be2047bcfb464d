"""The distributions that a function is built with, as its dependency files, its Dockerfile and its folder name them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from packaging.version import InvalidVersion, Version

from archlint.cache.memo import per_tree
from archlint.model.deployed import Dependency, Mount
from archlint.model.function import FolderCode, Function
from archlint.model.image import Image
from archlint.model.place import Place, Problem
from archlint.packaging.dependencies.choice import MAIN_ONLY, DependencyChoice
from archlint.packaging.dependencies.indexes import served_by
from archlint.packaging.dependencies.installs import InstalledFile, installed_files, named_packages, with_index
from archlint.packaging.dependencies.locks import installed, lock_at
from archlint.packaging.dependencies.sources import code_source, folder_source, layer_source
from archlint.packaging.dependencies.vendored import dist_infos
from archlint.packaging.dependencies.wanted import constrained, limits, parsed_project, read_wants
from archlint.packaging.needs import machines
from archlint.packaging.target import PackageTarget, python_of
from archlint.syntax.locks import Lock, Locked, LockError, is_lock, project_file
from archlint.syntax.project_files import ProjectError, is_project_file
from archlint.tree import Tree, UnreadableError, join, parent


def declared_dependencies(
    function: Function, mounts: tuple[Mount, ...], image: Image | None, tree: Tree
) -> tuple[Dependency, ...]:
    """Each at the line that names it, and what locks add; a file beside code that no build takes in counts as well.
    Empty when nothing names any."""
    target = _target(function, image)
    found: dict[tuple[str, Place], Dependency] = {}
    for one in _files(function, mounts, image, tree):
        for named in _in_file(tree, one.path, target, one.choice):
            limited = constrained(named, limits(tree, one.constraints, target))
            found.setdefault((named.name, named.place), with_index(limited, one.served))
    for install in image.installs if image is not None else ():
        for named in named_packages(install, image, tree) if image is not None else ():
            limited = constrained(named, limits(tree, install.constraints, target))
            found.setdefault((named.name, named.place), limited)
    folders = dict.fromkeys(_vendored_folders(function, mounts)) if image is None else {}
    held = [one for folder in folders for one in _installed(tree, folder)]
    return tuple(_with_vendored(list(found.values()), held, _builds(function)))


def dependency_files(function: Function, mounts: tuple[Mount, ...], image: Image | None, tree: Tree) -> tuple[str, ...]:
    """The files that `declared_dependencies` reads, with those that they include."""
    target = _target(function, image)
    paths: list[str] = []
    for one in _files(function, mounts, image, tree):
        paths.append(one.path)
        name = one.path.rpartition("/")[2]
        if is_lock(name):
            beside = join(parent(one.path), project_file(name))
            paths += [beside] if beside is not None and tree.is_file(beside) else []
        else:
            paths += read_wants(tree, one.path, target, one.choice).evidence
    return tuple(dict.fromkeys(paths))


def declared_problems(tree: Tree, paths: Iterable[str]) -> tuple[Problem, ...]:
    """What of these dependency files cannot be read."""
    found = (_problem(tree, path) for path in dict.fromkeys(paths))
    return tuple(problem for problem in found if problem is not None)


def _problem(tree: Tree, path: str) -> Problem | None:
    name = path.rpartition("/")[2]
    if is_lock(name):
        lock = lock_at(tree, path)
        return Problem(Place(path, lock.line), f"cannot be read: {lock}") if isinstance(lock, LockError) else None
    try:
        if is_project_file(name):
            parsed_project(tree, path)
        elif tree.is_file(path):
            tree.read(path)
    except UnreadableError as error:
        return Problem(Place(path), f"cannot be read: {error}")
    except ProjectError as error:
        return Problem(Place(path, error.line), f"cannot be read: {error.message}")
    return None


def _target(function: Function, image: Image | None) -> PackageTarget:
    version = function.python_version if image is None else image.python_version
    return PackageTarget(machines(function, image)[0], python_of(version))


def _files(function: Function, mounts: tuple[Mount, ...], image: Image | None, tree: Tree) -> Iterator[InstalledFile]:
    if image is not None:
        for install in image.installs:
            yield from installed_files(install, image)
        return
    sources = [code_source(function, tree), *(layer_source(function, layer, tree) for layer in function.layers)]
    if not isinstance(function.code, FolderCode):
        sources += [folder_source(tree, m.source, "") for m in mounts if not m.at]
    for source in sources:
        if source is not None:
            yield InstalledFile(source.path, MAIN_ONLY)


def _builds(function: Function) -> bool:
    return isinstance(function.code, FolderCode) and function.code.builds


@per_tree
def _in_file(tree: Tree, path: str, target: PackageTarget, choice: DependencyChoice) -> tuple[Dependency, ...]:
    if not is_lock(path.rpartition("/")[2]):
        return read_wants(tree, path, target, choice).named
    lock = lock_at(tree, path)
    return () if isinstance(lock, LockError) else _locked(tree, path, lock, target, choice)


def _locked(
    tree: Tree, path: str, lock: Lock, target: PackageTarget, choice: DependencyChoice
) -> tuple[Dependency, ...]:
    """What a lock installs: what the project file names stands at its line there, the rest at the lock's."""
    beside = join(parent(path), project_file(path.rpartition("/")[2]))
    named: dict[str, Dependency] = {}
    if beside is not None and tree.is_file(beside):
        named = {one.name: one for one in read_wants(tree, beside, target, _chosen(lock, choice)).named}
    found: list[Dependency] = []
    for package in installed(lock, target, choice):
        if not package.own and (package.indexed or package.name in named):
            found.append(_dependency(package, path, lock, named.get(package.name)))
    return tuple(found)


def _chosen(lock: Lock, choice: DependencyChoice) -> DependencyChoice:
    """The groups that an installer of the lock takes, by name."""
    every = {group for package in lock.packages for group in package.groups} | set(lock.groups)
    return replace(
        choice, groups=frozenset(g for g in every if choice.has_group(g, lock.default_groups)), defaults=False
    )


def _dependency(package: Locked, path: str, lock: Lock, named: Dependency | None) -> Dependency:
    direct = lock.named is None or package.name in lock.named
    found = named or Dependency(package.name, Place(path, package.line), direct=direct)
    served = served_by([package.index]) if package.index else None
    return replace(
        found,
        version=package.version or None,
        local=found.local or _local(package.version),
        index=found.index if served is None else served.index,
        by_address=not package.indexed,
    )


def _local(version: str) -> str:
    try:
        return Version(version).local or ""
    except InvalidVersion:
        return ""


def _vendored_folders(function: Function, mounts: tuple[Mount, ...]) -> Iterator[str]:
    if isinstance(function.code, FolderCode):
        yield function.code.path
    yield from (layer.folder for layer in function.layers if layer.folder is not None)
    yield from (mount.source for mount in mounts if not mount.at)


@per_tree
def _installed(tree: Tree, folder: str) -> tuple[Dependency, ...]:
    held = dist_infos(tree, folder)
    asked = any(one.requested for one in held)
    return tuple(
        Dependency(
            one.name, one.place, local=_local(one.version), version=one.version, direct=one.requested or not asked
        )
        for one in held
    )


def _with_vendored(named: list[Dependency], held: list[Dependency], builds: bool) -> Iterator[Dependency]:
    """A file's line stands for a package that lies in the folder, whose version then is the one that is deployed,
    unless a build installs over it."""
    by_name = {one.name: one for one in held}
    for one in named:
        lying = by_name.get(one.name)
        exact = lying.version if lying is not None and not builds and one.version is None else one.version
        yield replace(one, version=exact)
    names = {one.name for one in named}
    for name, one in by_name.items():
        if name not in names:
            yield one
