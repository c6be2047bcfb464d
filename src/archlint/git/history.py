"""Commits, their parents, and where two of them part."""

from __future__ import annotations

from dataclasses import dataclass
from heapq import heappop, heappush

from archlint.git.objects import COMMIT, TAG, GitError, Objects

MAX_COMMITS = 500_000
_MAX_BYTES = 5_000_000
_MAX_TAGS = 20
_DIGITS = frozenset("0123456789abcdef")
_OURS, _THEIRS, _STALE = 1, 2, 4


@dataclass(frozen=True, slots=True)
class Commit:
    """`time` is the committer's, in seconds since 1970."""

    tree: str
    parents: tuple[str, ...]
    time: int


class History:
    """`shallow` are the commits whose parents were not fetched."""

    def __init__(self, objects: Objects, shallow: frozenset[str] = frozenset()) -> None:
        self.objects = objects
        self.shallow = shallow
        self._commits: dict[str, Commit] = {}

    def commit(self, name: str) -> Commit:
        """Raises GitError for what is no commit."""
        if name not in self._commits:
            if len(self._commits) >= MAX_COMMITS:
                raise GitError(f"its history has more than {MAX_COMMITS:,} commits")
            kind, content = self.objects.read(name, _MAX_BYTES)
            if kind != COMMIT:
                raise GitError(f"object {name} is no commit")
            found = _parse(name, content)
            self._commits[name] = Commit(found.tree, (), found.time) if name in self.shallow else found
        return self._commits[name]

    def peeled(self, name: str) -> str:
        """The commit that a tag, or a tag of a tag, stands for."""
        for _ in range(_MAX_TAGS):
            kind, content = self.objects.read(name, _MAX_BYTES)
            if kind == COMMIT:
                return name
            if kind != TAG:
                raise GitError(f"object {name} is a {kind}, not a commit")
            name = _field(name, content, "object")
        raise GitError(f"object {name} is a tag of a tag of a tag …")

    def merge_base(self, ours: str, theirs: str) -> str | None:
        """The best common ancestor, as `git merge-base` finds it; None where there is none."""
        if ours == theirs:
            return ours
        flags = {ours: _OURS, theirs: _THEIRS}
        queue: list[tuple[int, str]] = []
        for name in (ours, theirs):
            heappush(queue, (-self.commit(name).time, name))
        found: dict[str, None] = {}
        while any(not flags[name] & _STALE for _, name in queue):
            _, name = heappop(queue)
            state = flags[name]
            if state & (_OURS | _THEIRS) == _OURS | _THEIRS:
                if not state & _STALE:
                    found[name] = None
                state |= _STALE
            for parent in self.commit(name).parents:
                known = flags.get(parent, 0)
                if known & state != state:
                    flags[parent] = known | state
                    heappush(queue, (-self.commit(parent).time, parent))
        best = [name for name in found if not flags[name] & _STALE]
        return best[0] if best else None


def _parse(name: str, content: bytes) -> Commit:
    tree = _field(name, content, "tree")
    head = content.partition(b"\n\n")[0].split(b"\n")
    parents = [line[7:].decode("ascii", "replace") for line in head if line.startswith(b"parent ")]
    committer = next((line for line in head if line.startswith(b"committer ")), b"")
    words = committer.rsplit(b" ", 2)
    if not all(is_name(parent) for parent in parents):
        raise GitError(f"object {name} is a damaged commit")
    time = int(words[1]) if len(words) == 3 and words[1].isdigit() and len(words[1]) < 15 else 0
    return Commit(tree, tuple(parents), time)


def _field(name: str, content: bytes, key: str) -> str:
    """The name on the first line of a commit or tag."""
    word, _, value = content.partition(b"\n")[0].decode("ascii", "replace").partition(" ")
    if word != key or not is_name(value):
        raise GitError(f"object {name} is damaged")
    return value


def is_name(text: str) -> bool:
    """Whether it is the whole name of an object."""
    return len(text) == 40 and _DIGITS.issuperset(text)
