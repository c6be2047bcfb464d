"""The Python files of a repository by their file names."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from archlint.tree import Tree
from archlint.watch import Watched


class Called:
    """The paths of the files with a file name; what is asked of it is noted."""

    NOTE = "p"

    def __init__(self, tree: Tree, paths: Sequence[str] = ()) -> None:
        self.paths = paths
        self._watched = tree if isinstance(tree, Watched) else None
        self._by_name: dict[str, list[str]] | None = None

    def __call__(self, name: str) -> Sequence[str]:
        if self._by_name is None:
            self._by_name = defaultdict(list)
            for path in self.paths:
                self._by_name[path.rpartition("/")[2]].append(path)
        found = self._by_name.get(name, [])
        if self._watched is not None:
            self._watched.note(f"{self.NOTE}{name}", "\n".join(found))
        return found

    def answer(self, name: str) -> str:
        """What the note about a file name says."""
        return "\n".join(path for path in self.paths if path.rpartition("/")[2] == name)
