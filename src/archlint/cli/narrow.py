"""The options `--baseline` and `--diff-base`: findings that are known are left out of the report."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import click

from archlint.report.visible import visible
from archlint.tree import DiskTree

if TYPE_CHECKING:
    from archlint.baseline.entry import Entry
    from archlint.baseline.match import Match
    from archlint.cli.beside import Guests
    from archlint.config import Config
    from archlint.result import ScanResult

BASELINE, DIFF_BASE = "baseline", "diff base"

C = TypeVar("C", bound=Callable[..., object])


def option(command: C) -> C:
    """Adds both; the parameters are `baseline` and `diff_base`."""
    command = click.option(
        "--diff-base",
        metavar="REV",
        help="Only what has come since HEAD left REV (a branch, tag or commit); read from .git, git is not run.",
    )(command)
    return click.option(
        "--baseline",
        metavar="FILE",
        type=click.Path(path_type=str),
        help="Without the findings that FILE lists; `archlint baseline write` makes it.",
    )(command)


@dataclass(frozen=True, slots=True)
class Narrow:
    """What is known before the scan; `accepted` is None without a baseline."""

    accepted: tuple[Entry, ...] | None = None
    revision: str | None = None

    def applied(
        self,
        folders: Sequence[str],
        results: Sequence[ScanResult],
        configs: Sequence[Config],
        *,
        online: bool,
        guests: Guests,
    ) -> list[ScanResult]:
        """The results without what is known; raises UsageError where the revision cannot be read."""
        if self.accepted is None and self.revision is None:
            return list(results)
        with ExitStack() as stack:
            rescan = _rescan(online, guests, stack) if self.revision is not None else None
            return [
                self._one(folder, result, config, rescan)
                for folder, result, config in zip(folders, results, configs, strict=True)
            ]

    def _one(self, folder: str, result: ScanResult, config: Config, rescan: Rescan | None) -> ScanResult:
        found: list[tuple[str, Match]] = []
        narrowed = result
        if self.accepted is not None:
            found.append((BASELINE, matched(folder, result, self.accepted)))
        if self.revision is not None and rescan is not None:
            from archlint.baseline.entry import counted, described
            from archlint.changes import changes

            before = rescan(folder, self.revision, config)
            entries = counted(entry for _, entry in described(before.findings, before.sources))
            found.append((DIFF_BASE, matched(folder, result, entries)))
            narrowed = replace(result, changes=changes(before.functions, result.functions))
        return _without(narrowed, found)


Rescan = Callable[[str, str, "Config"], "ScanResult"]
"""(folder, revision, settings of today) to what a scan of the folder found where HEAD left the revision."""


def narrow(baseline: str | None, diff_base: str | None, folders: Sequence[str]) -> Narrow:
    """From the options, before any work; raises UsageError."""
    if baseline is not None and len(folders) > 1:
        raise click.UsageError("--baseline: a baseline is of one PATH; scan the folders one by one")
    accepted = None if baseline is None else read(baseline, "--baseline")
    return Narrow(accepted, diff_base)


def read(path: str, option_name: str) -> tuple[Entry, ...]:
    """The entries of a baseline; raises UsageError with the file's name."""
    from archlint.baseline.file import MAX_BYTES, BaselineError, parse

    try:
        with Path(path).open("rb") as file:
            return parse(file.read(MAX_BYTES + 1))
    except FileNotFoundError as error:
        raise click.UsageError(
            f"{option_name}: {path!a} does not exist; `archlint baseline write` makes one"
        ) from error
    except (OSError, ValueError) as error:
        why = error.strerror if isinstance(error, OSError) else str(error)
        raise click.UsageError(f"{option_name}: {path!a} cannot be read: {visible(str(why))}") from error
    except BaselineError as error:
        raise click.UsageError(f"{option_name}: {path!a} {visible(str(error))}") from error


def matched(folder: str, result: ScanResult, accepted: Sequence[Entry]) -> Match:
    """The findings of a scan of `folder` beside what is accepted."""
    from archlint.baseline.match import match, names_of

    tree = DiskTree(Path(folder))
    return match(result.findings, result.sources, accepted, is_file=tree.is_file, functions=names_of(result))


def _without(result: ScanResult, found: Sequence[tuple[str, Match]]) -> ScanResult:
    """Each way of being known is asked about all findings, so that none is excused twice."""
    kept = list(result.findings)
    withheld = list(result.withheld)
    for why, outcome in found:
        new = {id(finding) for finding in outcome.new}
        left = [finding for finding in kept if id(finding) in new]
        if len(left) < len(kept):
            withheld.append((why, len(kept) - len(left)))
        kept = left
    return replace(result, findings=tuple(kept), withheld=tuple(withheld))


def _rescan(online: bool, guests: Guests, stack: ExitStack) -> Rescan:
    from archlint.cli import online as exact
    from archlint.git.errors import GitError
    from archlint.git.repository import base_of, lost
    from archlint.pipeline import scan_tree

    measurer = exact.measurer(online)

    def rescan(folder: str, revision: str, config: Config) -> ScanResult:
        try:
            base = stack.enter_context(base_of(Path(folder), revision))
            result = scan_tree(base.tree, config, measurer)
            lost(base)
        except GitError as error:
            raise click.UsageError(f"--diff-base: {visible(str(error))}") from error
        return guests.joined(result, config)

    return rescan
