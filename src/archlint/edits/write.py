"""Changed files to disk: the old file or the whole new one, never through a link, never over somebody's new edits."""

from __future__ import annotations

import difflib
import os
import re
import stat
from collections.abc import Mapping
from pathlib import Path

from archlint.atomic import replace_file

_LINES = re.compile(r"[^\n]*\n|[^\n]+\Z")
"""Lines end at a line feed alone, so that a diff keeps a file's carriage returns."""


def unified(changed: Mapping[str, tuple[bytes, bytes]], decode: Mapping[str, str]) -> str:
    """For `git apply` and `patch -p1`; `decode` holds the encodings of files that are not UTF-8."""
    return "".join(_one(path, *pair, decode.get(path, "utf-8")) for path, pair in sorted(changed.items()))


def _one(path: str, old: bytes, new: bytes, encoding: str) -> str:
    before, after = (_LINES.findall(data.decode(encoding, "replace")) for data in (old, new))
    lines = difflib.unified_diff(before, after, f"a/{path}", f"b/{path}")
    return "".join(line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n" for line in lines)


class NotWrittenError(Exception):
    """A file that was left as it is; the message completes "not written: …"."""


def write(root: Path, path: str, old: bytes, new: bytes) -> None:
    """Replaces the file if it still holds `old`; its mode stays. Raises NotWrittenError."""
    top = os.path.realpath(root)
    full = os.path.join(top, *path.split("/"))
    if os.path.realpath(full) != full:
        raise NotWrittenError("it lies behind a symbolic link")
    try:
        found = os.lstat(full)
        if not stat.S_ISREG(found.st_mode):
            raise NotWrittenError("it is not a regular file")
        if _read(full, len(old)) != old:
            raise NotWrittenError("it has changed since it was read")
        replace_file(full, new, stat.S_IMODE(found.st_mode))
    except OSError as error:
        raise NotWrittenError(error.strerror or "the system refused it") from error


def _read(full: str, size: int) -> bytes:
    """One byte more than expected, so that a longer file is told apart."""
    with os.fdopen(os.open(full, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0)), "rb") as file:
        return file.read(size + 1)
