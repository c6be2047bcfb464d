"""What another linter says, as findings among archlint's own: same suppressions, same settings, same fingerprints."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from archlint.config import Config
from archlint.external.cfn_lint import CfnLintMatch, Linted, lint
from archlint.finding import Finding, fingerprint
from archlint.model.coverage import Coverage
from archlint.model.place import Place, Problem
from archlint.readers.cloudformation.template import Template, read_template
from archlint.results.result import ScanResult
from archlint.rulebook.page import GUEST, guest_page
from archlint.suppression.apply import apply
from archlint.tree import MemoryTree

_LINE_END = re.compile(r"\r\n|\r|\n")


@dataclass(frozen=True, slots=True)
class CfnLintChoice:
    """Which of the guest's rules to report, by name; `select` is None where all are meant."""

    select: frozenset[str] | None = None
    ignore: frozenset[str] = frozenset()

    def takes(self, rule: str) -> bool:
        names = {rule, GUEST}
        return not names & self.ignore and (self.select is None or bool(names & self.select))


def choice(config: Config, select: Iterable[str] = (), ignore: Iterable[str] = ()) -> CfnLintChoice:
    """From names of the command line and from the config. A selection that names no rule of cfn-lint selects among
    archlint's own rules only."""
    selected = _guests([*select, *(config.select or ())])
    return CfnLintChoice(selected or None, _guests([*ignore, *config.ignore]))


def with_cfn_lint(result: ScanResult, config: Config, chosen: CfnLintChoice) -> ScanResult:
    """The result with what cfn-lint says of its templates; raises cfn_lint.MissingError."""
    texts = {path: text for path, text in result.sources.items() if _is_template(path, text)}
    linted = lint(texts)
    found = [finding for finding in _findings(result, linted) if chosen.takes(finding.rule)]
    names = frozenset(finding.rule for finding in found)
    functions = [deployed.function for deployed in result.functions]
    verdict = apply(found, result.sources, functions, names, unread=result.coverage.files_failed)
    kept = [
        replace(finding, severity=config.severity.get(finding.rule, finding.severity))
        for finding in verdict.kept
        if not {finding.rule, GUEST} & config.ignored_in(finding.place.path)
    ]
    return replace(
        result,
        findings=tuple(sorted((*result.findings, *kept), key=lambda finding: finding.sort_key)),
        coverage=_coverage(result.coverage, linted),
        suppressed=result.suppressed + len(verdict.silenced),
    )


def _guests(names: Iterable[str]) -> frozenset[str]:
    pages = (guest_page(name) for name in names)
    return frozenset(page.name for page in pages if page is not None)


def _is_template(path: str, text: str) -> bool:
    """Sources also hold code; a CDK app's templates are read only where somebody has kept them."""
    if path.lower().endswith((".py", ".ts", ".js", ".txt", ".toml", ".lock")) or "Resources" not in text:
        return False
    return isinstance(read_template(MemoryTree({path: text.encode("utf-8", "surrogatepass")}), path), Template)


def _coverage(coverage: Coverage, linted: Linted) -> Coverage:
    notes = (Problem(Place(path), reason) for path, reason in linted.failed)
    return replace(coverage, not_read=tuple(sorted((*coverage.not_read, *notes))))


def _findings(result: ScanResult, linted: Linted) -> Iterator[Finding]:
    functions = frozenset(deployed.function.id for deployed in result.functions)
    lines = {path: _LINE_END.split(result.sources[path]) for path in dict.fromkeys(m.path for m in linted.matches)}
    seen: Counter[tuple[str, str, str]] = Counter()
    for match in linted.matches:
        page = guest_page(match.rule, match.summary)
        if page is None:
            continue
        code = _line(lines[match.path], match.line)
        seen[page.name, match.path, code] += 1
        owner = _function(match)
        yield Finding(
            rule=page.name,
            code=page.code,
            severity=page.severity,
            confidence=page.confidence,
            message=match.message,
            place=Place(match.path, match.line, match.column, match.end_line, match.end_column),
            fingerprint=fingerprint(page.name, match.path, code, seen[page.name, match.path, code]),
            functions=(owner,) if owner in functions else (),
            help=f"cfn-lint checks this: {match.summary}; see {match.source}",
        )


def _line(lines: Sequence[str], number: int) -> str:
    return lines[number - 1].strip() if number <= len(lines) else ""


def _function(match: CfnLintMatch) -> str:
    """The id of a function that the match would lie in."""
    return f"{match.path}#{match.keys[1]}" if len(match.keys) > 1 and match.keys[0] == "Resources" else ""
