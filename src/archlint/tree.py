"""The scanned repository as a tree of files: nothing outside its root is ever read.

Paths are relative to the root, with `/` and without `.` or `..`; the root itself is "".
"""

from __future__ import annotations

import os
import posixpath
import stat
import time
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Protocol

MAX_FILE_BYTES = 5_000_000
"""Source files above this size (bytes) are not parsed; they are data or generated."""


RACY_S = 2.0
"""Seconds within which two changes of a file may bear the same time."""


class UnreadableError(Exception):
    """A file that is there but cannot be read; the message completes "cannot be read: …"."""


class Tree(Protocol):
    """What the readers may ask of a repository."""

    def is_file(self, path: str) -> bool: ...

    def is_dir(self, path: str) -> bool: ...

    def is_link(self, path: str) -> bool:
        """Whether the entry itself is a symbolic link."""
        ...

    def names(self, folder: str) -> tuple[str, ...]:
        """The entries of a folder, sorted; empty for a folder that is not there."""
        ...

    def refusal(self, folder: str, /) -> str:
        """Why a folder that is there could not be listed; "" where it could."""
        ...

    def size(self, path: str) -> int:
        """Bytes of a file; 0 when it is not there."""
        ...

    def read(self, path: str, limit: int = MAX_FILE_BYTES) -> bytes:
        """The bytes of a regular file; raises UnreadableError, also above `limit` bytes."""
        ...


def join(folder: str, relative: str) -> str | None:
    """`relative` as seen from `folder`, or None when it leads out of the root or is absolute."""
    if relative.startswith("/") or "\0" in relative:
        return None
    path = posixpath.normpath(posixpath.join(folder, relative.replace("\\", "/")))
    if path == ".." or path.startswith("../"):
        return None
    return "" if path == "." else path


def parent(path: str) -> str:
    """The folder that holds `path`."""
    return path.rpartition("/")[0]


