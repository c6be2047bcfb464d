"""Where libraries keep what they download, and the variables that move it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any

from archlint.knowledge.store import read_yaml


@dataclass(frozen=True, slots=True)
class CacheFolder:
    """`variables` move the cache, the first is the one to set; `folder` is what to set it to, None where the library
    takes only a folder that is there already."""

    variables: tuple[str, ...]
    folder: str | None


@cache
def cache_folder(library: str) -> CacheFolder | None:
    """By import name."""
    row: dict[str, Any] | None = read_yaml("cache_folders.yaml")["libraries"].get(library)
    return None if row is None else CacheFolder(tuple(row["variables"]), row.get("folder"))
