"""From what the parts of a scan gave to its result: hits become findings, and what is excused goes."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import chain

from archlint.collect import Inventory
from archlint.config import Config
from archlint.finding import Finding, Hit, fingerprint
from archlint.model.coverage import Coverage
from archlint.model.deployed import Deployed
from archlint.model.place import Problem
from archlint.results.result import ScanResult
from archlint.scanner.unit import Division, UnitResult
from archlint.suppression.apply import apply
from archlint.syntax.source import Texts
from archlint.tree import Tree

UNREADABLE = "unreadable-file"
_LINE_END = re.compile(r"\r\n|\r|\n")


def result_of(
    parts: Sequence[UnitResult],
    division: Division,
    inventory: Inventory,
    tree: Tree,
    config: Config,
    more: Iterable[tuple[str, Hit]] = (),
) -> ScanResult:
    """`more` are hits that no part could give."""
    functions = in_order(parts)
    problems = sorted({*inventory.refused, *division.problems, *chain.from_iterable(part.problems for part in parts)})
    hits = [*chain.from_iterable(part.hits for part in parts), *more]
    hits += [(UNREADABLE, Hit(problem.message, problem.place)) for problem in problems]
    selected = config.selected()
    files = frozenset(chain.from_iterable(part.files for part in parts))
    texts = Texts(tree, files | {problem.place.path for problem in problems})
    findings = [f for f in _findings(hits, texts, functions, config) if f.rule in selected]
    marked = sorted({*chain.from_iterable(part.marked for part in parts), *_marked(problems, texts)})
    excusing = {path: texts[path] for path in marked}
    unread = {problem.place.path for problem in problems}
    verdict = apply(findings, excusing, [d.function for d in functions], selected, config.rulebook, unread)
    kept = tuple(
        replace(finding, severity=config.severity.get(finding.rule, finding.severity))
        for finding in verdict.kept
        if finding.rule not in config.ignored_in(finding.place.path) and not config.excludes(finding.place.path)
    )
    return ScanResult(
        functions,
        kept,
        _coverage(parts, division, inventory, files, problems),
        texts,
        suppressed=len(verdict.silenced),
        rules=config.rulebook.additions,
    )


def in_order(parts: Iterable[UnitResult]) -> tuple[Deployed, ...]:
    """The functions of all parts by place."""
    every = chain.from_iterable(part.functions for part in parts)
    return tuple(sorted(every, key=lambda d: (d.function.defined_at, d.function.id)))


def _marked(problems: Iterable[Problem], texts: Mapping[str, str]) -> Iterator[str]:
    """Files that could not be read hold their suppressions all the same."""
    return (problem.place.path for problem in problems if problem.place.path in texts)


def _coverage(
    parts: Sequence[UnitResult],
    division: Division,
    inventory: Inventory,
    files: frozenset[str],
    problems: Iterable[Problem],
) -> Coverage:
    left_out = inventory.left_out + Counter({"packaged copy": division.copies})
    failed = {problem.place.path for problem in problems}
    return Coverage(
        files_read=len(files - failed),
        files_failed=tuple(sorted(failed)),
        not_evaluated=tuple(sorted(set(chain.from_iterable(part.not_evaluated for part in parts)))),
        not_read=tuple(sorted(chain.from_iterable(part.not_read for part in parts))),
        left_out=tuple(sorted(left_out.items())),
        outside=inventory.outside,
    )


def _findings(
    hits: Iterable[tuple[str, Hit]], texts: Mapping[str, str], functions: Sequence[Deployed], config: Config
) -> Iterator[Finding]:
    """Hits of one rule at one place become one finding that names all their functions, in the functions' order."""
    number = {deployed.function.id: index for index, deployed in enumerate(functions)}
    merged: dict[tuple[str, object], list[Hit]] = defaultdict(list)
    for name, hit in hits:
        merged[name, hit.place].append(hit)
    pages = {name: config.rulebook.rule(name) for name in {name for name, _ in merged}}
    seen: dict[tuple[str, str, str], int] = defaultdict(int)
    lines: dict[str, list[str]] = {}
    for (name, _), group in sorted(merged.items(), key=lambda item: (item[1][0].place, pages[item[0][0]].code)):
        group.sort(key=lambda hit: number.get(hit.function or "", -1))
        page, hit = pages[name], group[0]
        path = hit.place.path
        if path not in lines:
            lines[path] = _LINE_END.split(texts.get(path, ""))
        code = lines[path][hit.place.line - 1].strip() if hit.place.line <= len(lines[path]) else ""
        seen[name, path, code] += 1
        yield Finding(
            rule=name,
            code=page.code,
            severity=hit.severity or page.severity,
            confidence=hit.confidence or page.confidence,
            message=hit.message,
            place=hit.place,
            fingerprint=fingerprint(name, path, code, seen[name, path, code]),
            functions=tuple(dict.fromkeys(h.function for h in group if h.function is not None)),
            trace=hit.trace,
            help=hit.help,
        )
