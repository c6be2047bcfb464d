"""The checked settings of a scan."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from types import MappingProxyType

from archlint.finding import SEVERITIES, Finding
from archlint.knowledge.limits import NONE_OWN, Limits
from archlint.results.result import ScanResult
from archlint.rulebook import registry
from archlint.syntax.gitignore import Patterns, compile_patterns

WITHHELD = "pedantic"


def shown(result: ScanResult, config: Config) -> ScanResult:
    """The result without what the config's persona withholds, which is counted. Suppressions of withheld findings count
    as used, and plans and explanations rest on all findings: only reports are narrowed."""
    kept = tuple(finding for finding in result.findings if not config.withholds(finding))
    hidden = len(result.findings) - len(kept)
    if not hidden:
        return result
    return replace(result, findings=kept, withheld=(*result.withheld, (WITHHELD, hidden)))


FAIL_ON = (*reversed(SEVERITIES), "never")
PERSONAS = ("default", "pedantic")
EVERY_RULE = "ALL"
_USUAL = {"low": "pedantic"}
"""Who sees a finding of a confidence, where it is not everybody."""

_NO_SEVERITIES: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class PerFile:
    """Rules, by name, that say nothing about the files that a .gitignore pattern matches."""

    pattern: str
    rules: frozenset[str]


@dataclass(frozen=True, slots=True)
class Config:
    """Checked settings; every rule is given by its name. `select` is None where all rules are meant."""

    select: frozenset[str] | None = None
    ignore: frozenset[str] = frozenset()
    exclude: tuple[str, ...] = ()
    """Patterns in .gitignore's syntax, relative to the scanned folder: what nobody looks for templates and apps in, and
    where nothing is reported."""
    fail_on: str = "error"
    severity: Mapping[str, str] = field(default_factory=lambda: _NO_SEVERITIES)
    per_file_ignores: tuple[PerFile, ...] = ()
    persona: str = "default"
    """What reports show: "default" keeps back what is not sure enough, "pedantic" nothing."""
    baseline: str | None = None
    """The file of accepted findings: a path below the scanned folder, with `/`. It says what a report leaves out, not
    what a scan finds."""
    limits: Limits = NONE_OWN
    """The quotas and thresholds that this repository sets for itself."""
    rulebook: registry.Rulebook = field(default_factory=registry.builtin)

    def selected(self) -> frozenset[str]:
        """The names of the rules that run."""
        chosen = frozenset(self.rulebook.pages) if self.select is None else self.select
        return chosen - self.ignore

    def excludes(self, path: str) -> bool:
        """Whether nothing is reported at `path`, although code elsewhere may lead there."""
        verdict = _all_compiled(self.exclude).check(path) if self.exclude else None
        return verdict is not None and verdict.ignored

    def ignored_in(self, path: str) -> frozenset[str]:
        """The names of the rules that say nothing about the file at `path`."""
        found: frozenset[str] = frozenset()
        for entry in self.per_file_ignores:
            verdict = _compiled(entry.pattern).check(path)
            if verdict is not None and verdict.ignored:
                found |= entry.rules
        return found

    def withholds(self, finding: Finding) -> bool:
        """Whether the persona keeps the finding out of reports: one of low confidence, unless its page names a
        persona."""
        page = self.rulebook.find(finding.rule)
        named = page.persona if page is not None else None
        return self.persona != "pedantic" and (named or _USUAL.get(finding.confidence)) == "pedantic"

    def override(
        self,
        select: frozenset[str] | None = None,
        ignore: frozenset[str] = frozenset(),
        fail_on: str | None = None,
        persona: str | None = None,
    ) -> Config:
        """With the command line's choices: its `select` replaces the file's, its `ignore` adds to it."""
        return replace(
            self,
            select=self.select if select is None else select,
            ignore=self.ignore | ignore,
            fail_on=self.fail_on if fail_on is None else fail_on,
            persona=self.persona if persona is None else persona,
        )


@cache
def _all_compiled(patterns: tuple[str, ...]) -> Patterns:
    return compile_patterns(patterns)


@cache
def _compiled(pattern: str) -> Patterns:
    return compile_patterns([pattern])


def rule_names(texts: Iterable[str], rulebook: registry.Rulebook | None = None) -> frozenset[str]:
    """The rules meant by names, codes, beginnings of codes and ALL, among those of the rulebook (by default archlint's
    own); raises UnknownRuleError."""
    book = rulebook or registry.builtin()
    found: frozenset[str] = frozenset()
    for text in texts:
        found |= frozenset(book.pages) if text.strip().upper() == EVERY_RULE else book.matching(text)
    return found
