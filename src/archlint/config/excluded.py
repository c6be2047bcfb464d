"""Which files and folders the settings keep from being read, and by which pattern."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from archlint.collect import MAX_FILES, MAX_LEVELS, VENDORED, is_environment
from archlint.syntax.gitignore import compile_patterns
from archlint.tree import Tree

MOST = 1_000
"""Paths that are listed."""


@dataclass(frozen=True, slots=True)
class Excluded:
    """A file, or a folder (its path ends with `/`) with all below it."""

    path: str
    pattern: str


def excluded(tree: Tree, patterns: Sequence[str]) -> tuple[tuple[Excluded, ...], bool]:
    """The first `MOST` in order of their paths, and whether there are more. Folders that tools fill and links are
    passed over, as in a scan."""
    found: list[Excluded] = []
    for entry in _walk(tree, patterns) if patterns else ():
        if len(found) == MOST:
            return tuple(found), True
        found.append(entry)
    return tuple(found), False


def _walk(tree: Tree, patterns: Sequence[str]) -> Iterator[Excluded]:
    compiled = compile_patterns(patterns)
    pending = [""]
    seen = 0
    while pending:
        path = pending.pop()
        if path and tree.is_link(path):
            continue
        is_folder = tree.is_dir(path)
        if path and is_folder and (path.rsplit("/", 1)[-1] in VENDORED or is_environment(tree, path)):
            continue
        verdict = compiled.check(f"{path}/" if is_folder else path) if path else None
        if verdict is not None and verdict.ignored:
            yield Excluded(f"{path}/" if is_folder else path, verdict.pattern)
        elif is_folder and path.count("/") < MAX_LEVELS:
            seen += 1
            if seen > MAX_FILES:
                return
            pending += [f"{path}/{name}" if path else name for name in reversed(tree.names(path))]
