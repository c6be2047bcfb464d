"""Edits to bytes: which fixes go together, and what the files are afterwards."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from itertools import pairwise

from archlint.fix.edit import Edit, Fix
from archlint.fix.neighbours import defined, go_together, joined
from archlint.fix.text import Text
from archlint.tree import UnreadableError


def compatible(fixes: Iterable[Fix], text: Text) -> list[Fix]:
    """The fixes that can be made at once, in order; edits that are the same count as one."""
    taken: defaultdict[str, list[Edit]] = defaultdict(list)
    names: set[tuple[str, str]] = set()
    chosen: list[Fix] = []
    for fix in fixes:
        new = [edit for edit in fix.edits if edit not in taken[edit.path]]
        given = {(edit.path, name) for edit in new for name in defined(edit)}
        if given & names or any(_collides(edit, other, text) for edit in new for other in taken[edit.path]):
            continue
        names |= given
        for edit in new:
            taken[edit.path].append(edit)
        chosen.append(fix)
    return chosen


def _collides(one: Edit, other: Edit, text: Text) -> bool:
    """Edits that only touch collide as well, but for those that are known to go together."""
    first, second = sorted((one, other))
    if first.end < second.start:
        return False
    return first.end > second.start or not go_together(first, second, text)


def changes(fixes: Iterable[Fix], text: Text) -> dict[str, bytes]:
    """The new bytes of every file that the compatible `fixes` change; raises UnreadableError."""
    edits: defaultdict[str, dict[Edit, None]] = defaultdict(dict)
    for fix in fixes:
        for edit in fix.edits:
            edits[edit.path][edit] = None
    return {
        path: text.file(path).encode(edited(text.read(path), joined(wanted, text))) for path, wanted in edits.items()
    }


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
