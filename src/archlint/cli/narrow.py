"""Findings that are known already, by a baseline or by `--diff-base`, are left out of the report."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from archlint.cli import accepted
from archlint.cli.running import is_nothing
from archlint.report.visible import visible

if TYPE_CHECKING:
    from archlint.baseline.entry import BaselineEntry
    from archlint.baseline.match import BaselineMatch
    from archlint.cli.asked import Asked
    from archlint.cli.running import How
    from archlint.config import Config
    from archlint.results.result import ScanResult


@dataclass(frozen=True, slots=True)
class FileScope:
    """What the PATHs ask for: folders, each scanned and reported whole, or files of the current one."""

    folders: tuple[str, ...]
    files: frozenset[str] | None = None
    """Relative to the current folder, with `/`; None where whole folders are meant."""

    def narrowed(self, result: ScanResult) -> ScanResult:
        if self.files is None:
            return result
        from archlint.results.narrow import touching

        return touching(result, self.files)

    def brief(self, report: ScanResult) -> str | None:
        """The text of a report that has nothing to say of the files: one line, for hooks; none where nothing at all was
        read. None for any other report, and where one of the files was not understood."""
        coverage = report.coverage
        if self.files is None or report.findings or report.changes:
            return None
        if not self.files.isdisjoint((*coverage.files_failed, *(gap.place.path for gap in coverage.not_read))):
            return None
        from archlint.report.words import plural

        return (
            ""
            if is_nothing(report)
            else f"No findings in the files given - {plural(coverage.files_read, 'file')} read.\n"
        )


def scope(paths: Sequence[str]) -> FileScope:
    """The current folder without any PATH. Raises UsageError for what is neither a file nor a folder, for both at once,
    and for files that do not lie in the current folder."""
    given = tuple(dict.fromkeys(paths)) or (".",)
    files = [path for path in given if not os.path.isdir(path)]
    for path in files:
        if not os.path.isfile(path):
            problem = "is neither a file nor a folder" if os.path.lexists(path) else "does not exist"
            raise click.UsageError(f"PATH {path!a} {problem}")
    if not files:
        return FileScope(given)
    if len(files) < len(given):
        folder = next(path for path in given if os.path.isdir(path))
        raise click.UsageError(
            f"PATH {folder!a} is a folder and PATH {files[0]!a} a file; give folders, or files of the current folder"
        )
    return FileScope((".",), frozenset(name for path in files for name in _names(path)))


def _names(path: str) -> set[str]:
    """The file as it was named and as links lead to it, as far as each lies in the current folder."""
    here = os.getcwd()
    found = {_inside(os.path.abspath(path), here), _inside(os.path.realpath(path), os.path.realpath(here))}
    names = {name for name in found if name is not None}
    if not names:
        raise click.UsageError(f"PATH {path!a} is a file outside the current folder; run archlint in its repository")
    return names


def _inside(path: str, folder: str) -> str | None:
    try:
        relative = os.path.relpath(path, folder)
    except ValueError:
        return None  # another drive
    if relative == os.pardir or relative.startswith(os.pardir + os.sep):
        return None
    return relative.replace(os.sep, "/")


BASELINE, DIFF_BASE = "baseline", "diff base"

Rescan = Callable[[str, str, "Config"], "ScanResult"]
"""(folder, revision, settings of today) to what a scan of the folder found where HEAD left the revision."""


@dataclass(frozen=True, slots=True)
class Baselines:
    """What is known before the scan. `baselines` has an item for each folder, None where it has no baseline."""

    baselines: tuple[tuple[BaselineEntry, ...] | None, ...]
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
        self,
        folder: str,
        result: ScanResult,
        config: Config,
        entries: tuple[BaselineEntry, ...] | None,
        rescan: Rescan | None,
    ) -> ScanResult:
        found: list[tuple[str, BaselineMatch]] = []
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


def known(asked: Asked, folders: Sequence[str], configs: Sequence[Config]) -> Baselines:
    """Before any work: the baselines of the options, else of each folder's settings. Raises UsageError."""
    if asked.baseline is not None:
        if len(folders) > 1:
            raise click.UsageError(
                "--baseline: a baseline is of one PATH; name it in the settings of each, or scan them one by one"
            )
        return Baselines((accepted.read(asked.baseline, "--baseline"),), asked.diff_base)
    if asked.no_baseline:
        return Baselines((None,) * len(folders), asked.diff_base)
    found = (accepted.of_settings(folder, config) for folder, config in zip(folders, configs, strict=True))
    return Baselines(tuple(found), asked.diff_base)


def _without(result: ScanResult, found: Sequence[tuple[str, BaselineMatch]]) -> ScanResult:
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
    from archlint.cli import external as exact
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
