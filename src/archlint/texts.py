"""The texts of scanned files by path, read when somebody looks."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from archlint.syntax.source import source_text
from archlint.tree import Tree, UnreadableError


class Texts(Mapping[str, str]):
    """Of the files that are named here; one that cannot be read is an empty text."""

    def __init__(self, tree: Tree, paths: Iterable[str], prefix: str = "") -> None:
        self._tree = tree
        self._paths = frozenset(paths)
        self._prefix = prefix
        self._read: dict[str, str] = {}

    def __getitem__(self, path: str) -> str:
        if path not in self:
            raise KeyError(path)
        if path not in self._read:
            inner = path.removeprefix(self._prefix)
            try:
                self._read[path] = source_text(inner, self._tree.read(inner))
            except UnreadableError:
                self._read[path] = ""
        return self._read[path]

    def __contains__(self, path: object) -> bool:
        return isinstance(path, str) and path.startswith(self._prefix) and path[len(self._prefix) :] in self._paths

    def __iter__(self) -> Iterator[str]:
        return (self._prefix + path for path in sorted(self._paths))

    def __len__(self) -> int:
        return len(self._paths)

    def moved(self, prefix: str) -> Texts:
        """The same texts under longer paths."""
        return Texts(self._tree, self._paths, prefix + self._prefix)