class DiskTree:
    """A folder on disk. Links are followed only to places inside the root."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self._real = os.path.realpath(root)
        self._names: dict[str, tuple[str, ...]] = {}
        self._folded: dict[str, frozenset[str]] = {}
        """Of the folders that could be listed: the names without the difference between capital and small letters."""
        self._refusals: dict[str, str] = {}
        self._kinds: dict[str, str] = {"": "folder"}
        self._links: set[str] = set()

    def _full(self, path: str) -> str:
        return os.path.join(self._real, path) if path else self._real

    def _kind(self, path: str) -> str:
        """ "file", "folder" or "" for anything else and for what is not there."""
        kind = self._kinds.get(path)
        if kind is None:
            kind = self._kinds[path] = self._look(path)
        return kind

    def _look(self, path: str) -> str:
        """Through links, as long as they stay inside the root."""
        listed = self._listed(path)
        if listed is not None:
            return listed
        try:
            real = os.path.realpath(self._full(path))
            if not real.startswith(self._real.rstrip(os.sep) + os.sep):
                return "folder" if real == self._real else ""
            mode = os.stat(real).st_mode
        except (OSError, ValueError):
            return ""
        return "file" if stat.S_ISREG(mode) else "folder" if stat.S_ISDIR(mode) else ""

    def _listed(self, path: str) -> str | None:
        """The kind as the lists of the folders above tell it, which spares a system call for each of them. None where
        that is open: for a link, and for a name that a file system may fold into another."""
        folder = ""
        for name in path.split("/"):
            self.names(folder)
            folded = self._folded.get(folder)
            if folded is None or name in ("", ".", "..") or not name.isascii():
                return None
            if name.casefold() not in folded:
                return ""
            folder = f"{folder}/{name}" if folder else name
            kind = self._kinds.get(folder)
            if kind != "folder":
                return kind if folder == path else None
        return "folder"

    def is_file(self, path: str) -> bool:
        return self._kind(path) == "file"

    def is_dir(self, path: str) -> bool:
        return self._kind(path) == "folder"

    def is_link(self, path: str) -> bool:
        self.names(parent(path))
        return path in self._links

    def size(self, path: str) -> int:
        try:
            return os.stat(self._full(path)).st_size if self.is_file(path) else 0
        except OSError:
            return 0

    def names(self, folder: str) -> tuple[str, ...]:
        if folder not in self._names:
            self._names[folder] = self._list(folder) if self.is_dir(folder) else ()
        return self._names[folder]

    def refusal(self, folder: str) -> str:
        self.names(folder)
        return self._refusals.get(folder, "")

    def _list(self, folder: str) -> tuple[str, ...]:
        names = []
        try:
            with os.scandir(self._full(folder)) as entries:
                for entry in entries:
                    names.append(entry.name)
                    path = f"{folder}/{entry.name}" if folder else entry.name
                    if entry.is_symlink():
                        self._links.add(path)
                    else:
                        self._kinds[path] = "folder" if entry.is_dir() else "file" if entry.is_file() else ""
        except OSError as error:
            self._refusals[folder] = error.strerror or "the system refused it"
            return ()
        self._folded[folder] = frozenset(name.casefold() for name in names)
        return tuple(sorted(names))

    def listing(self, folder: str) -> str:
        """The entries of a folder with their kinds, in one text; "" for a folder that is not there."""
        kinds, links = self._kinds, self._links
        prefix = f"{folder}/" if folder else ""
        shown = []
        for name in self.names(folder):
            path = prefix + name
            shown.append(f"{name}/{'link' if path in links else kinds.get(path, '')}")
        return "/".join((*shown, self._refusals.get(folder, "")))

    def stamp(self, path: str) -> str:
        """Size, times and number of a file, as the file system has them; "" where a change may leave them as they are:
        just after one, and where the time of the last change of any kind is not kept."""
        try:
            found = os.stat(self._full(path))
        except (OSError, ValueError):
            return ""
        if os.name == "nt" or max(found.st_mtime, found.st_ctime) > time.time() - RACY_S:
            return ""
        return f"{found.st_size} {found.st_mtime_ns} {found.st_ctime_ns} {found.st_ino}"

    def read(self, path: str, limit: int = MAX_FILE_BYTES) -> bytes:
        if not self.is_file(path):
            raise UnreadableError("it is not a regular file below the scanned folder")
        if self.size(path) > limit:
            raise UnreadableError(f"it has {self.size(path):,} bytes; archlint reads files up to {limit:,}")
        try:
            with open(self._full(path), "rb") as file:
                return file.read(limit + 1)
        except OSError as error:
            raise UnreadableError(error.strerror or "the system refused it") from error


class MemoryTree:
    """A repository made of strings, for examples and tests."""

    def __init__(self, files: Mapping[str, str | bytes], folders: Iterable[str] = ()) -> None:
        self._files = {p: c.encode() if isinstance(c, str) else c for p, c in files.items()}
        self._folders: dict[str, set[str]] = {"": set()}
        for path in (*self._files, *folders):
            while path:
                self._folders.setdefault(parent(path), set()).add(posixpath.basename(path))
                path = parent(path)
        for folder in folders:
            self._folders.setdefault(folder, set())

    def is_file(self, path: str) -> bool:
        return path in self._files

    def is_dir(self, path: str) -> bool:
        return path in self._folders

    def is_link(self, path: str) -> bool:
        return path not in self._files and path not in self._folders

    def size(self, path: str) -> int:
        return len(self._files.get(path, b""))

    def names(self, folder: str) -> tuple[str, ...]:
        return tuple(sorted(self._folders.get(folder, ())))

    def refusal(self, _folder: str) -> str:
        return ""

    def listing(self, folder: str) -> str:
        prefix = f"{folder}/" if folder else ""
        return "/".join(f"{n}/{'file' if prefix + n in self._files else 'folder'}" for n in self.names(folder))

    def stamp(self, _path: str) -> str:
        return ""

    def read(self, path: str, limit: int = MAX_FILE_BYTES) -> bytes:
        if path not in self._files:
            raise UnreadableError("it is not a regular file below the scanned folder")
        if len(self._files[path]) > limit:
            raise UnreadableError(f"it has {len(self._files[path]):,} bytes; archlint reads files up to {limit:,}")
        return self._files[path]
