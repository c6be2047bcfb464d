"""Edits to bytes: which fixes go together, and what the files are afterwards."""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import groupby, pairwise
from textwrap import dedent

from archlint.edits.python.movable import bound_in_scope
from archlint.edits.text import Edit, Fix, Text
from archlint.tree import UnreadableError

_KEY = re.compile(r"([\w.:-]+)[\"']?[ \t]*:(?:\s|$)")
_OPENS_BLOCK = (":", '"""', "'''")
"""Ends of the lines above a block's first statement."""

_LINE_ENDS = "\r\n"


def defined(edit: Edit) -> frozenset[str]:
    """What new statements of Python give a value, and the values: no other fix of the file may give a name another
    one, and what would be the same object twice is better made one by one."""
    if edit.start != edit.end or not edit.path.endswith(".py"):
        return frozenset()
    return _python_names(edit.text) or frozenset()


def go_together(first: Edit, second: Edit, text: Text) -> bool:
    """Of edits with no character between them: insertions that say different things, and removals of lines."""
    if first.start == first.end == second.start == second.end:
        return _are_alike(first.text, second.text) and _differ(first, second)
    if first.text or second.text or first.start == first.end or second.start == second.end:
        return False
    return _are_lines(first, text) and _are_lines(second, text) and not _line_above(first, text).startswith("#")


def joined(edits: Iterable[Edit], text: Text) -> list[Edit]:
    """The compatible edits of one file, in order of the text; insertions at one place keep the order given."""
    found: list[Edit] = []
    for _, group in groupby(sorted(edits, key=lambda e: (e.start, e.end)), key=lambda e: (e.start, e.end)):
        first, *others = group
        both = "".join(_in_one([first.text, *(other.text for other in others)], text.newline(first.path)))
        edit = Edit(first.path, first.start, first.end, both) if others else first
        last = found[-1] if found else None
        if last is not None and last.end == edit.start and not last.text and not edit.text:
            found[-1] = Edit(edit.path, last.start, _end_of_gap(last, edit, text), "")
        else:
            found.append(edit)
    return found


def _in_one(texts: list[str], newline: str) -> Iterator[str]:
    """An empty line before or behind all of them stands there once."""
    lead = _lead(texts[0])
    for number, one in enumerate(texts):
        first, last = number == 0, number == len(texts) - 1
        if lead:
            kept = lead if first or lead > 2 else 1
            yield newline * kept + (one if last else one.rstrip(_LINE_ENDS)).lstrip(_LINE_ENDS)
        elif one.endswith("\n") and not last:
            yield one.rstrip(_LINE_ENDS) + newline
        else:
            yield one


def _end_of_gap(first: Edit, second: Edit, text: Text) -> int:
    """The empty line below removed lines goes with them where it would stand below another, or begin a block."""
    if not second.path.endswith(".py"):
        return second.end
    above = _line_above(first, text)
    number = text.line_of(second.path, second.end)
    is_gap = second.end < len(text.read(second.path)) and not text.line(second.path, number).strip()
    if is_gap and (not above or above.endswith(_OPENS_BLOCK)):
        return text.line_start(second.path, number + 1)
    return second.end


def _are_lines(edit: Edit, text: Text) -> bool:
    """Whether an edit covers whole lines of a file where each stands for itself."""
    source = text.read(edit.path)
    begins = edit.start == 0 or source[edit.start - 1] in _LINE_ENDS
    ends = edit.end == len(source) or source[edit.end - 1] in _LINE_ENDS
    return begins and ends and edit.path.endswith((".py", ".txt", ".in"))


def _line_above(edit: Edit, text: Text) -> str:
    number = text.line_of(edit.path, edit.start)
    return text.line(edit.path, number - 1).strip() if number > 1 else ""


def _are_alike(one: str, other: str) -> bool:
    """Whether texts stand in the same relation to the lines around them."""
    if _lead(one) != _lead(other) or _is_import(one) != _is_import(other):
        return False
    return bool(_lead(one)) or one.endswith("\n") == other.endswith("\n")


def _lead(text: str) -> int:
    """The line ends at the beginning."""
    return text[: len(text) - len(text.lstrip(_LINE_ENDS))].count("\n")


def _is_import(text: str) -> bool:
    return text.lstrip().startswith(("import ", "from "))


def _differ(one: Edit, other: Edit) -> bool:
    """Whether what the texts define is known, and nothing is defined by both."""
    find = _python_names if one.path.endswith(".py") else _keys
    names, others = find(one.text), find(other.text)
    return bool(names) and bool(others) and not (names or frozenset()) & (others or frozenset())


@lru_cache(maxsize=256)
def _python_names(text: str) -> frozenset[str] | None:
    """Names, and values behind an equals sign. None where the text is no statement by itself."""
    try:
        body = ast.parse(dedent(text.strip())).body
        values = (f"={ast.dump(statement.value)}" for statement in body if isinstance(statement, ast.Assign))
        return frozenset((*bound_in_scope(body), *values))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def _keys(text: str) -> frozenset[str]:
    return frozenset(_KEY.findall(text))


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
