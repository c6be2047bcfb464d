"""Patterns in the syntax of .gitignore: https://git-scm.com/docs/gitignore"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from pathspec import GitIgnoreSpec
from pathspec.patterns.gitignore.spec import GitIgnoreSpecPattern

MAX_PATTERNS = 2_000
MAX_STARS = 3
"""Wildcards in one segment of a pattern, and `**` in one pattern. Matching costs the length of the path to this power,
so a pattern with more is dropped: at worst, a file too many is read."""

_ANYWHERE = "^(?:.+/)?"
"""How pathspec begins a pattern without a folder."""

_GROUP = re.compile(r"\(\?P<\w+>")


class Verdict(NamedTuple):
    """What the last pattern that matches a path says; `pattern` is its text."""

    ignored: bool
    pattern: str


@dataclass(frozen=True, slots=True)
class Patterns:
    """Compiled patterns; `any` matches whatever one of them matches."""

    spec: GitIgnoreSpec
    any: re.Pattern[str] | None

    def check(self, path: str) -> Verdict | None:
        """None where no pattern matches; a folder's path ends with `/`."""
        if self.any is None or not self.any.search(path):
            return None
        result = self.spec.check_file(path)
        if result.include is None or result.index is None:
            return None
        return Verdict(result.include, str(self.spec.patterns[result.index].pattern))


def compile_patterns(lines: Iterable[str]) -> Patterns:
    """Patterns that are not valid, or too dear to match, are left out."""
    patterns: list[GitIgnoreSpecPattern] = []
    for line in lines:
        if len(patterns) == MAX_PATTERNS:
            break
        if _is_cheap(line):
            try:
                patterns.append(GitIgnoreSpecPattern(line))
            except (ValueError, re.error):
                continue
    patterns = [pattern for pattern in patterns if pattern.include is not None and pattern.regex is not None]
    expressions = [_GROUP.sub("(?:", pattern.regex.pattern) for pattern in patterns if pattern.regex is not None]
    return Patterns(GitIgnoreSpec(patterns), _union(expressions))


def _union(expressions: list[str]) -> re.Pattern[str] | None:
    """One expression for all: asking each on its own dominates the walk of a large repository."""
    bare = [expression.removeprefix(_ANYWHERE) for expression in expressions if expression.startswith(_ANYWHERE)]
    anchored = [expression for expression in expressions if not expression.startswith(_ANYWHERE)]
    if bare:
        anchored.append(f"{_ANYWHERE}(?:{'|'.join(bare)})")
    return re.compile("|".join(anchored)) if anchored else None


@lru_cache(maxsize=512)
def compile_text(text: str) -> Patterns:
    """A whole file; one repository often holds the same one many times."""
    return compile_patterns(text.splitlines())


def _is_cheap(line: str) -> bool:
    segments = line.split("/")
    return segments.count("**") <= MAX_STARS and all(s.count("*") <= MAX_STARS for s in segments)
