"""Files as PATHs of `scan`: the current folder is scanned whole, and what has to do with these files is reported."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import click

from archlint.cli.running import is_nothing

if TYPE_CHECKING:
    from archlint.results.result import ScanResult


@dataclass(frozen=True, slots=True)
class Scope:
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


def scope(paths: Sequence[str]) -> Scope:
    """The current folder without any PATH. Raises UsageError for what is neither a file nor a folder, for both at once,
    and for files that do not lie in the current folder."""
    given = tuple(dict.fromkeys(paths)) or (".",)
    files = [path for path in given if not os.path.isdir(path)]
    for path in files:
        if not os.path.isfile(path):
            problem = "is neither a file nor a folder" if os.path.lexists(path) else "does not exist"
            raise click.UsageError(f"PATH {path!a} {problem}")
    if not files:
        return Scope(given)
    if len(files) < len(given):
        folder = next(path for path in given if os.path.isdir(path))
        raise click.UsageError(
            f"PATH {folder!a} is a folder and PATH {files[0]!a} a file; give folders, or files of the current folder"
        )
    return Scope((".",), frozenset(name for path in files for name in _names(path)))


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
