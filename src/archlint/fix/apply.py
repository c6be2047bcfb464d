"""Edits to bytes: which fixes go together, and what the files are afterwards."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from itertools import pairwise

from archlint.fix.edit import Edit, Fix
from archlint.fix.text import Text
from archlint.tree import UnreadableError


def compatible(fixes: Iterable[Fix]) -> list[Fix]:
    """The fixes whose edits do not touch those of an earlier one; edits that are the same count as one."""
    taken: defaultdict[str, set[Edit]] = defaultdict(set)
    chosen: list[Fix] = []
    for fix in fixes:
        if any(_collides(edit, other) for edit in fix.edits for other in taken[edit.path]):
            continue
        for edit in fix.edits:
            taken[edit.path].add(edit)
        chosen.append(fix)
    return chosen


def _collides(one: Edit, other: Edit) -> bool:
    return one != other and one.start <= other.end and other.start <= one.end


def changes(fixes: Iterable[Fix], text: Text) -> dict[str, bytes]:
    """The new bytes of every file that the compatible `fixes` change; raises UnreadableError."""
    edits: defaultdict[str, set[Edit]] = defaultdict(set)
    for fix in fixes:
        for edit in fix.edits:
            edits[edit.path].add(edit)
    return {path: text.file(path).encode(edited(text.read(path), sorted(wanted))) for path, wanted in edits.items()}


def edited(text: str, edits: Sequence[Edit]) -> str:
    """`edits` are sorted and do not overlap."""
    parts: list[str] = []
    at = 0
    for edit in edits:
        if not at <= edit.start <= edit.end <= len(text):
            raise UnreadableError("the edits of a fix do not fit its text")
        parts += [text[at : edit.start], edit.text]
        at = edit.end
    return "".join((*parts, text[at:]))


def is_change(fix: Fix, text: Text) -> bool:
    """Whether the edits are well formed, do not overlap each other, and change anything at all."""
    wanted = sorted(fix.edits)
    if any(one.path == two.path and one.end > two.start for one, two in pairwise(wanted)):
        return False
    try:
        return any(text.file(path).data != data for path, data in changes((fix,), text).items())
    except UnreadableError:
        return False
