"""What a wheel unpacks to, read from the directory at the end of its archive by byte ranges."""

from __future__ import annotations

import io
import re
import struct
import zipfile
import zlib
from dataclasses import dataclass

from archlint.online.http import Answer, Client, FetchError

TAIL_BYTES = 65_558
"""The longest end record that an archive may have; the whole directory, too, in 281 of 314 measured wheels."""

MAX_DIRECTORY_BYTES = 32_000_000
MAX_ENTRIES = 300_000
MAX_UNZIPPED_BYTES = 1 << 40
_RANGE = re.compile(r"bytes (\d{1,15})-(\d{1,15})/(\d{1,15})\Z")
_TEST_FOLDERS = frozenset({"test", "tests"})
"""Not `testing`: libraries import numpy.testing and torch.testing at run time."""
_BROKEN = (zipfile.BadZipFile, struct.error, zlib.error, ValueError, NotImplementedError, OverflowError, EOFError)


class WheelError(Exception):
    """A wheel that cannot be measured; the message completes "NAME: …"."""


@dataclass(frozen=True, slots=True)
class WheelContents:
    """Unzipped bytes of a wheel's files, all in all and by kind, and the bytes of the wheel itself.

    Kinds overlap. `tests_bytes` are files below folders named test or tests, `so_bytes` shared libraries.
    """

    unzipped: int
    wheel_size: int
    files: int
    py_bytes: int
    tests_bytes: int
    distinfo_bytes: int
    so_bytes: int


class _OutsideError(Exception):
    """A read before the part of the file that is held."""

    def __init__(self, position: int) -> None:
        super().__init__(position)
        self.position = position


class Tail(io.RawIOBase):
    """A file of which only the end is held, for zipfile."""

    def __init__(self, data: bytes, total: int) -> None:
        super().__init__()
        self.start = total - len(data)
        self.total = total
        self._data = data
        self._at = 0

    def seekable(self) -> bool:
        return True

    def readable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._at

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self.total}[whence]
        if base + offset < 0:
            raise OSError("seek before the start")
        self._at = base + offset
        return self._at

    def read(self, size: int | None = -1) -> bytes:
        end = self.total if size is None or size < 0 else min(self._at + size, self.total)
        if self._at >= end:
            return b""
        if self._at < self.start:
            raise _OutsideError(self._at)
        found = self._data[self._at - self.start : end - self.start]
        self._at = end
        return found


def read_wheel(client: Client, url: str) -> WheelContents:
    """One request, and a second where the directory is larger than the tail; raises WheelError."""
    tail = read_tail(client, url)
    return contents(tail)


def read_tail(client: Client, url: str) -> Tail:
    """The end of a remote wheel, with its whole directory; raises WheelError."""
    try:
        tail = _tail(client.get_part(url, f"-{TAIL_BYTES}", TAIL_BYTES))
        missing = _missing(tail)
        if missing is None:
            return tail
        if tail.total - missing > MAX_DIRECTORY_BYTES:
            raise WheelError(f"its directory has more than {MAX_DIRECTORY_BYTES:,} bytes")
        tail = _tail(client.get_part(url, f"{missing}-{tail.total - 1}", MAX_DIRECTORY_BYTES))
    except FetchError as error:
        raise WheelError(str(error)) from error
    if _missing(tail) is not None:
        raise WheelError("its directory lies outside the file's end")
    return tail


def contents(tail: Tail) -> WheelContents:
    """Counts the directory; raises WheelError."""
    entries = _entries(tail)
    files = total = py = tests = info = libraries = 0
    for entry in entries:
        *folders, last = entry.filename.split("/")
        size = entry.file_size
        files += 1 if last else 0
        total += size
        py += size if last.endswith(".py") else 0
        libraries += size if ".so" in last else 0
        if folders and folders[0].endswith(".dist-info"):
            info += size
        elif not _TEST_FOLDERS.isdisjoint(folders):
            tests += size
    if total > MAX_UNZIPPED_BYTES:
        raise WheelError("its directory states impossible sizes")
    return WheelContents(total, tail.total, files, py, tests, info, libraries)


def _tail(answer: Answer) -> Tail:
    if answer.status == 200:
        return Tail(answer.body, len(answer.body))
    stated = _RANGE.match(answer.headers.get("content-range", ""))
    if stated is None:
        raise WheelError("the server does not say which bytes it sent")
    first, last, total = (int(text) for text in stated.groups())
    if last + 1 != total or total - first != len(answer.body):
        raise WheelError("the server sent other bytes than those asked for")
    return Tail(answer.body, total)


def _missing(tail: Tail) -> int | None:
    """The position from which the directory has to be fetched; None when it is held, or is no directory at all."""
    try:
        _entries(tail)
    except _OutsideError as outside:
        return outside.position
    return None


def _entries(tail: Tail) -> list[zipfile.ZipInfo]:
    tail.seek(0)
    try:
        with zipfile.ZipFile(tail) as archive:
            found = archive.infolist()
    except (*_BROKEN, OSError, IndexError, MemoryError) as error:
        raise WheelError("it is not a sound zip archive") from error
    if len(found) > MAX_ENTRIES:
        raise WheelError(f"it has more than {MAX_ENTRIES:,} files")
    return found
