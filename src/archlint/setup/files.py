"""Writing into a repository: a new file replaces none, a changed one is replaced whole, no link is followed."""

from __future__ import annotations

import contextlib
import os
import secrets
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


class NotWrittenError(Exception):
    """The message says why, for a person."""


def create(root: Path, path: str, text: str) -> None:
    """A new file with the folders above it. Raises NotWrittenError, also where something is there already."""
    target = _target(root, path)
    with _explained(path):
        target.parent.mkdir(parents=True, exist_ok=True)
        with _beside(target, text.encode("utf-8")) as partial:
            _put(partial, target)


def replace(root: Path, path: str, before: bytes, after: bytes) -> None:
    """`after` in place of `before`, with the file's mode. Raises NotWrittenError, also where the file holds something
    else by now."""
    target = _target(root, path)
    with _explained(path):
        mode = target.lstat().st_mode
        if not stat.S_ISREG(mode):
            raise NotWrittenError(f"{path} is no regular file")
        if target.read_bytes() != before:
            raise NotWrittenError(f"{path} has changed in the meantime")
        with _beside(target, after) as partial:
            partial.chmod(stat.S_IMODE(mode))
            partial.replace(target)


def _target(root: Path, path: str) -> Path:
    folder = root
    *folders, name = path.split("/")
    for part in folders:
        folder = folder / part
        if folder.is_symlink():
            raise NotWrittenError(f"{path}: a link is in its way")
    return folder / name


@contextmanager
def _explained(path: str) -> Iterator[None]:
    try:
        yield
    except FileExistsError as error:
        raise NotWrittenError(f"{path} is there already") from error
    except OSError as error:
        raise NotWrittenError(f"{path}: {error.strerror or type(error).__name__}") from error


@contextmanager
def _beside(target: Path, data: bytes) -> Iterator[Path]:
    """A complete file in the same folder, which is gone afterwards unless it was moved."""
    partial = target.with_name(f".{target.name}.{secrets.token_hex(8)}.tmp")
    try:
        with open(partial, "xb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        yield partial
    finally:
        with contextlib.suppress(OSError):
            partial.unlink()


def _put(partial: Path, target: Path) -> None:
    """In one step, and only where nothing is; a file system without hard links gets a look and a move."""
    try:
        os.link(partial, target)
    except FileExistsError:
        raise
    except OSError:
        if os.path.lexists(target):
            raise FileExistsError(target) from None
        partial.replace(target)
