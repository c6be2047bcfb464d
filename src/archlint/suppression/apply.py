"""Suppressions: `# archlint: ignore[rule] reason` beside what it excuses, or in a resource's Metadata.

A comment behind something speaks about its own line; a comment alone on its line speaks about the next line that
holds more than a comment. Without a reason it suppresses nothing, and `unused-suppression` says so.
"""

from __future__ import annotations

import io
import re
import tokenize
from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from archlint.finding import Finding, fingerprint
from archlint.model.function import Function
from archlint.model.place import Place
from archlint.rulebook import registry
from archlint.rulebook.registry import Rulebook

UNUSED = "unused-suppression"
_UNREADABLE = "unreadable-file"

_COMMENT = re.compile(r"(?:#|//)[ \t]*archlint:[ \t]*ignore\b(?:[ \t]*\[(?P<names>[^\]]{0,500})\])?(?P<reason>.*)")
MAX_IN_FILE = 1_000
"""Suppressions of one file; those below are not read, and `unused-suppression` says where that begins."""

_TOKENIZED = 500_000
"""Characters of a Python file that is told apart into tokens; a longer one is read line by line."""

_SCRIPTS = (".ts", ".tsx", ".mts", ".cts", ".js", ".jsx", ".mjs", ".cjs")
_BEFORE_QUOTE = " \t([{,:=-"
_LINE_END = re.compile(r"\r\n|\r|\n")


@dataclass(frozen=True, slots=True)
class Suppressed:
    """`kept` holds the `unused-suppression` findings too; both are sorted by place."""

    kept: tuple[Finding, ...]
    silenced: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class Excuse:
    """One rule that a suppression names: for the findings on `line` of its file, or for those of `function`."""

    named: str
    rule: str | None
    reason: str
    place: Place
    code: str = ""
    """The text of the line that holds it."""
    line: int | None = None
    function: str | None = None
    beyond: bool = False
    """Not read, like all below it."""


def apply(
    findings: Sequence[Finding],
    sources: Mapping[str, str],
    functions: Sequence[Function],
    selected: frozenset[str],
    rulebook: Rulebook | None = None,
    unread: Collection[str] = (),
) -> Suppressed:
    """Silences what is excused. `sources` holds the text of every file whose comments count, by path; a suppression is
    called unused only when its rule is among the `selected` names, and not in the `unread` files, where nothing could
    be found. The names mean rules of the `rulebook`, by default archlint's own."""
    book = rulebook or registry.builtin()
    excuses = [excuse for path in sorted(sources) for excuse in _in_file(path, sources[path], book)]
    excuses += [excuse for function in functions for excuse in _in_metadata(function, book)]
    used: set[int] = set()
    kept, silenced = _split(findings, excuses, used)
    used |= {i for i, excuse in enumerate(excuses) if excuse.place.path in unread and excuse.rule != _UNREADABLE}
    if UNUSED in selected:
        complaints = _complaints(excuses, used, selected, book, about_itself=False)
        also_kept, also_silenced = _split(complaints, excuses, used)
        last = _complaints(excuses, used, selected, book, about_itself=True)
        kept, silenced = [*kept, *also_kept, *last], [*silenced, *also_silenced]
    return Suppressed(tuple(sorted(kept, key=_key)), tuple(sorted(silenced, key=_key)))


def _key(finding: Finding) -> tuple[str, int, int, str, str]:
    return finding.sort_key


def _split(
    findings: Iterable[Finding], excuses: Sequence[Excuse], used: set[int]
) -> tuple[list[Finding], list[Finding]]:
    """(kept, silenced); the indices of the excuses that matched are added to `used`."""
    by_line: defaultdict[tuple[str, str], list[tuple[int, int]]] = defaultdict(list)
    by_function: defaultdict[tuple[str, str], list[int]] = defaultdict(list)
    for index, excuse in enumerate(excuses):
        if excuse.rule is None or not excuse.reason:
            continue
        if excuse.line is not None:
            by_line[excuse.place.path, excuse.rule].append((excuse.line, index))
        elif excuse.function is not None:
            by_function[excuse.function, excuse.rule].append(index)
    kept: list[Finding] = []
    silenced: list[Finding] = []
    for finding in findings:
        place = finding.place
        end = max(place.line, place.end_line or place.line)
        candidates = by_line.get((place.path, finding.rule), [])
        matches = [
            i for _, i in candidates[bisect_left(candidates, (place.line, 0)) : bisect_left(candidates, (end + 1, 0))]
        ]
        excused = bool(matches)
        per_function = [by_function[function, finding.rule] for function in finding.functions]
        excused = excused or (bool(per_function) and all(per_function))
        used.update(matches, *per_function)
        (silenced if excused else kept).append(finding)
    return kept, silenced


def _complaints(
    excuses: Sequence[Excuse],
    used: set[int],
    selected: frozenset[str],
    book: Rulebook,
    *,
    about_itself: bool,
) -> list[Finding]:
    """What is wrong with suppressions of `unused-suppression` itself, or with all the others."""
    page = book.rule(UNUSED)
    seen: Counter[tuple[str, str]] = Counter()
    found: list[Finding] = []
    for index, excuse in enumerate(excuses):
        problem = _problem(excuse, index in used, selected, book)
        if problem is None or (excuse.rule == UNUSED) is not about_itself:
            continue
        path = excuse.place.path
        code = _code(excuse)
        found.append(
            Finding(
                rule=page.name,
                code=page.code,
                severity=page.severity,
                confidence=page.confidence,
                message=problem,
                place=excuse.place,
                fingerprint=fingerprint(page.name, path, code, seen[path, code]),
                functions=(excuse.function,) if excuse.function is not None else (),
            )
        )
        seen[path, code] += 1
    return found


