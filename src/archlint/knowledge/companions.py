"""What programs use without importing it, and how distributions are imported: rules/data/companions.yaml."""

from __future__ import annotations

from collections.abc import Iterable
from fnmatch import fnmatchcase
from functools import cache, lru_cache

from archlint.knowledge.ml import library_of_distribution
from archlint.knowledge.store import read_yaml

DATA = "companions.yaml"


@cache
def _loads() -> dict[str, list[str]]:
    found: dict[str, list[str]] = read_yaml(DATA)["loads"]
    return found


@lru_cache(maxsize=4096)
def loads(library: str, name: str) -> bool:
    """Whether a library, by its distribution, loads another distribution that is there without being asked for it."""
    return any(fnmatchcase(name, glob) for glob in _loads().get(library, ()))


@lru_cache(maxsize=4096)
def loads_anything(library: str) -> bool:
    """Whether a library finds by itself what is installed beside it."""
    globs: list[str] = read_yaml(DATA)["load_anything"]
    return any(fnmatchcase(library, glob) for glob in globs)


@lru_cache(maxsize=4096)
def import_names(distribution: str) -> tuple[str, ...]:
    """The top-level names under which a distribution is imported; its own name where nothing else is known."""
    library = library_of_distribution(distribution)
    listed: Iterable[str] = read_yaml(DATA)["imports"].get(distribution, ())
    names = [*listed, *((name.partition(".")[0] for name in library.imports) if library else ())]
    return tuple(dict.fromkeys(names)) or (distribution.replace("-", "_"),)
