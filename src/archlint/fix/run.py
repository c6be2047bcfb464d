"""Rounds of fixes over a tree in memory, each proven by another scan before it counts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, replace

from archlint.cache.incremental import CacheSnapshot
from archlint.cache.recording_tree import RecordingTree, VersionedTree
from archlint.code.program import Sources
from archlint.config import Config
from archlint.edits.apply import changes, compatible, is_change
from archlint.edits.overlay import StampedOverlay
from archlint.edits.text import Fix, Text, obstacle
from archlint.finding import SEVERITIES, Finding
from archlint.fix import registry
from archlint.project import Project
from archlint.results.result import ScanResult
from archlint.rules.files.unused_suppression_fix import needless
from archlint.scanner import pipeline
from archlint.scanner.evaluate import ScanContext, build, declare
from archlint.scanner.scheduler import homes_reading
from archlint.scanner.survey import last_survey
from archlint.scanner.unit import ScanUnit
from archlint.tree import UnreadableError


def project_of(tree: VersionedTree, config: Config, kept: CacheSnapshot, homes: Collection[str]) -> Project:
    """What a scan that left `kept` saw of some homes, without a look at any rule."""
    found = last_survey(RecordingTree(tree), kept)
    bench = ScanContext(tree, Sources(tree), found.opened, called=found.called, limits=config.limits)
    chosen = [home for home in found.division.homes if home.path in homes]
    try:
        return _built(chosen, bench)
    except Exception:
        return _built([home for home in chosen if _can_be_built(home, bench)], bench)


def _built(homes: Iterable[ScanUnit], bench: ScanContext) -> Project:
    return build(declare(tuple(homes), bench), bench)


def _can_be_built(home: ScanUnit, bench: ScanContext) -> bool:
    """The scan has reported the others."""
    try:
        _built((home,), bench)
    except Exception:
        return False
    return True


@dataclass(frozen=True, slots=True)
class Scanned:
    """A tree with what a scan of all rules said of it, and what the next scan takes."""

    tree: StampedOverlay
    result: ScanResult
    kept: CacheSnapshot


class Offers:
    """The fixes of findings as they are now."""

    def __init__(self, config: Config) -> None:
        self._config = config
        self._known: dict[Finding, Fix | None] = {}
        self._changed: set[str] = set()

    def forget(self, changed: Iterable[str]) -> None:
        """These files have other content by now."""
        self._changed.update(changed)

    def of(self, findings: Iterable[Finding], scanned: Scanned) -> list[tuple[Finding, Fix]]:
        """Those that can be fixed at all, safely or not."""
        asked = [finding for finding in findings if registry.fixer(finding.rule) is not None]
        declared = {d.function.id: d.function.defined_at.path for d in scanned.result.functions}
        paths = {
            finding: {finding.place.path, *(declared[name] for name in finding.functions if name in declared)}
            for finding in asked
        }
        homes = homes_reading(scanned.kept, self._changed.union(*paths.values()))
        stale = frozenset[str]().union(*(homes[path] for path in self._changed))
        near = {finding: frozenset[str]().union(*(homes[path] for path in paths[finding])) for finding in asked}
        new = [finding for finding in asked if near[finding] & stale or not self._holds(finding, paths[finding])]
        if new:
            concerned = frozenset[str]().union(*(near[finding] for finding in new))
            project = project_of(scanned.tree, self._config, scanned.kept, concerned)
            text = Text(scanned.tree, self._config.rulebook)
            self._known.update((finding, _offer(finding, project, text)) for finding in new)
        self._known = {finding: self._known[finding] for finding in asked}
        self._changed.clear()
        return [(finding, fix) for finding, fix in self._known.items() if fix is not None]

    def _holds(self, finding: Finding, paths: set[str]) -> bool:
        """Whether the answer of before is about the same text."""
        if finding not in self._known or paths & self._changed:
            return False
        fix = self._known[finding]
        return fix is None or not any(edit.path in self._changed for edit in fix.edits)


def _offer(finding: Finding, project: Project, text: Text) -> Fix | None:
    fixer = registry.fixer(finding.rule)
    try:
        fix = fixer(finding, project, text) if fixer is not None else None
    except (UnreadableError, RecursionError):
        return None
    if fix is None or any(obstacle(edit.path, text) for edit in fix.edits) or not is_change(fix, text):
        return None
    return fix


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

Rescan = Callable[[VersionedTree, Config, CacheSnapshot | None], tuple[ScanResult, CacheSnapshot]]


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


def run(tree: VersionedTree, config: Config, *, unsafe: bool = False, rescan: Rescan = pipeline.rescan) -> Outcome:
    """Fixes what `config` reports. The proof looks at all rules, so that no fix trades one problem for another."""
    return _Run(tree, config, unsafe, rescan).outcome()


class _Run:
    def __init__(self, tree: VersionedTree, config: Config, unsafe: bool, rescan: Rescan) -> None:
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

    def _scan(self, tree: StampedOverlay, kept: CacheSnapshot | None) -> Scanned:
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
