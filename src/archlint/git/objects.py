"""The objects of a repository, loose and packed, each read with a bound on its size.

Format: https://git-scm.com/docs/gitrepository-layout
"""

from __future__ import annotations

import os
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import FileIO
from pathlib import Path
from traceback import clear_frames

from dulwich.object_format import SHA1
from dulwich.objects import RawObjectID
from dulwich.pack import Pack

from archlint.tree import DiskTree, UnreadableError


class GitError(Exception):
    """The message is for people: what is wrong and what to do."""


class MissingObjectError(GitError):
    """An object that the repository does not hold."""


class ObjectTooLargeError(GitError):
    """An object beyond the limit that the caller gave."""


MAX_CHAIN = 4_096
"""Deltas upon deltas; git itself makes chains of 50 and allows 4,095."""
MAX_STEP = 64_000_000
"""Bytes of what an object is made from."""
MAX_CHAIN_BYTES = 512_000_000
_HEAD = 4_096
_OFS_DELTA, _REF_DELTA = 6, 7
_ID = 20


@dataclass(frozen=True, slots=True)
class _Head:
    """How an object is stored: whole (`base` is None), or as a delta to the object at the offset `base`. `size` is that
    of the object, `stored` that of what is unpacked for it."""

    kind: int
    size: int
    stored: int
    base: int | None


class PackFile:
    """`path` is the pack's without its suffix."""

    def __init__(self, path: str) -> None:
        self._pack = Pack(path, object_format=SHA1)
        self._path = path + ".pack"
        self._file: FileIO | None = None
        self._heads: dict[int, _Head] = {}

    def close(self) -> None:
        if self._file is not None:
            self._file.close()
        self._pack.close()

    def offset(self, name: bytes) -> int | None:
        """Of an object, by the 20 bytes of its name."""
        try:
            return int(self._pack.index.object_offset(RawObjectID(name)))
        except KeyError:
            return None

    def starting(self, prefix: bytes) -> list[bytes]:
        """The names, of 20 bytes each, that start with some whole bytes."""
        return [name for name in self._pack.index.iter_prefix(prefix) if name.startswith(prefix)]

    def size(self, offset: int) -> int:
        """Bytes of the object."""
        return self._head(offset).size

    def raw(self, name: bytes, limit: int) -> tuple[int, bytes]:
        """(type, content); raises TooLargeError above `limit` bytes."""
        offset = self.offset(name)
        if offset is None:
            raise GitError(f"object {name.hex()} is not in the pack")
        self._check(offset, limit)
        return self._pack.get_raw(RawObjectID(name))

    def _check(self, offset: int, limit: int) -> None:
        """That neither the object nor anything that it is made from is too large."""
        total = 0
        for _ in range(MAX_CHAIN):
            head = self._head(offset)
            total += head.stored
            if head.size > limit or head.stored > max(limit, MAX_STEP) or total > MAX_CHAIN_BYTES:
                raise ObjectTooLargeError(f"it has {head.size:,} bytes; archlint reads files up to {limit:,}")
            if head.base is None:
                return
            limit = max(limit, MAX_STEP)
            offset = head.base
        raise GitError("an object is stored as too long a chain of changes")

    def _head(self, offset: int) -> _Head:
        if offset not in self._heads:
            self._heads[offset] = self._read_head(offset)
        return self._heads[offset]

    def _read_head(self, offset: int) -> _Head:
        if self._file is None:
            self._file = FileIO(self._path)
        self._file.seek(offset)
        data = self._file.read(_HEAD)
        kind, stored, at = data[0] >> 4 & 7, data[0] & 15, 1
        shift = 4
        while data[at - 1] & 0x80:
            stored |= (data[at] & 0x7F) << shift
            shift += 7
            at += 1
        if kind == _OFS_DELTA:
            back = data[at] & 0x7F
            while data[at] & 0x80:
                at += 1
                back = (back + 1) << 7 | data[at] & 0x7F
            base: int | None = offset - back
            at += 1
        elif kind == _REF_DELTA:
            base = self.offset(data[at : at + _ID])
            at += _ID
        else:
            return _Head(kind, stored, stored, None)
        if base is None or base <= 0 or base == offset:
            raise GitError("an object is stored as a change of one that is not there")
        start = zlib.decompressobj().decompress(data[at:], 32)
        _, at = _number(start, 0)
        size, _ = _number(start, at)
        return _Head(kind, size, stored, base)


def _number(data: bytes, at: int) -> tuple[int, int]:
    """A size of a delta's head, and where it ends."""
    value, shift = 0, 0
    while True:
        value |= (data[at] & 0x7F) << shift
        at += 1
        if not data[at - 1] & 0x80:
            return value, at
        shift += 7


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
            raise ObjectTooLargeError(f"it has {size:,} bytes; archlint reads files up to {limit:,}")
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
