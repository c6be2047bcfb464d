"""Patterns in the syntax of .gitignore: https://git-scm.com/docs/gitignore"""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:  # pathspec takes a while to import, and most scans that remember need no pattern
    from pathspec import GitIgnoreSpec

MAX_PATTERNS = 2_000
MAX_STARS = 3
"""Wildcards in one segment of a pattern. One with more is dropped: at worst, a file too many is read."""

MAX_DOUBLE_STARS = 2
"""`**` in one pattern, the one that a pattern without a folder begins with included: matching costs the length of the
path to this power."""

MAX_DEAR = 50
"""Patterns of one file with that many."""

MAX_CHARACTERS = 60_000
"""Of all patterns of one file; compiling them takes a second."""

MAX_PATH = 1_000
"""Characters of a path that is compared; no pattern matches a longer one."""

_ANYWHERE = "^(?:.+/)?"
"""How pathspec begins a pattern without a folder."""

_PLAIN = re.compile(r"!?([\w.][\w.-]*)/?", re.ASCII)
"""A pattern without a wildcard or a folder."""

_GROUP = re.compile(r"\(\?P<\w+>")
_STAR = re.compile(r"\[\^/\]\*(?!\?)")
_STAR_BETWEEN = re.compile(r"\[\^/\]\*((?:\\[^/]|\[\w+\]|\[\^/\](?![*+])|[^\\/*+?()\[\]{}|^$.])+)(?=\[\^/\]\*)")
"""A star, what follows it, and the next star of the same segment, as pathspec writes them."""


class Verdict(NamedTuple):
    """What the last pattern that matches a path says; `pattern` is its text."""

    ignored: bool
    pattern: str


class _Line(NamedTuple):
    """A pattern, and what it means as an expression without named groups; `name` is that of all that it can match,
    where it is a plain one."""

    text: str
    expression: str
    name: str


@dataclass(frozen=True, slots=True)
class Patterns:
    """The usable patterns of a file, in order. Paths are compared with plain names, and with all other patterns as one
    expression; the patterns themselves are compiled when one of them may match."""

    lines: tuple[_Line, ...]
    names: frozenset[str]
    expressions: frozenset[str]

    def check(self, path: str) -> Verdict | None:
        """None where no pattern matches; a folder's path ends with `/`."""
        if len(path) > MAX_PATH or not self._may_match(path):
            return None
        spec = _spec(self.lines)
        result = spec.check_file(path)
        if result.include is None or result.index is None:
            return None
        return Verdict(result.include, str(spec.patterns[result.index].pattern))

    def _may_match(self, path: str) -> bool:
        if not self.names.isdisjoint(path.split("/")):
            return True
        return bool(self.expressions) and _union(self.expressions).search(path) is not None


def compile_patterns(lines: Iterable[str]) -> Patterns:
    """Patterns that are not valid, or too dear to match, are left out."""
    found: list[_Line] = []
    left, dear = MAX_CHARACTERS, 0
    for text in lines:
        left -= len(text)
        if len(found) == MAX_PATTERNS or left < 0:
            break
        line = _translated(text)
        if line is None:
            continue
        stars = line.expression.count(".+")
        dear += stars == MAX_DOUBLE_STARS
        if stars < MAX_DOUBLE_STARS or (stars == MAX_DOUBLE_STARS and dear <= MAX_DEAR):
            found.append(line)
    return Patterns(
        tuple(found),
        frozenset(line.name for line in found if line.name),
        frozenset(line.expression for line in found if not line.name),
    )


@lru_cache(maxsize=4_096)
def _translated(text: str) -> _Line | None:
    """None for a comment, and for what is not valid or too dear."""
    if len(text) > MAX_PATH or any(segment.count("*") > MAX_STARS for segment in text.split("/")):
        return None
    from pathspec.patterns.gitignore.spec import GitIgnoreSpecPattern

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            expression, include = GitIgnoreSpecPattern.pattern_to_regex(text)
    except (ValueError, re.error):
        return None
    linear = _linear(str(expression)) if expression is not None and include is not None else None
    if linear is None:
        return None
    plain = _PLAIN.fullmatch(text)
    return _Line(text, _GROUP.sub("(?:", linear), plain[1] if plain else "")


@lru_cache(maxsize=512)
def _spec(lines: tuple[_Line, ...]) -> GitIgnoreSpec:
    from pathspec import GitIgnoreSpec
    from pathspec.patterns.gitignore.spec import GitIgnoreSpecPattern

    patterns = []
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for line in lines:
            if not _is_valid(line.expression):
                continue
            pattern = GitIgnoreSpecPattern(line.text)
            if pattern.regex is not None:
                linear = _linear(pattern.regex.pattern)
                pattern.regex = re.compile(linear) if linear is not None else pattern.regex
            patterns.append(pattern)
    return GitIgnoreSpec(patterns)


def _is_valid(expression: str) -> bool:
    try:
        re.compile(expression)
    except re.error:
        return False
    return True


def _linear(expression: str) -> str | None:
    """The same language without a choice of where a star ends: what follows it is taken where it first occurs, as long
    as another star comes after. None where that is not sure."""
    found = _STAR_BETWEEN.sub(r"(?>[^/]*?\1)", expression)
    return None if any(len(_STAR.findall(segment)) > 1 for segment in re.split(r"(?<!\^)/", found)) else found


@lru_cache(maxsize=512)
def _union(expressions: frozenset[str]) -> re.Pattern[str]:
    """One expression for all: asking each on its own dominates the walk of a large repository. Compiled once for the
    files that differ only in comments and order."""
    try:
        return _joined(sorted(expressions))
    except re.error:
        return _joined(sorted(filter(_is_valid, expressions)) or ["(?!)"])


def _joined(ordered: Sequence[str]) -> re.Pattern[str]:
    bare = [expression.removeprefix(_ANYWHERE) for expression in ordered if expression.startswith(_ANYWHERE)]
    anchored = [expression for expression in ordered if not expression.startswith(_ANYWHERE)]
    if bare:
        anchored.append(f"{_ANYWHERE}(?:{'|'.join(bare)})")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return re.compile("|".join(anchored))


@lru_cache(maxsize=512)
def compile_text(text: str) -> Patterns:
    """A whole file; one repository often holds the same one many times."""
    return compile_patterns(text.splitlines())
