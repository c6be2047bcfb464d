"""Rounds of fixes over a tree in memory, each proven by another scan before it counts."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from archlint import pipeline
from archlint.config import Config
from archlint.finding import Finding
from archlint.fix import registry
from archlint.fix.apply import changes, compatible, is_change
from archlint.fix.edit import Fix
from archlint.fix.editable import obstacle
from archlint.fix.overlay import OverlayTree
from archlint.fix.proof import problem
from archlint.fix.text import Text
from archlint.project import Project
from archlint.result import ScanResult
from archlint.tree import Tree, UnreadableError

MAX_SCANS = 120
"""Scans of one run after the first; what is left by then is reported as not tried."""

Examine = Callable[[Tree, Config], tuple[Project, ScanResult]]


@dataclass(frozen=True, slots=True)
class Done:
    """A fix that was proven, with the finding that it removed."""

    finding: Finding
    fix: Fix


@dataclass(frozen=True, slots=True)
class Left:
    """A finding that has a fix which was not made; `reason` completes "not fixed: …"."""

    finding: Finding
    fix: Fix
    reason: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """`changed` holds (old, new) bytes by path; `findings` are those that the changed files still have."""

    done: tuple[Done, ...]
    unproven: tuple[Left, ...]
    unsafe: tuple[Left, ...]
    """Those that only `--unsafe` makes."""
    findings: tuple[Finding, ...]
    changed: dict[str, tuple[bytes, bytes]]
    encodings: dict[str, str]
    """Of the changed files."""
    result: ScanResult


def run(tree: Tree, config: Config, *, unsafe: bool = False, examine: Examine = pipeline.examine) -> Outcome:
    """Fixes what `config` selects. The proof looks at all rules, so that no fix trades one problem for another."""
    return _Run(tree, config, unsafe, examine).outcome()


class _Run:
    def __init__(self, tree: Tree, config: Config, unsafe: bool, examine: Examine) -> None:
        self.config = config
        self.unsafe = unsafe
        self._examine = examine
        self.wide = replace(config, select=None, ignore=frozenset())
        self.tree = OverlayTree(tree)
        self.scans = 0
        self.project, self.result = self._scan(self.tree)
        self.done: list[Done] = []
        self.refused: dict[tuple[str, str], Left] = {}

    def _scan(self, tree: OverlayTree) -> tuple[Project, ScanResult]:
        self.scans += 1
        return self._examine(tree, self.wide)

    def outcome(self) -> Outcome:
        while self.scans <= MAX_SCANS:
            batch = self._batch(self._offers())
            if not batch:
                break
            self._attempt(batch)
        offers = self._offers()
        left = [Left(f, x, "it was not tried: too many others came first") for f, x in offers if self._wanted(x)]
        base = self.tree.base
        changed = {path: (base.read(path), data) for path, data in self.tree.changed.items()}
        return Outcome(
            tuple(self.done),
            (*self.refused.values(), *left),
            tuple(Left(f, x, "it is not safe") for f, x in offers if not x.safe and not self.unsafe),
            tuple(self._selected()),
            {path: pair for path, pair in changed.items() if pair[0] != pair[1]},
            {path: Text(self.tree).file(path).encoding for path in changed},
            self.result,
        )

    def _selected(self) -> Sequence[Finding]:
        """What a scan with the user's own selection says."""
        if self.config.select is None and not self.config.ignore:
            return self.result.findings
        return self._examine(self.tree, self.config)[1].findings

    def _wanted(self, fix: Fix) -> bool:
        return (fix.safe or self.unsafe) and (fix.rule, fix.fingerprint) not in self.refused

    def _offers(self) -> list[tuple[Finding, Fix]]:
        """The fixes of the findings as they are now, safe or not."""
        text = Text(self.tree)
        found: list[tuple[Finding, Fix]] = []
        for finding in self._selected():
            fixer = registry.fixer(finding.rule)
            try:
                fix = fixer(finding, self.project, text) if fixer is not None else None
            except (UnreadableError, RecursionError):
                continue
            if fix is None or any(obstacle(edit.path, text) for edit in fix.edits) or not is_change(fix, text):
                continue
            found.append((finding, fix))
        return found

    def _batch(self, offers: list[tuple[Finding, Fix]]) -> list[tuple[Finding, Fix]]:
        wanted = [(finding, fix) for finding, fix in offers if self._wanted(fix)]
        chosen = {(fix.rule, fix.fingerprint) for fix in compatible(fix for _, fix in wanted)}
        return [(finding, fix) for finding, fix in wanted if (fix.rule, fix.fingerprint) in chosen]

    def _attempt(self, batch: list[tuple[Finding, Fix]]) -> None:
        """Makes as many of the first fixes as a scan proves, or refuses the very first."""
        text = Text(self.tree)
        while True:
            try:
                tree = self.tree.with_changes(changes((fix for _, fix in batch), text))
                project, result = self._scan(tree)
                why = problem(self.result, result, (finding for finding, _ in batch))
            except UnreadableError as error:
                why = str(error)
            else:
                if why is None:
                    self.tree, self.project, self.result = tree, project, result
                    self.done += [Done(finding, fix) for finding, fix in batch]
                    return
            if len(batch) == 1:
                finding, fix = batch[0]
                self.refused[fix.rule, fix.fingerprint] = Left(finding, fix, f"it could not be proven: {why}")
                return
            batch = batch[: len(batch) // 2]
