"""What a Dockerfile's install commands name: files of the repository, and packages on the command line."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from archlint.model.deployed import Dependency
from archlint.model.image import Image, Install
from archlint.model.place import Place
from archlint.packaging.dependencies.choice import DependencyChoice, choice_of
from archlint.packaging.dependencies.indexes import PYPI, TORCH_FAMILY, Served, of_command, of_environment
from archlint.packaging.dependencies.wanted import dependency
from archlint.syntax.locks import is_lock
from archlint.syntax.project_files.conda import conda_line
from archlint.syntax.requirements import Line, decode, parse_requirements
from archlint.tree import Tree, UnreadableError


@dataclass(frozen=True, slots=True)
class InstalledFile:
    """A file that a command installs from; `served` by the indexes that the command and its surroundings name."""

    path: str
    choice: DependencyChoice
    served: Served = PYPI
    constraints: tuple[str, ...] = ()


def installed_files(install: Install, image: Image) -> tuple[InstalledFile, ...]:
    """A lock is taken before the project file beside it, which then only says what the project itself names."""
    locks = tuple(path for path in install.files if is_lock(path.rpartition("/")[2]))
    folders = {path.rpartition("/")[0] for path in locks}
    others = tuple(
        path for path in install.files if path not in locks and not _is_project(path, folders) and not _is_wheel(path)
    )
    choice, served = choice_of(install), indexes_of(install, image)
    return tuple(InstalledFile(path, choice, served, install.constraints) for path in dict.fromkeys((*locks, *others)))


def indexes_of(install: Install, image: Image) -> Served:
    """By the options of the command and the variables of the image."""
    return of_command(install) | of_environment(image)


def named_packages(install: Install, image: Image, tree: Tree) -> tuple[Dependency, ...]:
    """The packages on the command line, each at the line of the Dockerfile that it stands in."""
    rows = _rows(tree, image.dockerfile)
    served = indexes_of(install, image)
    found: list[Dependency] = []
    wheels = [path.rpartition("/")[2] for path in install.files if path.endswith(".whl")]
    for text in (*install.packages, *wheels):
        for line in _lines(text, install.tool):
            if line.kind == "requirement" and line.name and (line.url is None or line.specifier):
                place = Place(image.dockerfile, _line_of(text, rows, install))
                found.append(dependency(line, place, served))
    return tuple(found)


def with_index(found: Dependency, served: Served) -> Dependency:
    """As the file says it, or as an index of the command serves it."""
    if found.by_address:
        return found
    local = "cpu" if served.cpu and not found.local and found.name in TORCH_FAMILY else found.local
    return replace(found, local=local, index=found.index or served.index)


def _lines(text: str, tool: str) -> Iterator[Line]:
    if tool == "conda":
        line = conda_line(text, 1)
        if line is not None:
            yield line
    else:
        yield from parse_requirements(text)


def local_archives(install: Install) -> tuple[str, ...]:
    """Wheels and source archives of the repository that the command installs."""
    return tuple(path for path in install.files if _is_wheel(path))


def _rows(tree: Tree, dockerfile: str) -> list[str]:
    try:
        return decode(tree.read(dockerfile)).replace("\r\n", "\n").split("\n")
    except UnreadableError:
        return []


def _line_of(text: str, rows: list[str], install: Install) -> int:
    """The first line of the instruction in which the package stands as a word; the instruction's own otherwise."""
    for number in range(install.line, min(install.end_line, len(rows)) + 1):
        if any(word.strip("\"'\\;&,[]") == text or word.strip("\"'") == text for word in rows[number - 1].split()):
            return number
    return install.line


def _is_project(path: str, folders: set[str]) -> bool:
    folder, _, name = path.rpartition("/")
    return folder in folders and name in ("pyproject.toml", "Pipfile")


def _is_wheel(path: str) -> bool:
    return path.endswith((".whl", ".zip", ".tar.gz"))
