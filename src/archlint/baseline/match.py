"""Which findings are known: each entry of a baseline excuses as many findings as it counts, and none twice.

A finding takes a place in the first of these where one is left:

1. the same rule, path, code, scope and function;
2. the same rule, path and code, in the same function, or in the same scope (a renamed `def`, a shared helper);
3. the same rule, code, scope and function in another file (moved);
4. the same rule, path, scope and function, and a message of the same words (edited in place);
5. the same rule and code, where the entry's file or function is there no more (moved and renamed);
6. the same rule, name of the file, scope, function and words, where the entry's file is there no more (moved, edited).

"Code" is without blanks, quotes and line breaks, so formatting does not count. There are never more findings excused
than were accepted: one more of a known kind is new, wherever it stands.
"""

from __future__ import annotations

import posixpath
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from archlint.baseline.entry import BaselineEntry, described
from archlint.finding import Finding
from archlint.results.result import ScanResult

Key = tuple[str, ...] | None


@dataclass(frozen=True, slots=True)
class BaselineMatch:
    """`new` findings in their order. `used` and `stale` hold the entries with what was, and was not, found of them."""

    new: tuple[Finding, ...]
    used: tuple[BaselineEntry, ...]
    stale: tuple[BaselineEntry, ...]

    @property
    def known(self) -> int:
        return sum(entry.count for entry in self.used)


def match(
    findings: Sequence[Finding],
    sources: Mapping[str, str],
    accepted: Sequence[BaselineEntry],
    *,
    is_file: Callable[[str], bool],
    functions: frozenset[str],
) -> BaselineMatch:
    """`is_file` says which files there are now, `functions` names the Lambda functions that there are now."""
    left = [entry.count for entry in accepted]
    open_ = described(findings, sources)
    paths = {path: is_file(path) for path in {entry.path for entry in accepted}}
    moved = [not paths[entry.path] for entry in accepted]
    gone = [away or (bool(e.function) and e.function not in functions) for e, away in zip(accepted, moved, strict=True)]
    always = [True] * len(accepted)
    for key, usable in (
        (_same, always),
        (_same_function, always),
        (_same_scope, always),
        (_moved, always),
        (_edited, always),
        (_code, gone),
        (_moved_and_edited, moved),
    ):
        places: defaultdict[Key, list[int]] = defaultdict(list)
        for number, entry in enumerate(accepted):
            if left[number] and usable[number]:
                places[key(entry)].append(number)
        open_ = [(finding, entry) for finding, entry in open_ if not _taken(places, key(entry), left)]
    used = tuple(replace(e, count=e.count - rest) for e, rest in zip(accepted, left, strict=True) if rest < e.count)
    stale = tuple(replace(entry, count=rest) for entry, rest in zip(accepted, left, strict=True) if rest)
    return BaselineMatch(tuple(finding for finding, _ in open_), used, stale)


def narrowed(result: ScanResult, found: BaselineMatch, why: str) -> ScanResult:
    """The result without the known findings; `why` says what withheld them."""
    withheld = ((why, found.known),) if found.known else ()
    return replace(result, findings=found.new, withheld=(*result.withheld, *withheld))


def names_of(result: ScanResult) -> frozenset[str]:
    """The names of a result's functions, as entries have them."""
    return frozenset(deployed.function.id.rpartition("#")[2] for deployed in result.functions)


def _taken(places: Mapping[Key, list[int]], key: Key, left: list[int]) -> bool:
    """Uses up one of the places with the key, if there is any left."""
    for number in places.get(key, ()) if key is not None else ():
        if left[number]:
            left[number] -= 1
            return True
    return False


def _same(entry: BaselineEntry) -> Key:
    return (entry.rule, entry.path, entry.anchor, entry.scope, entry.function)


def _same_function(entry: BaselineEntry) -> Key:
    return (entry.rule, entry.path, entry.anchor, entry.function)


def _same_scope(entry: BaselineEntry) -> Key:
    return (entry.rule, entry.path, entry.anchor, entry.scope)


def _moved(entry: BaselineEntry) -> Key:
    return (entry.rule, entry.anchor, entry.scope, entry.function) if entry.anchor else None


def _edited(entry: BaselineEntry) -> Key:
    return (entry.rule, entry.path, entry.scope, entry.function, entry.shape)


def _code(entry: BaselineEntry) -> Key:
    return (entry.rule, entry.anchor) if entry.anchor else None


def _moved_and_edited(entry: BaselineEntry) -> Key:
    return (entry.rule, posixpath.basename(entry.path), entry.scope, entry.function, entry.shape)
