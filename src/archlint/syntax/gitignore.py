"""Patterns in the syntax of .gitignore: https://git-scm.com/docs/gitignore"""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:  # pathspec takes a while to import, and most scans that remember need no pattern
    from pathspec import GitIgnoreSpec
    from pathspec.patterns.gitignore.spec import GitIgnoreSpecPattern

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

_GROUP = re.compile(r"\(\?P<\w+>")
_STAR = re.compile(r"\[\^/\]\*(?!\?)")
_STAR_BETWEEN = re.compile(r"\[\^/\]\*((?:\\[^/]|\[\w+\]|\[\^/\](?![*+])|[^\\/*+?()\[\]{}|^$.])+)(?=\[\^/\]\*)")
"""A star, what follows it, and the next star of the same segment, as pathspec writes them."""


class Verdict(NamedTuple):
    """What the last pattern that matches a path says; `pattern` is its text."""

    ignored: bool
    pattern: str


@dataclass(frozen=True, slots=True)
class Patterns:
    """Compiled patterns, and each one's expression without named groups."""

    spec: GitIgnoreSpec
    expressions: frozenset[str]

    def check(self, path: str) -> Verdict | None:
        """None where no pattern matches; a folder's path ends with `/`."""
        if not self.expressions or len(path) > MAX_PATH or not _union(self.expressions).search(path):
            return None
        result = self.spec.check_file(path)
        if result.include is None or result.index is None:
            return None
        return Verdict(result.include, str(self.spec.patterns[result.index].pattern))


def compile_patterns(lines: Iterable[str]) -> Patterns:
    """Patterns that are not valid, or too dear to match, are left out."""
    from pathspec import GitIgnoreSpec

    patterns: list[GitIgnoreSpecPattern] = []
    left, dear = MAX_CHARACTERS, 0
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for line in lines:
            left -= len(line)
            if len(patterns) == MAX_PATTERNS or left < 0:
                break
            pattern = _compiled(line)
            if pattern is None or pattern.regex is None:
                continue
            stars = pattern.regex.pattern.count(".+")
            dear += stars == MAX_DOUBLE_STARS
            if stars < MAX_DOUBLE_STARS or (stars == MAX_DOUBLE_STARS and dear <= MAX_DEAR):
                patterns.append(pattern)
        expressions = [_GROUP.sub("(?:", pattern.regex.pattern) for pattern in patterns if pattern.regex is not None]
        return Patterns(GitIgnoreSpec(patterns), frozenset(expressions))


@lru_cache(maxsize=4_096)
def _compiled(line: str) -> GitIgnoreSpecPattern | None:
    """None for a comment, and for what is not valid or too dear."""
    if len(line) > MAX_PATH or any(segment.count("*") > MAX_STARS for segment in line.split("/")):
        return None
    from pathspec.patterns.gitignore.spec import GitIgnoreSpecPattern

    try:
        pattern = GitIgnoreSpecPattern(line)
    except (ValueError, re.error):
        return None
    if pattern.include is None or pattern.regex is None:
        return None
    linear = _linear(pattern.regex.pattern)
    if linear is None:
        return None
    if linear != pattern.regex.pattern:
        pattern.regex = re.compile(linear)
    return pattern


def _linear(expression: str) -> str | None:
    """The same language without a choice of where a star ends: what follows it is taken where it first occurs, as long
    as another star comes after. None where that is not sure."""
    found = _STAR_BETWEEN.sub(r"(?>[^/]*?\1)", expression)
    return None if any(len(_STAR.findall(segment)) > 1 for segment in re.split(r"(?<!\^)/", found)) else found


@lru_cache(maxsize=512)
def _union(expressions: frozenset[str]) -> re.Pattern[str]:
    """One expression for all: asking each on its own dominates the walk of a large repository. Compiled when a path is
    first asked for, and once for the files that differ only in comments and order."""
    ordered = sorted(expressions)
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
