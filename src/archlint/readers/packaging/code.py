"""Bytes of code as it lies in the repository: folders, single files and archives."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib

from archlint.tree import Tree, UnreadableError

MAX_FILES = 200_000
MAX_DEPTH = 60
MAX_ARCHIVE_BYTES = 120_000_000
LEFT_OUT = frozenset({"__pycache__", ".git", ".aws-sam"})
"""Folders that SAM does not copy, and compiled files, which its builds do not make."""


def folder_bytes(tree: Tree, folder: str) -> int | None:
    """The sum of the apparent sizes below a folder, or of the one file; None when it is not there or too large to
    count."""
    if tree.is_file(folder):
        return tree.size(folder)
    if not tree.is_dir(folder):
        return None
    total = 0
    files = 0
    stack: list[tuple[str, tuple[tuple[str, ...], ...]]] = [(folder, ())]
    while stack:
        here, above = stack.pop()
        names = tree.names(here)
        if names in above:
            continue
        for name in names:
            path = f"{here}/{name}" if here else name
            if tree.is_file(path):
                total += tree.size(path)
                files += 1
            elif name not in LEFT_OUT and len(above) < MAX_DEPTH:
                stack.append((path, (*above, names)))
            if files > MAX_FILES or len(stack) > MAX_FILES:
                return None
    return total


def archive_bytes(tree: Tree, path: str) -> int | None:
    """The sum of file sizes that a zip's central directory states; None for what is no sound zip."""
    try:
        with zipfile.ZipFile(io.BytesIO(tree.read(path, MAX_ARCHIVE_BYTES))) as archive:
            return sum(entry.file_size for entry in archive.infolist())
    except (UnreadableError, zipfile.BadZipFile, zlib.error, struct.error):
        return None
    except (ValueError, NotImplementedError, OverflowError, MemoryError, OSError, EOFError, IndexError):
        return None


def vendored(tree: Tree, folder: str) -> frozenset[str]:
    """Canonical names of packages that are already installed in a folder, or in the folders that a layer uses."""
    inner = tuple(f"{folder}/{name}" if folder else name for name in ("python",))
    found = (name for place in (folder, *inner) for name in tree.names(place))
    return frozenset(
        name.rpartition("/")[2].split("-", 1)[0].lower().replace("_", "-").replace(".", "-")
        for name in found
        if name.endswith(".dist-info")
    )
