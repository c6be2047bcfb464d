"""Findings that are known already, by a baseline or by `--diff-base`, are left out of the report."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from archlint.cli import accepted
from archlint.report.visible import visible

if TYPE_CHECKING:
    from archlint.baseline.entry import Entry
    from archlint.baseline.match import Match
    from archlint.cli.asked import Asked
    from archlint.cli.running import How
    from archlint.config import Config
    from archlint.results.result import ScanResult

BASELINE, DIFF_BASE = "baseline", "diff base"

Rescan = Callable[[str, str, "Config"], "ScanResult"]
"""(folder, revision, settings of today) to what a scan of the folder found where HEAD left the revision."""


@dataclass(frozen=True, slots=True)
class Known:
    """What is known before the scan. `baselines` has an item for each folder, None where it has no baseline."""

    baselines: tuple[tuple[Entry, ...] | None, ...]
    revision: str | None = None

    def left_out(
        self, folders: Sequence[str], results: Sequence[ScanResult], configs: Sequence[Config], how: How
    ) -> list[ScanResult]:
        """The results without what is known; raises UsageError where the revision cannot be read."""
        with ExitStack() as stack:
            rescan = _rescan(how, stack) if self.revision is not None else None
            return [
                self._one(folder, result, config, entries, rescan)
                for folder, result, config, entries in zip(folders, results, configs, self.baselines, strict=True)
            ]

    def _one(
        self, folder: str, result: ScanResult, config: Config, entries: tuple[Entry, ...] | None, rescan: Rescan | None
    ) -> ScanResult:
        found: list[tuple[str, Match]] = []
        narrowed = result
        if entries is not None:
            found.append((BASELINE, accepted.matched(folder, result, entries)))
        if self.revision is not None and rescan is not None:
            from archlint.baseline.entry import counted, described
            from archlint.changes import changes

            before = rescan(folder, self.revision, config)
            there = counted(entry for _, entry in described(before.findings, before.sources))
            found.append((DIFF_BASE, accepted.matched(folder, result, there)))
            narrowed = replace(result, changes=changes(before.functions, result.functions))
        return _without(narrowed, found)


def known(asked: Asked, folders: Sequence[str], configs: Sequence[Config]) -> Known:
    """Before any work: the baselines of the options, else of each folder's settings. Raises UsageError."""
    if asked.baseline is not None:
        if len(folders) > 1:
            raise click.UsageError(
                "--baseline: a baseline is of one PATH; name it in the settings of each, or scan them one by one"
            )
        return Known((accepted.read(asked.baseline, "--baseline"),), asked.diff_base)
    if asked.no_baseline:
        return Known((None,) * len(folders), asked.diff_base)
    found = (accepted.of_settings(folder, config) for folder, config in zip(folders, configs, strict=True))
    return Known(tuple(found), asked.diff_base)


def _without(result: ScanResult, found: Sequence[tuple[str, Match]]) -> ScanResult:
    """Each way of being known is asked about all findings, so that none is excused twice."""
    if not found:
        return result
    kept = list(result.findings)
    withheld = list(result.withheld)
    for why, outcome in found:
        new = {id(finding) for finding in outcome.new}
        left = [finding for finding in kept if id(finding) in new]
        if len(left) < len(kept):
            withheld.append((why, len(kept) - len(left)))
        kept = left
    return replace(result, findings=tuple(kept), withheld=tuple(withheld))


def _rescan(how: How, stack: ExitStack) -> Rescan:
    from archlint.cli import online as exact
    from archlint.git.objects import GitError
    from archlint.git.repository import base_of, lost
    from archlint.scanner.pipeline import scan_tree

    measurer = exact.measurer(how.online)

    def rescan(folder: str, revision: str, config: Config) -> ScanResult:
        try:
            base = stack.enter_context(base_of(Path(folder), revision))
            result = scan_tree(base.tree, config, measurer)
            lost(base)
        except GitError as error:
            raise click.UsageError(f"--diff-base: {visible(str(error))}") from error
        return how.guests.joined(result, config)

    return rescan
