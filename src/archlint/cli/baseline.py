"""`archlint baseline`: accepts the findings that there are, so that only further ones fail."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import click

from archlint.cli import accepted
from archlint.cli import external as beside
from archlint.cli import external as exact
from archlint.cli import output as out
from archlint.cli.reading import read_settings, scan_folders
from archlint.cli.running import CLEAN, FINDINGS, NOTHING_TO_SCAN, How, fails, is_nothing, run, say_nothing_to_scan
from archlint.finding import SEVERITIES
from archlint.report.visible import visible

if TYPE_CHECKING:
    from archlint.baseline.entry import BaselineEntry
    from archlint.config import Config
    from archlint.results.result import ScanResult

FILE_NAME = "archlint-baseline.json"

C = TypeVar("C", bound=Callable[..., object])


@click.command("baseline", cls=click.Group)
def command() -> None:
    """Accept today's findings, so that only further ones fail.

    The file holds no line numbers: moved, renamed and reformatted code is known again. Each entry excuses as many
    findings as it counts. `archlint scan --baseline FILE`, or `baseline = "FILE"` in the config, leaves them out of a
    report.
    """


def _options(function: C) -> C:
    """What all three take."""
    for add in reversed(
        (
            click.argument("path", metavar="[PATH]", default=".", type=click.Path(path_type=str)),
            click.option(
                "--file",
                "file",
                metavar="FILE",
                type=click.Path(path_type=str),
                help=f"[default: the config's baseline, or PATH/{FILE_NAME}]",
            ),
            click.option("--no-config", is_flag=True, help="Do not read archlint.toml or pyproject.toml."),
            click.option("--online", is_flag=True, help=exact.HELP),
            beside.option,
        )
    ):
        function = add(function)
    return function


@command.command("write", short_help="Accept the findings that there are now.")
@_options
@click.option("--force", is_flag=True, help="Replace FILE whatever it is.")
def write(path: str, file: str | None, no_config: bool, online: bool, others: tuple[str, ...], force: bool) -> None:
    """Write the findings of the folder PATH (by default the current one) to the baseline.

    A baseline that is there is replaced. Another file is not, unless with --force. What only --pedantic shows is in
    it too.
    """
    work = _work(path, no_config, online, others)
    target = accepted.file_of(work.folder, work.config, file)
    entries = _entries(work.scanned())
    if not force:
        _check_target(target)
    _write(target, entries)
    click.echo(f"{visible(target)}: {_plural(entries)}")


@command.command("check", short_help="List what is new, and entries that nothing matches any more.")
@_options
@click.option(
    "--fail-on",
    type=click.Choice((*reversed(SEVERITIES), "never")),
    help="Exit with 1 from this severity on.  [default: error, or the config's]",
)
@click.pass_context
def check(
    ctx: click.Context,
    path: str,
    file: str | None,
    no_config: bool,
    online: bool,
    others: tuple[str, ...],
    fail_on: str | None,
) -> None:
    """Compare the folder PATH with its baseline: list what is new, and entries that nothing matches any more.

    Exit codes: 0 nothing new at or above --fail-on, 1 there is, 2 wrong usage, 3 nothing to scan.
    """
    work = _work(path, no_config, online, others, fail_on)
    entries = accepted.of_command(work.folder, work.config, file)
    found = accepted.matched(work.folder, work.scanned(), entries)
    new = [finding for finding in found.new if not work.config.withholds(finding)]
    for finding in new:
        place = f"{visible(finding.place.path)}:{finding.place.line}:{finding.place.column}"
        click.echo(f"{place}: {finding.severity} {finding.code} {finding.rule}: {visible(finding.message)}")
    stale = work.judged(found.stale)
    for entry in stale:
        click.echo(f"no longer found: {_line(entry)}")
    more = f"; `archlint baseline prune` drops {_plural(stale)} no longer found" if stale else ""
    click.echo(f"{len(new):,} new, {found.known:,} in the baseline{more}")
    ctx.exit(FINDINGS if fails(new, work.config.fail_on) else CLEAN)


@command.command("prune", short_help="Drop the entries that nothing matches any more.")
@_options
def prune(path: str, file: str | None, no_config: bool, online: bool, others: tuple[str, ...]) -> None:
    """Drop the entries that nothing in the folder PATH matches any more. Nothing is ever added.

    Entries of rules that this scan does not run stay.
    """
    work = _work(path, no_config, online, others)
    target = accepted.file_of(work.folder, work.config, file)
    entries = accepted.of_command(work.folder, work.config, file)
    found = accepted.matched(work.folder, work.scanned(), entries)
    dropped = work.judged(found.stale)
    if not dropped:
        click.echo(f"{visible(target)}: nothing to drop")
        return
    for entry in dropped:
        click.echo(f"dropped: {_line(entry)}")
    kept = (*found.used, *(entry for entry in found.stale if entry not in dropped))
    _write(target, kept)
    click.echo(f"{visible(target)}: {_plural(kept)} left")


@dataclass(frozen=True, slots=True)
class _Work:
    """A folder with the settings that its scan goes by."""

    folder: str
    config: Config
    how: How

    def scanned(self) -> ScanResult:
        """Ends the command where there is nothing to scan."""
        (result,) = run([self.folder], [self.config], self.how)
        if is_nothing(result):
            say_nothing_to_scan()
            click.get_current_context().exit(NOTHING_TO_SCAN)
        return result

    def judged(self, entries: Sequence[BaselineEntry]) -> list[BaselineEntry]:
        """Those of rules that ran, and of rules that are no more."""
        from archlint.rulebook.page import guest_page

        selected, known, guests = self.config.selected(), self.config.rulebook.pages, self.how.guests
        return [
            entry
            for entry in entries
            if entry.rule in selected or (guests.wanted if guest_page(entry.rule) else entry.rule not in known)
        ]


def _work(path: str, no_config: bool, online: bool, others: Sequence[str], fail_on: str | None = None) -> _Work:
    (folder,) = scan_folders([path])
    guests = beside.guests(others, (), ())
    config = read_settings(folder, fail_on=fail_on, no_config=no_config)
    return _Work(folder, config, How(online, guests))


def _entries(result: ScanResult) -> tuple[BaselineEntry, ...]:
    from archlint.baseline.entry import counted, described

    return counted(entry for _, entry in described(result.findings, result.sources))


def _check_target(target: str) -> None:
    """Refuses what is no baseline, and asks before one of another version is replaced."""
    from archlint.baseline.file import MAX_BYTES, BaselineError, OtherVersionError, parse

    if not os.path.lexists(target):
        return
    try:
        with Path(target).open("rb") as file:
            parse(file.read(MAX_BYTES + 1))
    except OtherVersionError as error:
        click.confirm(f"{visible(target)} {visible(str(error))}. Replace it?", abort=True, err=True)
    except BaselineError as error:
        raise click.UsageError(f"{target!a} {visible(str(error))}; --force replaces it") from error
    except OSError as error:
        raise click.UsageError(f"{target!a} cannot be read: {error.strerror}") from error


def _write(target: str, entries: Sequence[BaselineEntry]) -> None:
    from archlint.baseline.file import render

    folder = os.path.dirname(target) or "."
    if os.path.isdir(target) or not os.path.isdir(folder):
        raise click.UsageError(f"the baseline {target!a} cannot be a file")
    out.write(render(entries), target)


def _line(entry: BaselineEntry) -> str:
    times = f" ({entry.count:,} times)" if entry.count > 1 else ""
    return f"{visible(entry.path)}: {visible(entry.rule)}{times}: {visible(entry.message)}"


def _plural(entries: Sequence[BaselineEntry]) -> str:
    number = sum(entry.count for entry in entries)
    return f"{number:,} finding{'' if number == 1 else 's'}"
