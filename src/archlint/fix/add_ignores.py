"""Excuses findings in memory, and proves with another scan that just they are silent."""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from archlint.config import Config
from archlint.config.settings import shown
from archlint.edits.apply import edited
from archlint.edits.overlay import OverlayTree
from archlint.edits.text import Edit, Text, obstacle
from archlint.finding import Finding
from archlint.results.result import ScanResult
from archlint.scanner import pipeline
from archlint.suppression.apply import UNUSED
from archlint.suppression.comments import Group, Option, options
from archlint.suppression.same_meaning import same_meaning
from archlint.tree import Tree, UnreadableError

ROUNDS = 6
"""Scans at most; each one moves the comments that did not work to their next place."""

UNREADABLE = "unreadable-file"
_NO_COMMENT = "its file has no comments; `archlint explain` shows the Metadata or the settings that silence it"
_NO_CHARACTER = "the encoding of its file lacks a character of the reason"
_NO_PLACE = "a comment on its line, or above it, would change the program or would not silence it"

Scan = Callable[[Tree, Config], ScanResult]
_Key = tuple[str, str, int]


@dataclass(frozen=True, slots=True)
class Refused:
    """A finding that stays, and why."""

    finding: Finding
    reason: str


@dataclass(frozen=True, slots=True)
class IgnoresOutcome:
    """`changed` holds the old and new bytes of files by path; nothing is written yet."""

    changed: Mapping[str, tuple[bytes, bytes]]
    encodings: Mapping[str, str]
    excused: tuple[Finding, ...]
    refused: tuple[Refused, ...]
    result: ScanResult
    """The report after the changes, with the config's own choice of rules."""


def excuse(
    tree: Tree, config: Config, wanted: frozenset[str] | None, reason: str, scan: Scan | None = None
) -> IgnoresOutcome:
    """`wanted` names the rules whose findings are excused, None all of them."""
    return _Run(tree, config, reason, scan or pipeline.scan_tree).run(wanted)


