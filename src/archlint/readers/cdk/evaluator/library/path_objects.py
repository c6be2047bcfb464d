"""pathlib's paths and the folders of the tree."""

from __future__ import annotations

import fnmatch
import posixpath
from collections.abc import Iterator
from typing import TYPE_CHECKING

from archlint.readers.cdk.evaluator import paths
from archlint.readers.cdk.evaluator.objects import CallSite, Handle, Method
from archlint.readers.cdk.evaluator.operators import text, unknown
from archlint.readers.cdk.values import CdkValue, FilePath, Open

if TYPE_CHECKING:
    from archlint.readers.cdk.evaluator.library.helper import Invocation
    from archlint.readers.cdk.evaluator.machine import Machine

MAX_ENTRIES = 5_000
_SKIPPED = frozenset((".git", "node_modules", "cdk.out", ".venv", "venv", "__pycache__"))
_OUTSIDE = "it leads out of the scanned folder"


def path_attribute(owner: FilePath, name: str) -> CdkValue:
    """What pathlib gives without a call."""
    path = owner.text
    stem, suffix = posixpath.splitext(posixpath.basename(path))
    if name == "parent":
        return FilePath(posixpath.dirname(path.rstrip("/")) or ("/" if path.startswith("/") else "."))
    if name == "parents":
        found: list[CdkValue] = []
        while len(found) < 50 and posixpath.dirname(path) not in ("", path):
            path = posixpath.dirname(path)
            found.append(FilePath(path))
        return found
    if name == "parts":
        return [part for part in path.split("/") if part]
    plain = {"name": posixpath.basename(path), "stem": stem, "suffix": suffix}
    return plain[name] if name in plain else Method(owner, name)


def call_path(at: Invocation, name: str) -> CdkValue:
    """A method of a pathlib path."""
    machine, owner, arguments = at.machine, at.owner, at.arguments
    for value in arguments:
        if isinstance(value, Open):
            return unknown(value)
    if name in ("joinpath", "with_suffix", "with_name", "relative_to"):
        return _derived(owner.text, name, [text(value, False) for value in arguments])
    if name in ("resolve", "absolute"):
        return FilePath(paths.resolved(owner.text, machine.folder))
    if name in ("as_posix", "__str__", "expanduser"):
        return owner.text if name != "expanduser" else owner
    if name in ("mkdir", "write_text", "write_bytes", "unlink", "touch", "rmdir"):
        return None
    path = paths.repository_path(owner, machine.folder)
    if path is None:
        return Open(_OUTSIDE)
    if name in ("exists", "is_file", "is_dir"):
        return exists(machine, path, name)
    if name == "read_text":
        return read(machine, owner, at.site)
    if name == "open":
        return open_file(at.with_arguments(owner, *arguments))
    if name == "iterdir":
        return machine.memory.born_list([FilePath(paths.join([owner.text, n])) for n in machine.tree.names(path)])
    if name in ("glob", "rglob") and arguments and isinstance(arguments[0], str):
        pattern = arguments[0] if name == "glob" else f"**/{arguments[0]}"
        found = [FilePath(paths.join([owner.text, inner])) for inner in matching(machine, path, pattern)]
        return machine.memory.born_list(list(found))
    return Open(f"{name} of a path is not followed")


def _derived(path: str, name: str, parts: list[str | Open]) -> CdkValue:
    plain: list[str] = []
    for part in parts:
        if isinstance(part, Open):
            return part
        plain.append(part)
    if name == "joinpath":
        return FilePath(paths.join([path, *plain]))
    if len(plain) != 1:
        return Open(f"{name} of a path is not followed")
    if name == "with_suffix":
        return FilePath(posixpath.splitext(path)[0] + plain[0])
    if name == "with_name":
        return FilePath(posixpath.join(posixpath.dirname(path), plain[0]))
    return FilePath(relative(path, plain[0]))


def relative(path: str, start: str) -> str:
    """Both on the same side: absolute as the app sees it, or both relative."""
    if path.startswith("/") != start.startswith("/"):
        return path
    return posixpath.relpath(posixpath.join("/", path), posixpath.join("/", start))


def exists(machine: Machine, path: str, kind: str) -> bool:
    file, folder = machine.tree.is_file(path), machine.tree.is_dir(path)
    return file if kind == "is_file" else folder if kind == "is_dir" else file or folder


def read(machine: Machine, value: CdkValue, site: CallSite) -> CdkValue:
    """The text of the file that a path of the app means."""
    if isinstance(value, Handle):
        return machine.modules.files.read(value.path)
    if isinstance(value, Open):
        return unknown(value)
    path = paths.repository_path(value, machine.folder)
    if path is None:
        return Open(_OUTSIDE)
    if not machine.tree.is_file(path):
        return machine.fail(f"{path or 'the root'} is not a file of the repository", site.place)
    return machine.modules.files.read(path)


def open_file(at: Invocation) -> CdkValue:
    """`open(path, mode)`: for reading text only."""
    machine, mode = at.machine, at.get(1, "mode", "r")
    if not isinstance(mode, str) or set(mode) - set("rtUb"):
        return Open("a file that the app writes")
    value = at.get(0, "file")
    if isinstance(value, Open):
        return unknown(value)
    path = paths.repository_path(value, machine.folder)
    if path is None:
        return Open(_OUTSIDE)
    if not machine.tree.is_file(path):
        return machine.fail(f"{path or 'the root'} is not a file of the repository", at.site.place)
    return Handle(path)


def matching(machine: Machine, folder: str, pattern: str) -> Iterator[str]:
    """Paths below a folder of the tree, relative to it, that a glob pattern matches."""
    segments = [part for part in pattern.split("/") if part not in ("", ".")]
    if pattern.startswith("/") or len(pattern) > 300 or ".." in segments or not segments:
        return
    waiting = [("", tuple(segments))]
    seen: set[tuple[str, tuple[str, ...]]] = set()
    while waiting and len(seen) < MAX_ENTRIES:
        base, rest = waiting.pop()
        if (base, rest) in seen:
            continue
        seen.add((base, rest))
        machine.budget.spend()
        here = posixpath.join(folder, base) if base else folder
        head, tail = rest[0], rest[1:]
        if head == "**" and tail:
            waiting.append((base, tail))
        found: list[tuple[str, tuple[str, ...]]] = []
        for name in machine.tree.names(here):
            inner = posixpath.join(base, name)
            is_folder = machine.tree.is_dir(posixpath.join(here, name))
            if head == "**":
                if is_folder and name not in _SKIPPED and not machine.tree.is_link(posixpath.join(here, name)):
                    found.append((inner, rest))
            elif fnmatch.fnmatchcase(name, head):
                if not tail:
                    yield inner
                elif is_folder:
                    found.append((inner, tail))
        waiting += reversed(found)
