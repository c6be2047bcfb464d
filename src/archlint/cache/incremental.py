"""What earlier scans of a folder found, with the notes that it rests on: what still holds is not worked out again."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from archlint.cache.frozen import FrozenError, freeze, thaw
from archlint.cache.recording_tree import NO_OTHERS, Others, RecordedAnswer, RecordingTree, same_answer

T = TypeVar("T")


@dataclass(slots=True)
class CacheEntry:
    """`notes` are numbers of notes."""

    notes: Sequence[int]
    data: bytes


@dataclass(slots=True)
class CacheSnapshot:
    """What goes to disk. `stamps` are those of the answers' files. Notes that no entry rests on any more stay until
    there are as many of them as there were others (`useful`) when they were last sorted out."""

    notes: list[str] = field(default_factory=list)
    digests: list[str] = field(default_factory=list)
    stamps: list[str] = field(default_factory=list)
    entries: dict[str, CacheEntry] = field(default_factory=dict)
    useful: int = 0


class IncrementalCache:
    """The entries of the scan before, and those of this one."""

    def __init__(
        self,
        tree: RecordingTree,
        before: CacheSnapshot | None = None,
        others: Others = NO_OTHERS,
        *,
        keeps: bool = True,
    ) -> None:
        """One that does not keep is for scans that nobody wants to remember."""
        self.tree = tree
        self._keeps = keeps
        self._before = before or CacheSnapshot()
        self._others = others
        self._notes = list(self._before.notes)
        self._numbers = {note: number for number, note in enumerate(self._notes)}
        self._held: list[bool | None] = [None] * len(self._notes)
        """Whether the answers to the notes of before are still the same, as far as that was looked at."""
        self._entries: dict[str, CacheEntry] = {}
        self._taken: dict[str, tuple[bytes, frozenset[str]]] = {}
        self._changed = False
        """Whether a file has another stamp but the same content."""
        self.made = 0

    def get(self, key: str, type_: type[T], make: Callable[[], T], worth: Callable[[T], bool] = lambda _: True) -> T:
        """What was kept under a key, where its notes still hold; else what is made now, which is kept if it is `worth`
        it."""
        found = self._made_elsewhere(key, type_) or self._recalled(key, type_)
        if found is not None:
            return found
        with self.tree.recording() as notes:
            value = make()
        if worth(value):
            self.keep(key, value, notes)
        return value

    def has(self, key: str) -> bool:
        """Whether something was kept under a key that still holds."""
        entry = self._before.entries.get(key)
        return entry is not None and self._all_hold(entry.notes)

    def take(self, key: str, data: bytes, notes: frozenset[str]) -> None:
        """A frozen value that was made elsewhere and is worth keeping; `get` finds it."""
        self._taken[key] = (data, notes)

    def last(self, key: str, type_: type[T]) -> T:
        """What was kept under a key, whether it holds or not; an empty one where nothing was."""
        entry = self._before.entries.get(key)
        try:
            value = thaw(entry.data) if entry is not None else None
        except FrozenError:
            value = None
        return value if isinstance(value, type_) else type_()

    def keep(self, key: str, value: object, notes: Iterable[str], *, changed: bool = True) -> None:
        """`notes` must have been answered by now."""
        if not self._keeps:
            return
        before = self._before.entries.get(key)
        self.made += changed
        data = before.data if before is not None and not changed else freeze(value)
        self._entries[key] = CacheEntry(self._numbered(notes), data)

    def holds(self, note: str) -> bool:
        """Whether the answer to a note is that of the scan before."""
        number = self._numbers.get(note)
        return number is not None and number < len(self._held) and self._all_hold((number,))

    def _all_hold(self, numbers: Iterable[int]) -> bool:
        held = self._held
        for number in numbers:
            same = held[number]
            if same is None:
                same = held[number] = self._holds(number)
            if not same:
                return False
        return True

    def _holds(self, number: int) -> bool:
        note = self._notes[number]
        before = RecordedAnswer(self._before.digests[number], self._before.stamps[number])
        now = same_answer(self.tree.tree, note, before, self._others)
        if now is None:
            return False
        self._changed |= now.stamp != before.stamp
        self.tree.answers.setdefault(note, now)
        return True

    def _made_elsewhere(self, key: str, type_: type[T]) -> T | None:
        if key not in self._taken:
            return None
        data, notes = self._taken.pop(key)
        value = thaw(data)
        if not isinstance(value, type_):
            return None
        if self._keeps:
            self._entries[key] = CacheEntry(self._numbered(notes), data)
        self.tree.again(notes)
        self.made += 1
        return value

    def _recalled(self, key: str, type_: type[T]) -> T | None:
        entry = self._before.entries.get(key)
        try:
            if entry is None or not self._all_hold(entry.notes):
                return None
            value = thaw(entry.data)
        except (FrozenError, IndexError):
            return None
        if not isinstance(value, type_):
            return None
        self._entries[key] = entry
        return value

    def _numbered(self, notes: Iterable[str]) -> array[int]:
        numbers = self._numbers
        found = array("L")
        for note in sorted(notes):
            number = numbers.get(note)
            if number is None:
                number = numbers[note] = len(self._notes)
                self._notes.append(note)
            found.append(number)
        return found

    def kept(self) -> CacheSnapshot | None:
        """All that this scan used or made; None where that is what is kept already."""
        before = self._before
        if not self.made and not self._changed and self._entries.keys() == before.entries.keys():
            return None
        notes, entries, useful = self._notes, self._entries, before.useful
        if len(notes) > 2 * useful:
            used = sorted({number for entry in entries.values() for number in entry.notes})
            place = {number: index for index, number in enumerate(used)}
            notes = [notes[number] for number in used]
            entries = {
                key: CacheEntry(array("L", [place[number] for number in entry.notes]), entry.data)
                for key, entry in entries.items()
            }
            useful = len(notes)
        now, nothing = self.tree.answers, RecordedAnswer("")
        found = [now.get(note, nothing) for note in notes]
        return CacheSnapshot(
            notes, [answer.digest for answer in found], [answer.stamp for answer in found], entries, useful
        )