def _problem(excuse: Excuse, used: bool, selected: frozenset[str], book: Rulebook) -> str | None:
    if excuse.beyond:
        return f"This file holds more than {MAX_IN_FILE:,} suppressions; from here on they are not read."
    if not excuse.named:
        return "This suppression names no rule, so it suppresses nothing: write archlint: ignore[rule] and the reason."
    if excuse.rule is None:
        return f"This suppression does nothing: {book.unknown(excuse.named)}."
    if not excuse.reason:
        return f"This suppression of {excuse.rule} gives no reason, so it suppresses nothing: write why it is allowed."
    if not used and excuse.rule in selected:
        return f"This suppression of {excuse.rule} matches no finding: remove it."
    return None


def needless(finding: Finding, text: str, book: Rulebook) -> Excuse | None:
    """The comment in its file's text that a finding says matches nothing; None for any other complaint."""
    seen: Counter[str] = Counter()
    for excuse in _in_file(finding.place.path, text, book):
        code = _code(excuse)
        if excuse.place == finding.place and any(
            fingerprint(finding.rule, finding.place.path, code, number) == finding.fingerprint
            for number in range(seen[code] + 1)
        ):
            return excuse if excuse.rule is not None and excuse.reason else None
        seen[code] += 1
    return None


def _code(excuse: Excuse) -> str:
    """What tells a complaint from others in its file."""
    return f"{excuse.code} {excuse.named}"


def _in_metadata(function: Function, book: Rulebook) -> Iterator[Excuse]:
    for ignore in function.ignores:
        page = book.find(ignore.rule)
        rule = page.name if page else None
        yield Excuse(ignore.rule.strip(), rule, ignore.reason.strip(), ignore.place, function=function.id)


def _in_file(path: str, text: str, book: Rulebook) -> Iterator[Excuse]:
    for number, excuse in enumerate(_all_in_file(path, text, book)):
        if number == MAX_IN_FILE:
            yield replace(excuse, rule=None, beyond=True)
            return
        yield excuse


def _all_in_file(path: str, text: str, book: Rulebook) -> Iterator[Excuse]:
    if "archlint:" not in text:
        return
    lines = _LINE_END.split(text)
    mark = "//" if path.lower().endswith(_SCRIPTS) else "#"
    next_code = _next_code(lines, mark)
    python = path.lower().endswith((".py", ".pyi")) and len(text) <= _TOKENIZED
    comments = _python_comments(text, lines) if python else _comments(lines, mark)
    for line, column, comment in comments:
        found = _COMMENT.search(comment)
        if found is None or not found[0].startswith(mark):
            continue
        start = column + found.start()
        place = Place(path, line, start + 1, line, column + len(comment.rstrip()) + 1)
        alone = not lines[line - 1][:column].strip()
        target = next_code[line - 1] if alone else line
        reason = found["reason"].strip(" \t:-–—")
        reason = reason if re.search(r"\w", reason.split("#")[0]) else ""
        names = [name.strip() for name in (found["names"] or "").split(",")]
        for name in dict.fromkeys(name for name in names if name) or [""]:
            page = book.find(name)
            yield Excuse(name, page.name if page else None, reason, place, lines[line - 1].strip(), target)


def _next_code(lines: Sequence[str], mark: str) -> list[int]:
    """For each line the number of the next one with more than a comment; the last line's where there is none."""
    found: list[int] = []
    following = len(lines)
    for number in range(len(lines), 0, -1):
        found.append(following)
        bare = lines[number - 1].strip()
        if bare and not bare.startswith(mark):
            following = number
    return found[::-1]


def _python_comments(text: str, lines: Sequence[str]) -> Iterator[tuple[int, int, str]]:
    """(line, 0-based column, comment). What follows a place that Python cannot tokenize is read line by line."""
    last = 0
    try:
        for token in tokenize.generate_tokens(io.StringIO(text, newline=None).readline):
            last = max(last, token.end[0])
            if token.type == tokenize.COMMENT:
                yield token.start[0], token.start[1], token.string
    except (tokenize.TokenError, SyntaxError, ValueError, RecursionError):
        for line, column, comment in _comments(lines, "#"):
            if line > last:
                yield line, column, comment


def _comments(lines: Sequence[str], mark: str) -> Iterator[tuple[int, int, str]]:
    """The same for text without a tokenizer: a mark at the line's beginning or after a blank, outside quotes."""
    for number, line in enumerate(lines, 1):
        if "archlint:" in line:
            column = _comment_column(line, mark)
            if column is not None:
                yield number, column, line[column:]


def _comment_column(line: str, mark: str) -> int | None:
    quote = ""
    before = " "
    skip = False
    for column, char in enumerate(line):
        if skip:
            skip = False
        elif quote:
            skip = char == "\\" and quote != "'"
            quote = "" if char == quote else quote
        elif char in "\"'`" and before in _BEFORE_QUOTE:
            quote = char
        elif line.startswith(mark, column) and (before in " \t" or mark == "//"):
            return column
        before = char
    return None
