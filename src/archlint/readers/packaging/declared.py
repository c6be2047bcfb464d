"""The distributions that a function's own dependency files and its Dockerfile name."""

from __future__ import annotations

from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name

from archlint.model.code import Mount
from archlint.model.dependency import Dependency
from archlint.model.function import Function
from archlint.model.image import Image, Install
from archlint.model.place import Place
from archlint.readers.packaging.target import MACHINES, Target, python_of
from archlint.readers.packaging.wanted import read_wants
from archlint.tree import Tree
from archlint.values import known_or_none


def declared_dependencies(
    function: Function, mounts: tuple[Mount, ...], image: Image | None, tree: Tree
) -> tuple[Dependency, ...]:
    """Without what they bring along; empty when no file names any."""
    architecture = known_or_none(function.architecture.value) or "x86_64"
    version = function.python_version if image is None else image.python_version
    target = Target(MACHINES.get(architecture, "x86_64"), python_of(version))
    folders = [mount.source for mount in mounts if not mount.at] if image is None else []
    files = [f"{folder}/requirements.txt".lstrip("/") for folder in folders]
    found: dict[tuple[str, Place], Dependency] = {}
    for install in image.installs if image is not None else ():
        files += [path for path in install.files if path.endswith(".txt")]
        found.update(((one.name, one.place), one) for one in _named(install, image))
    for path in dict.fromkeys(files):
        if tree.is_file(path):
            found.update(((one.name, one.place), one) for one in read_wants(tree, path, target).named)
    return tuple(found.values())


def _named(install: Install, image: Image | None) -> list[Dependency]:
    """The packages that a Dockerfile's command names."""
    named = []
    for text in install.packages if image is not None else ():
        try:
            one = Requirement(text)
        except InvalidRequirement:
            continue
        place = Place(image.dockerfile, install.line) if image is not None else Place("")
        extras = tuple(sorted(one.extras))
        named.append(Dependency(str(canonicalize_name(one.name)), place, str(one.specifier), extras))
    return named
