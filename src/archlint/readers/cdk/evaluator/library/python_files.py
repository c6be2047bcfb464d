"""os, os.path, glob, pathlib and open, against the tree. Nothing is written and nothing is run."""

from __future__ import annotations

import posixpath
from collections.abc import Callable
from typing import TYPE_CHECKING

from archlint.readers.cdk.evaluator import paths
from archlint.readers.cdk.evaluator.attributes import environment
from archlint.readers.cdk.evaluator.library.helper import Helper, Invocation, fixed, pure, strict
from archlint.readers.cdk.evaluator.library.path_objects import exists, matching, open_file, relative
from archlint.readers.cdk.evaluator.operators import text, unknown
from archlint.readers.cdk.values import CdkValue, FilePath, Open, Unset

if TYPE_CHECKING:
    from archlint.readers.cdk.evaluator.machine import Machine

MAX_WALK = 2_000
_OUTSIDE = "it leads out of the scanned folder"


def folder_of(machine: Machine, value: CdkValue) -> str | None:
    """The folder of the tree that a path of the app means."""
    path = paths.repository_path(value, machine.folder) if isinstance(value, str | FilePath) else None
    return path if path is not None and machine.tree.is_dir(path) else None


def _texts(function: Callable[[Machine, list[str]], CdkValue]) -> Helper:
    """A helper of paths as texts."""

    def helper(at: Invocation, *values: CdkValue) -> CdkValue:
        parts: list[str] = []
        for value in values:
            if not isinstance(value, str | FilePath):
                return unknown(value)
            parts.append(value if isinstance(value, str) else value.text)
        return function(at.machine, parts)

    return strict(helper)


def _test(kind: str) -> Helper:
    def test(machine: Machine, parts: list[str]) -> CdkValue:
        path = paths.repository_path(parts[0], machine.folder)
        return Open(_OUTSIDE) if path is None else exists(machine, path, kind)

    return _texts(test)


def _names(machine: Machine, parts: list[str]) -> CdkValue:
    path = paths.repository_path(parts[0] if parts else ".", machine.folder)
    return Open(_OUTSIDE) if path is None else machine.memory.born_list(list(machine.tree.names(path)))


def _walk(machine: Machine, parts: list[str]) -> CdkValue:
    """(folder, names of folders, names of files), folders before what is in them."""
    found: list[CdkValue] = []
    waiting = [parts[0]]
    while waiting and len(found) < MAX_WALK:
        shown = waiting.pop()
        machine.budget.spend()
        path = paths.repository_path(shown, machine.folder)
        if path is None:
            return Open(_OUTSIDE)
        names = machine.tree.names(path)
        folders = [n for n in names if machine.tree.is_dir(posixpath.join(path, n))]
        found.append([shown, list(folders), [n for n in names if n not in folders]])
        inside = [n for n in folders if not machine.tree.is_link(posixpath.join(path, n))]
        waiting += [posixpath.join(shown, name) for name in reversed(inside)]
    return machine.memory.born_list(found)


def _glob(at: Invocation, pattern: CdkValue, **options: CdkValue) -> CdkValue:
    if not isinstance(pattern, str) or set(options) - {"recursive"}:
        return unknown(pattern)
    start = paths.ROOT + "/" if pattern.startswith(paths.ROOT + "/") else ""
    folder = "" if start else at.machine.folder
    found = [start + inner for inner in matching(at.machine, folder, pattern.removeprefix(start))]
    return at.memory.born_list(list(found))


def environment_or(at: Invocation) -> CdkValue:
    """`os.environ.get(name, default)`: the default, since nothing in a repository sets variables."""
    found = environment(at.get(0, "key"))
    default = at.get(1, "default")
    return default if isinstance(found, Unset) and default is not None else found


def _path(*values: CdkValue) -> CdkValue:
    parts = [text(value, False) for value in values]
    plain = [part for part in parts if isinstance(part, str)]
    return FilePath(paths.join(plain) or ".") if len(plain) == len(parts) else Open("a path of something unknown")


def _here(at: Invocation) -> CdkValue:
    return paths.absolute(at.machine.folder)


_PATHS: dict[str, Helper] = {
    "join": _texts(lambda _, parts: paths.join(parts)),
    "dirname": _texts(lambda _, parts: posixpath.dirname(parts[0])),
    "basename": _texts(lambda _, parts: posixpath.basename(parts[0])),
    "abspath": _texts(lambda machine, parts: paths.resolved(parts[0], machine.folder)),
    "realpath": _texts(lambda machine, parts: paths.resolved(parts[0], machine.folder)),
    "normpath": _texts(lambda _, parts: paths.normal(parts[0])),
    "splitext": _texts(lambda _, parts: list(posixpath.splitext(parts[0]))),
    "split": _texts(lambda _, parts: list(posixpath.split(parts[0]))),
    "isabs": _texts(lambda _, parts: parts[0].startswith("/")),
    "relpath": _texts(
        lambda machine, parts: relative(parts[0], parts[1] if len(parts) > 1 else paths.absolute(machine.folder))
    ),
    "exists": _test("exists"),
    "isfile": _test("is_file"),
    "isdir": _test("is_dir"),
}

HELPERS: dict[str, Helper] = {
    **{f"os.path.{name}": helper for name, helper in _PATHS.items()},
    "os.getcwd": strict(_here),
    "os.listdir": _texts(_names),
    "os.walk": _texts(_walk),
    "os.fspath": _texts(lambda _, parts: parts[0]),
    "os.getenv": environment_or,
    "os.environ.get": environment_or,
    "os.makedirs": fixed(None),
    "os.chdir": fixed(None),
    "glob.glob": strict(_glob),
    "glob.iglob": strict(_glob),
    "pathlib.Path": pure(_path),
    "pathlib.PurePath": pure(_path),
    "pathlib.PosixPath": pure(_path),
    "pathlib.PurePosixPath": pure(_path),
    "pathlib.Path.cwd": strict(lambda at: FilePath(paths.absolute(at.machine.folder))),
    "builtins.open": open_file,
    "io.open": open_file,
}
