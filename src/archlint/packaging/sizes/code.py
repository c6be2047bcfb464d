"""Bytes of code as it lies in the repository: folders, single files and archives."""

from __future__ import annotations

import io
import re
import struct
import zipfile
import zlib
from dataclasses import dataclass

from archlint.cache.memo import per_tree
from archlint.knowledge.ml import is_model_file
from archlint.model.size import ModelFile, SizePart
from archlint.packaging.dependencies.vendored import dist_infos, owners
from archlint.tree import Tree, UnreadableError

MAX_FILES = 200_000
MAX_DEPTH = 60
MAX_ARCHIVE_BYTES = 120_000_000
MAX_POINTER_BYTES = 1_024
GENERIC_MODEL_BYTES = 1_000_000
"""A file whose suffix is also used for data counts as a model from this size on."""

LEFT_OUT = frozenset({"__pycache__", ".git", ".aws-sam"})
"""Folders that SAM does not copy, and compiled files, which its builds do not make."""

_POINTER = re.compile(rb"\Aversion https://git-lfs\.github\.com/spec/v1\s[\s\S]*?^size (\d{1,15})\s*$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Contents:
    """What lies below a folder: `bytes` of everything, of which `models` and the `installed` packages are parts."""

    bytes: int
    models: tuple[ModelFile, ...] = ()
    installed: tuple[SizePart, ...] = ()
    """Packages that are vendored, with the bytes of their top-level folders."""

    @property
    def own_bytes(self) -> int:
        """Without models and installed packages."""
        return self.bytes - sum(m.bytes for m in self.models) - sum(p.estimate_bytes for p in self.installed)


def folder_bytes(tree: Tree, folder: str) -> int | None:
    """The sum of the apparent sizes below a folder, or of the one file; None when it is not there or too large to
    count."""
    found = contents(tree, folder)
    return None if found is None else found.bytes


@per_tree
def contents(tree: Tree, folder: str) -> Contents | None:
    """Of a folder, or of one file; None when it is not there or too large to count."""
    if tree.is_file(folder):
        model = model_file(tree, folder)
        return Contents(tree.size(folder), (model,) if model is not None else ())
    if not tree.is_dir(folder):
        return None
    holders = owners(tree, folder)
    shares: dict[str, list[int]] = {name: [0, 0] for name in holders.values()}
    models: list[ModelFile] = []
    total = files = 0
    stack: list[tuple[str, tuple[tuple[str, ...], ...], str | None]] = [(folder, (), None)]
    while stack:
        here, above, owner = stack.pop()
        names = tree.names(here)
        if names in above:
            continue
        for name in names:
            path = f"{here}/{name}" if here else name
            holder = owner or holders.get(path)
            if tree.is_file(path):
                size = tree.size(path)
                total += size
                files += 1
                model = model_file(tree, path, size) if holder is None else None
                if model is not None:
                    models.append(model)
                elif holder is not None:
                    shares[holder][0] += size
                    shares[holder][1] += size if "/tests/" in path or ".dist-info/" in path else 0
            elif name not in LEFT_OUT and len(above) < MAX_DEPTH:
                stack.append((path, (*above, names), holder))
            if files > MAX_FILES or len(stack) > MAX_FILES:
                return None
    installed = tuple(SizePart(name, n, n, n, "dependency", spare) for name, (n, spare) in sorted(shares.items()) if n)
    return Contents(total, tuple(models), installed)


def model_file(tree: Tree, path: str, size: int | None = None) -> ModelFile | None:
    """The file where its name says that it holds a model's weights; a Git LFS pointer is told by its text."""
    name = path.rpartition("/")[2]
    if not is_model_file(name):
        return None
    size = tree.size(path) if size is None else size
    stated = _stated_bytes(tree, path) if size <= MAX_POINTER_BYTES else None
    if stated is None and size < GENERIC_MODEL_BYTES and not is_model_file(f"x.{name.rpartition('.')[2]}"):
        return None
    return ModelFile(path, size, stated)


def _stated_bytes(tree: Tree, path: str) -> int | None:
    """What a Git LFS pointer says of the file that it stands for."""
    try:
        found = _POINTER.match(tree.read(path, MAX_POINTER_BYTES))
    except UnreadableError:
        return None
    return int(found[1]) if found is not None else None


@per_tree
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
    return frozenset(found.name for found in dist_infos(tree, folder))