class _Run:
    def __init__(self, tree: Tree, config: Config, reason: str, scan: Scan) -> None:
        self.tree = tree
        self.config = config
        self.judge = replace(config, select=config.selected() | {UNUSED}, ignore=config.ignore - {UNUSED})
        """With complaints about suppressions, which say that a comment does not work."""
        self.reason = reason
        self.scan = scan
        self.text = Text(tree)
        self.refused: list[Refused] = []
        self.options: dict[Group, list[Option]] = {}
        """Of each group that is still to be excused, the ways that have not failed; the first one is tried next."""

    def run(self, wanted: frozenset[str] | None) -> IgnoresOutcome:
        before = self.scan(self.tree, self.judge)
        rules = self.config.selected() if wanted is None else wanted & self.config.selected()
        for group in _groups(f for f in shown(before, self.config).findings if f.rule in rules):
            self._take(group)
        after = before
        for _ in range(ROUNDS):
            self._keep_meanings()
            if not self.options:
                after = before
                break
            after = self.scan(OverlayTree(self.tree, self._changes()), self.judge)
            failed = self._failed(before, after)
            if not failed:
                break
            for group in failed:
                self._next(group)
        else:
            self._give_up(list(self.options))
            after = before
        return self._outcome(after)

    def _outcome(self, after: ScanResult) -> IgnoresOutcome:
        changes = self._changes()
        selected = self.config.selected()
        left = tuple(finding for finding in after.findings if finding.rule in selected)
        return IgnoresOutcome(
            {path: (self.text.file(path).data, data) for path, data in changes.items()},
            {path: self.text.file(path).encoding for path in changes},
            tuple(finding for group in self.options for finding in group.findings),
            tuple(sorted(self.refused, key=lambda one: one.finding.sort_key)),
            shown(replace(after, findings=left), self.config),
        )

    def _take(self, group: Group) -> None:
        """Into `options`, or into `refused`."""
        findings = []
        for finding in group.findings:
            why = _not_excusable(finding) or obstacle(group.path, self.text)
            if why is None:
                findings.append(finding)
            else:
                self.refused.append(Refused(finding, why))
        if not findings:
            return
        taken = Group(group.path, group.line, tuple(findings))
        every = options(taken, self.text, self.reason)
        found = [option for option in every if self._fits(option)]
        if found:
            self.options[taken] = found
        else:
            why = _NO_CHARACTER if every else _NO_COMMENT
            self.refused += [Refused(finding, why) for finding in findings]

    def _fits(self, option: Option) -> bool:
        """Whether the file's encoding has all characters of the comment."""
        try:
            self.text.file(option.edit.path).encode(option.edit.text)
        except UnreadableError:
            return False
        return True

    def _next(self, group: Group) -> None:
        left = self.options[group][1:]
        if left:
            self.options[group] = left
        else:
            self._give_up([group])

    def _give_up(self, groups: Iterable[Group]) -> None:
        for group in groups:
            del self.options[group]
            self.refused += [Refused(finding, _NO_PLACE) for finding in group.findings]

    def _keep_meanings(self) -> None:
        """Moves every comment on that would change what its file means."""
        for path, groups in _by_path(self.options).items():
            if self._means_the_same(path, groups):
                continue
            for group in groups:
                while group in self.options and not self._means_the_same(path, [group]):
                    self._next(group)
            kept = [group for group in groups if group in self.options]
            if kept and not self._means_the_same(path, kept):
                self._give_up(kept)

    def _means_the_same(self, path: str, groups: Sequence[Group]) -> bool:
        content = self.text.read(path)
        try:
            return same_meaning(path, content, edited(content, self._edits(groups)))
        except UnreadableError:
            return False

    def _edits(self, groups: Sequence[Group]) -> list[Edit]:
        return sorted({self.options[group][0].edit for group in groups})

    def _changes(self) -> dict[str, bytes]:
        found: dict[str, bytes] = {}
        for path, groups in _by_path(self.options).items():
            file = self.text.file(path)
            found[path] = file.encode(edited(file.text, self._edits(groups)))
        return found

    def _failed(self, before: ScanResult, after: ScanResult) -> list[Group]:
        """The groups that are not silent, or beside which something new is found."""
        groups = _by_path(self.options)
        excused = {finding for group in self.options for finding in group.findings}
        above = {path: [g.line for g in beside if self.options[g][0].adds_line] for path, beside in groups.items()}
        expected = Counter(_moved(finding, above) for finding in before.findings if finding not in excused)
        failed: dict[Group, None] = {}
        for finding in after.findings:
            key = (finding.rule, finding.place.path, finding.place.line)
            if expected[key] > 0:
                expected[key] -= 1
                continue
            beside = groups.get(finding.place.path, [])
            guilty = [group for group in beside if finding.rule in group.rules]
            if finding.rule == UNUSED:
                guilty = [group for group in beside if self._comment_line(group, beside) == finding.place.line]
            failed.update(dict.fromkeys(guilty or beside or self.options))
        functions = [{deployed.function.id for deployed in result.functions} for result in (before, after)]
        return list(failed) if functions[0] == functions[1] else list(self.options)

    def _comment_line(self, group: Group, beside: Sequence[Group]) -> int:
        """The line of the group's comment in the changed file."""
        option = self.options[group][0]
        stands = self.text.line_of(group.path, option.edit.start)
        return stands + sum(1 for g in beside if g is not group and self.options[g][0].adds_line and g.line <= stands)


def _moved(finding: Finding, above: Mapping[str, Sequence[int]]) -> _Key:
    """Where a finding stands after comments were added above the (sorted) lines of each path."""
    path, line = finding.place.path, finding.place.line
    return finding.rule, path, line + bisect_right(above.get(path, ()), line)


def _not_excusable(finding: Finding) -> str | None:
    if finding.rule == UNUSED:
        return "a suppression that does nothing is removed rather than excused"
    if finding.rule == UNREADABLE:
        return "what cannot be read cannot be changed with certainty"
    return None


def _groups(findings: Iterable[Finding]) -> list[Group]:
    found: defaultdict[tuple[str, int], list[Finding]] = defaultdict(list)
    for finding in findings:
        found[finding.place.path, finding.place.line].append(finding)
    return [Group(path, line, tuple(items)) for (path, line), items in sorted(found.items(), key=lambda item: item[0])]


def _by_path(groups: Iterable[Group]) -> dict[str, list[Group]]:
    found: defaultdict[str, list[Group]] = defaultdict(list)
    for group in groups:
        found[group.path].append(group)
    return dict(found)
