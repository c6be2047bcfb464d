"""The text of a file as people see it in reports."""

from __future__ import annotations

import codecs
from collections.abc import Iterable, Iterator, Mapping

from archlint.syntax.python import SourceError, decode_python
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


def source_text(path: str, raw: bytes) -> str:
    """By BOM, by a Python file's own declaration, else as UTF-8; what is no text has marks in its place."""
    if raw.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return raw.decode("utf-16", "replace")
    if path.endswith((".py", ".pyi")):
        try:
            return decode_python(raw)
        except SourceError:
            pass
    return raw.decode("utf-8-sig", "replace")
