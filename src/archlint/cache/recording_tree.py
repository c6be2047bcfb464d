"""A tree that notes what is asked of it: what was worked out from it holds as long as the answers are the same.

A note is a letter and a path: what a folder holds (n), what stands at a path (k), whether it is a link (l), how large
it is (s), what it contains (r). Whoever asks something else of a scan adds a note of its own, with a letter of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from hashlib import blake2b
from types import MappingProxyType
from typing import Protocol, TypeAlias

from archlint.tree import MAX_FILE_BYTES, Tree, UnreadableError

_DIGEST_BYTES = 16


Others: TypeAlias = Mapping[str, Callable[[str], str]]
NO_OTHERS: Others = MappingProxyType({})


class RecordedAnswer:
    """What a note stood for when it was written. `stamp` is what the file system said of a file, "" where that proves
    nothing."""

    __slots__ = ("digest", "stamp")

    def __init__(self, digest: str, stamp: str = "") -> None:
        self.digest = digest
        self.stamp = stamp


class VersionedTree(Tree, Protocol):
    """A tree on disk, or what stands in for it."""

    def listing(self, folder: str) -> str:
        """The entries of a folder with their kinds, in one text."""
        ...

    def stamp(self, path: str, /) -> str:
        """What changes whenever a file's content does; "" where nothing is known to."""
        ...


class RecordingTree:
    """Passes questions on and notes them; `answers` are those of the whole run."""

    def __init__(self, tree: VersionedTree) -> None:
        self.tree = tree
        self.answers: dict[str, RecordedAnswer] = {}
        self._noted: list[set[str]] = []

    @contextmanager
    def recording(self) -> Iterator[set[str]]:
        """The notes of everything that is asked inside, also of what was kept from before."""
        notes: set[str] = set()
        self._noted.append(notes)
        try:
            yield notes
        finally:
            self._noted.pop()
            if self._noted:
                self._noted[-1] |= notes

    def again(self, notes: Iterable[str]) -> None:
        """Something is used that rests on these notes."""
        if self._noted:
            self._noted[-1].update(notes)

    def note(self, note: str, answer: str) -> None:
        """A question that is not one about files."""
        self.answers.setdefault(note, RecordedAnswer(answer))
        self.again((note,))

    def is_file(self, path: str) -> bool:
        return self._kind(path) == "f"

    def is_dir(self, path: str) -> bool:
        return self._kind(path) == "d"

    def is_link(self, path: str) -> bool:
        found = self.tree.is_link(path)
        if not self._is_listed(path):
            self.note(f"l{path}", "l" if found else "")
        return found

    def size(self, path: str) -> int:
        found = self.tree.size(path)
        self.note(f"s{path}", str(found))
        return found

    def names(self, folder: str) -> tuple[str, ...]:
        found = self.tree.names(folder)
        note = f"n{folder}"
        if note not in self.answers:
            self.answers[note] = RecordedAnswer(_digest(self.tree.listing(folder).encode("utf-8", "surrogatepass")))
        self.again((note,))
        return found

    def refusal(self, folder: str) -> str:
        self.names(folder)
        return self.tree.refusal(folder)

    def read(self, path: str, limit: int = MAX_FILE_BYTES) -> bytes:
        note = f"r{path}" if limit == MAX_FILE_BYTES else f"r{path}\0{limit}"
        stamp = self.tree.stamp(path) if note not in self.answers else ""
        try:
            found = self.tree.read(path, limit)
        except UnreadableError as error:
            self.note(note, f"unreadable: {error}")
            raise
        if note not in self.answers:
            self.answers[note] = RecordedAnswer(_digest(found), stamp)
        self.again((note,))
        return found

    def _kind(self, path: str) -> str:
        found = "f" if self.tree.is_file(path) else "d" if self.tree.is_dir(path) else ""
        if not self._is_listed(path):
            self.note(f"k{path}", found)
        return found

    def _is_listed(self, path: str) -> bool:
        """Whether the list of its folder is noted already, which tells the same but for a link."""
        return bool(self._noted) and f"n{path.rpartition('/')[0]}" in self._noted[-1] and not self.tree.is_link(path)


def same_answer(
    tree: VersionedTree, note: str, before: RecordedAnswer, others: Others = NO_OTHERS
) -> RecordedAnswer | None:
    """What an earlier run's note says now, where that is the same; `others` answers those that are not about files, by
    letter."""
    letter, path = note[0], note[1:]
    now = before
    if letter == "r":
        path, _, limit = path.partition("\0")
        stamp = tree.stamp(path)
        if not stamp or stamp != before.stamp:
            now = RecordedAnswer(_content(tree, path, int(limit) if limit else MAX_FILE_BYTES), stamp)
    elif letter == "k":
        now = RecordedAnswer("f" if tree.is_file(path) else "d" if tree.is_dir(path) else "")
    elif letter == "n":
        now = RecordedAnswer(_digest(tree.listing(path).encode("utf-8", "surrogatepass")))
    elif letter == "l":
        now = RecordedAnswer("l" if tree.is_link(path) else "")
    elif letter == "s":
        now = RecordedAnswer(str(tree.size(path)))
    elif letter in others:
        now = RecordedAnswer(others[letter](path))
    else:
        return None
    return now if now.digest == before.digest else None


def _content(tree: Tree, path: str, limit: int) -> str:
    try:
        return _digest(tree.read(path, limit))
    except UnreadableError as error:
        return f"unreadable: {error}"


def _digest(data: bytes) -> str:
    return blake2b(data, digest_size=_DIGEST_BYTES).hexdigest()
