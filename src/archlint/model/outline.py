"""Templates in short: what those of one repository have to know of each other."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from posixpath import dirname


@dataclass(frozen=True, slots=True)
class Outline:
    """A template in short."""

    path: str
    functions: frozenset[str] = frozenset()
    in_s3: bool = False
    """All its functions take their code from a bucket."""
    children: tuple[str, ...] = ()
    """The paths of nested templates, as far as it names files."""


def packaged_copies(outlines: Mapping[str, Outline]) -> frozenset[str]:
    """The output of `sam package`: the same functions as a template beside or above it, with all code in S3."""
    originals: dict[frozenset[str], list[str]] = defaultdict(list)
    for one in outlines.values():
        if one.functions and not one.in_s3:
            originals[one.functions].append(dirname(one.path))
    return frozenset(
        one.path
        for one in outlines.values()
        if one.in_s3 and any(_lies_below(dirname(one.path), folder) for folder in originals.get(one.functions, ()))
    )


def _lies_below(folder: str, upper: str) -> bool:
    return f"{folder}/".startswith(f"{upper}/".lstrip("/"))


def families_of(paths: Collection[str], outlines: Mapping[str, Outline]) -> tuple[tuple[str, ...], ...]:
    """Templates that pass each other parameters, together; in order of their first paths."""
    head: dict[str, str] = {path: path for path in paths}

    def first(path: str) -> str:
        while head[path] != path:
            head[path] = head[head[path]]
            path = head[path]
        return path

    for path in paths:
        for child in outlines[path].children:
            if child in head:
                one, other = sorted((first(path), first(child)))
                head[other] = one
    families: dict[str, list[str]] = defaultdict(list)
    for path in sorted(paths):
        families[first(path)].append(path)
    return tuple(tuple(families[path]) for path in sorted(families))
