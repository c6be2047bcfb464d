"""Rounds of fixes over a tree in memory, each proven by another scan before it counts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

from archlint.cache.incremental import Kept
from archlint.cache.recording_tree import Stamped
from archlint.config import Config
from archlint.edits.apply import changes, compatible
from archlint.edits.edit import Fix
from archlint.edits.overlay import StampedOverlay
from archlint.edits.text import Text
from archlint.finding import SEVERITIES, Finding
from archlint.fix.offers import Offers, Scanned
from archlint.results.result import ScanResult
from archlint.rules.files.unused_suppression_fix import needless
from archlint.scanner import pipeline
from archlint.tree import UnreadableError


def _keys(finding: Finding) -> list[tuple[str, str]]:
    """Lines move and their text changes, so that a finding is known by its rule and each function it concerns."""
    return [(finding.rule, function) for function in finding.functions or ("",)]


def _counts(findings: Iterable[Finding]) -> Counter[tuple[str, str]]:
    return Counter(key for finding in findings for key in _keys(finding))


def problem(before: ScanResult, after: ScanResult, fixed: Iterable[Finding]) -> str | None:
    """Why the change from one result to the other is no proof; None if it is one."""
    was, now = _counts(before.findings), _counts(after.findings)
    if set(after.coverage.files_failed) - set(before.coverage.files_failed):
        return "a file could no longer be read"
    if {d.function.id for d in before.functions} != {d.function.id for d in after.functions}:
        return "the functions are not the same afterwards"
    gone = _counts(fixed)
    stays = next((key for key, count in gone.items() if now[key] > was[key] - count), None)
    if stays is not None:
        return f"{stays[0]} is still found"
    for severity in ("error", "warning"):
        old, new = _counts(_of(before, severity)), _counts(_of(after, severity))
        worse = next((key for key, count in sorted(new.items()) if count > old[key]), None)
        if worse is not None:
            return f"{worse[0]} would be found instead"
    return None


def _of(result: ScanResult, least: str) -> list[Finding]:
    return [f for f in result.findings if SEVERITIES.index(f.severity) >= SEVERITIES.index(least)]


MAX_SCANS = 120
"""Scans of one run after the first; what is left by then is reported as not tried."""

Rescan = Callable[[Stamped, Config, Kept | None], tuple[ScanResult, Kept]]


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


def run(tree: Stamped, config: Config, *, unsafe: bool = False, rescan: Rescan = pipeline.rescan) -> Outcome:
    """Fixes what `config` reports. The proof looks at all rules, so that no fix trades one problem for another."""
    return _Run(tree, config, unsafe, rescan).outcome()


class _Run:
    def __init__(self, tree: Stamped, config: Config, unsafe: bool, rescan: Rescan) -> None:
        self.config = config
        self.unsafe = unsafe
        self._rescan = rescan
        self.wide = replace(config, select=None, ignore=frozenset())
        self.scans = 0
        self.now = self._scan(StampedOverlay(tree), None)
        self.offers = Offers(config)
        self.old: dict[str, bytes] = {}
        """What the changed files held when they were first read."""
        self.done: list[Done] = []
        self.refused: dict[tuple[str, str], Left] = {}

    def _scan(self, tree: StampedOverlay, kept: Kept | None) -> Scanned:
        self.scans += 1
        return Scanned(tree, *self._rescan(tree, self.wide, kept))

    def outcome(self) -> Outcome:
        offers = self._offers()
        while self.scans <= MAX_SCANS:
            batch = self._batch(offers)
            if not batch:
                break
            if self._attempt(batch):
                offers = self._offers()
        left = [Left(f, x, "it was not tried: too many others came first") for f, x in offers if self._wanted(x)]
        changed = {path: (self.old[path], data) for path, data in self.now.tree.changed.items()}
        text = Text(self.now.tree)
        return Outcome(
            tuple(self.done),
            (*self.refused.values(), *left),
            tuple(Left(f, x, "it is not safe") for f, x in offers if not x.safe and not self.unsafe),
            tuple(self._selected()),
            {path: pair for path, pair in changed.items() if pair[0] != pair[1]},
            {path: text.file(path).encoding for path in changed},
            self.now.result,
        )

    def _offers(self) -> list[tuple[Finding, Fix]]:
        return self.offers.of(self._selected(), self.now)

    def _selected(self) -> Sequence[Finding]:
        """What a scan with the user's own selection reports: a suppression is unused only where its rule was asked."""
        shown = [f for f in self.now.result.findings if not self.config.withholds(f)]
        if self.config.select is None and not self.config.ignore:
            return shown
        selected = self.config.selected()
        text = Text(self.now.tree, self.config.rulebook)
        shown = [finding for finding in shown if finding.rule in selected]
        return [f for f in shown if (excuse := needless(f, text)) is None or excuse.rule in selected]

    def _wanted(self, fix: Fix) -> bool:
        return (fix.safe or self.unsafe) and (fix.rule, fix.fingerprint) not in self.refused

    def _batch(self, offers: list[tuple[Finding, Fix]]) -> list[tuple[Finding, Fix]]:
        wanted = [(finding, fix) for finding, fix in offers if self._wanted(fix)]
        chosen = compatible((fix for _, fix in wanted), Text(self.now.tree))
        keys = {(fix.rule, fix.fingerprint) for fix in chosen}
        return [(finding, fix) for finding, fix in wanted if (fix.rule, fix.fingerprint) in keys]

    def _attempt(self, batch: list[tuple[Finding, Fix]]) -> bool:
        """Makes as many of the first fixes as a scan proves, or refuses the very first; says whether any was made."""
        text = Text(self.now.tree)
        while True:
            try:
                new = changes((fix for _, fix in batch), text)
                scanned = self._scan(self.now.tree.with_changes(new), self.now.kept)
                why = problem(self.now.result, scanned.result, (finding for finding, _ in batch))
            except UnreadableError as error:
                why = str(error)
            else:
                if why is None:
                    for path in new:
                        self.old.setdefault(path, text.file(path).data)
                    self.now = scanned
                    self.offers.forget(new)
                    self.done += [Done(finding, fix) for finding, fix in batch]
                    return True
            if len(batch) == 1:
                finding, fix = batch[0]
                self.refused[fix.rule, fix.fingerprint] = Left(finding, fix, f"it could not be proven: {why}")
                return False
            batch = batch[: len(batch) // 2]
