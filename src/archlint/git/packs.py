"""One pack of objects, read by dulwich once it is clear that what comes out is not too large.

Format: https://git-scm.com/docs/pack-format
"""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from io import FileIO

from dulwich.object_format import SHA1
from dulwich.objects import RawObjectID
from dulwich.pack import Pack

from archlint.git.errors import GitError, TooLargeError

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
                raise TooLargeError(f"it has {head.size:,} bytes; archlint reads files up to {limit:,}")
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
