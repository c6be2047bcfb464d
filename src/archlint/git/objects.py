"""The objects of a repository, loose and packed, each read with a bound on its size.

Format: https://git-scm.com/docs/gitrepository-layout
"""

from __future__ import annotations

import os
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from traceback import clear_frames

from archlint.git.errors import GitError, MissingObjectError, TooLargeError
from archlint.git.packs import PackFile
from archlint.tree import DiskTree, UnreadableError

BLOB, TREE, COMMIT, TAG = "blob", "tree", "commit", "tag"
_KINDS = {1: COMMIT, 2: TREE, 3: BLOB, 4: TAG}
_START = 8_192
_SLACK = 1_000_000
"""Bytes by which compressed data may be longer than what comes out of it."""
_MAX_ALTERNATES = 100_000
_MAX_PACKS = 300
"""Each takes three open files."""


class Objects:
    """By the 40 hexadecimal digits of their names. `folder` is the repository's `objects`; no link leads out of it, and
    no other repository's objects are read. To be closed after use."""

    def __init__(self, folder: Path) -> None:
        self._root = os.path.realpath(folder)
        self._files = DiskTree(folder)
        self._packs: tuple[PackFile, ...] | None = None
        self._refuse_borrowed()

    def close(self) -> None:
        for pack in self._packs or ():
            pack.close()
        self._packs = ()

    def read(self, name: str, limit: int) -> tuple[str, bytes]:
        """(kind, content). Raises GitError; TooLargeError above `limit` bytes, MissingObjectError where it is not."""
        path = self._loose(name)
        with _blamed(name):
            if path is not None:
                return self._read_loose(path, limit)
            pack, _ = self._packed(name)
            kind, content = pack.raw(bytes.fromhex(name), limit)
            return _KINDS.get(kind, ""), content

    def size(self, name: str) -> int:
        """Bytes of the content, without reading all of it."""
        path = self._loose(name)
        with _blamed(name):
            if path is not None:
                with open(os.path.join(self._root, path), "rb") as file:
                    return _loose_head(zlib.decompressobj().decompress(file.read(_START), _START))[1]
            pack, offset = self._packed(name)
            return pack.size(offset)

    def starting(self, digits: str) -> frozenset[str]:
        """The names that start with some digits, four or more."""
        found = {digits[:2] + rest for rest in self._files.names(digits[:2]) if len(rest) == 38}
        with _blamed(digits):
            for pack in self._all_packs():
                found.update(name.hex() for name in pack.starting(bytes.fromhex(digits[: len(digits) // 2 * 2])))
        return frozenset(name for name in found if name.startswith(digits))

    def is_partial(self) -> bool:
        """Whether a filter left objects with the server that it was cloned from."""
        return any(name.endswith(".promisor") for name in self._files.names("pack"))

    def _refuse_borrowed(self) -> None:
        path = "info/alternates"
        if not self._files.is_file(path) and not self._files.is_link(path):
            return
        try:
            text = self._files.read(path, _MAX_ALTERNATES)
        except UnreadableError:
            text = b"?"
        if any(line.strip() and not line.startswith(b"#") for line in text.splitlines()):
            raise GitError(
                "the repository borrows objects of another one (.git/objects/info/alternates), which archlint does not "
                "read; `git repack -a -d && rm .git/objects/info/alternates` makes it whole"
            )

    def _loose(self, name: str) -> str | None:
        path = f"{name[:2]}/{name[2:]}"
        return path if self._files.is_file(path) else None

    def _read_loose(self, path: str, limit: int) -> tuple[str, bytes]:
        data = self._files.read(path, limit + limit // 100 + _SLACK)
        unpacked = zlib.decompressobj().decompress(data, limit + _START)
        kind, size, start = _loose_head(unpacked)
        if size > limit:
            raise TooLargeError(f"it has {size:,} bytes; archlint reads files up to {limit:,}")
        content = unpacked[start:]
        if len(content) != size:
            raise GitError("its content has another length than it says")
        return kind, content

    def _packed(self, name: str) -> tuple[PackFile, int]:
        raw = bytes.fromhex(name)
        for pack in self._all_packs():
            offset = pack.offset(raw)
            if offset is not None:
                return pack, offset
        raise MissingObjectError(f"object {name} is not there")

    def _all_packs(self) -> tuple[PackFile, ...]:
        if self._packs is None:
            names = [name[:-5] for name in self._files.names("pack") if name.endswith(".pack")]
            if len(names) > _MAX_PACKS:
                raise GitError(f"the repository has {len(names):,} packs; `git gc` makes one of them")
            whole = [
                name
                for name in names
                if self._files.is_file(f"pack/{name}.pack") and self._files.is_file(f"pack/{name}.idx")
            ]
            self._packs = tuple(PackFile(os.path.join(self._root, "pack", name)) for name in whole)
        return self._packs


@contextmanager
def _blamed(name: str) -> Iterator[None]:
    """Whatever damaged data makes zlib, dulwich or the system raise is a GitError."""
    try:
        yield
    except GitError:
        raise
    except UnreadableError as error:
        raise GitError(f"object {name} cannot be read: {error}") from error
    except Exception as error:
        clear_frames(error.__traceback__)  # they hold views of a pack, which then could not be closed
        raise GitError(f"object {name} is damaged ({type(error).__name__})") from error


def _loose_head(data: bytes) -> tuple[str, int, int]:
    """(kind, size, where the content starts)."""
    end = data.index(b"\0", 0, 64)
    kind, _, size = data[:end].partition(b" ")
    return kind.decode("ascii"), int(size), end + 1
