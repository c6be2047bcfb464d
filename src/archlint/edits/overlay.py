"""A tree in which some files have another content than below it."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Self

from archlint.cache.recording_tree import VersionedTree
from archlint.tree import MAX_FILE_BYTES, Tree, UnreadableError


class OverlayTree:
    """`changed` holds the bytes of files that are there in `base`, by path; nothing is added or removed."""

    def __init__(self, base: Tree, changed: Mapping[str, bytes] = MappingProxyType({})) -> None:
        self.base = base
        self.changed = dict(changed)

    def with_changes(self, changed: Mapping[str, bytes]) -> OverlayTree:
        return OverlayTree(self.base, {**self.changed, **changed})

    def is_file(self, path: str) -> bool:
        return self.base.is_file(path)

    def is_dir(self, path: str) -> bool:
        return self.base.is_dir(path)

    def is_link(self, path: str) -> bool:
        return self.base.is_link(path)

    def names(self, folder: str) -> tuple[str, ...]:
        return self.base.names(folder)

    def refusal(self, folder: str) -> str:
        return self.base.refusal(folder)

    def size(self, path: str) -> int:
        return len(self.changed[path]) if path in self.changed else self.base.size(path)

    def read(self, path: str, limit: int = MAX_FILE_BYTES) -> bytes:
        data = self.changed.get(path)
        if data is None:
            return self.base.read(path, limit)
        if len(data) > limit:
            raise UnreadableError(f"it has {len(data):,} bytes; archlint reads files up to {limit:,}")
        return data


class StampedOverlay(OverlayTree):
    """One that tells what changed: a changed file has no stamp, so that its content is compared."""

    def __init__(self, base: VersionedTree, changed: Mapping[str, bytes] = MappingProxyType({})) -> None:
        super().__init__(base, changed)
        self.below = base

    def with_changes(self, changed: Mapping[str, bytes]) -> Self:
        return type(self)(self.below, {**self.changed, **changed})

    def listing(self, folder: str) -> str:
        return self.below.listing(folder)

    def stamp(self, path: str) -> str:
        return "" if path in self.changed else self.below.stamp(path)
