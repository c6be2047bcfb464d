"""`archlint baseline`: accepts the findings that there are, so that only further ones fail."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import click

from archlint.cli import beside, narrow
from archlint.cli import online as exact
from archlint.cli import output as out
from archlint.finding import SEVERITIES
from archlint.report.visible import visible

if TYPE_CHECKING:
    from archlint.baseline.entry import Entry
    from archlint.config import Config
    from archlint.result import ScanResult

FINDINGS, NOTHING_TO_SCAN = 1, 3
FILE_NAME = "archlint-baseline.json"

C = TypeVar("C", bound=Callable[..., object])


@click.command("baseline", cls=click.Group)
def command() -> None:
    """Accept today's findings, so that only further ones fail.

    The file holds no line numbers: moved, renamed and reformatted code is known again. Each entry excuses as many
    findings as it counts. `archlint scan --baseline FILE` leaves them out of a report.
    """


def _options(function: C) -> C:
    """What all three take."""
    for add in reversed(
        (
            click.argument("path", metavar="[PATH]", default=".", type=click.Path(path_type=str)),
            click.option(
                "--file", "file", metavar="FILE", type=click.Path(path_type=str), help=f"[default: PATH/{FILE_NAME}]"
            ),
            click.option("--no-config", is_flag=True, help="Do not read archlint.toml or pyproject.toml."),
            click.option("--online", is_flag=True, help=exact.HELP),
            beside.option,
        )
    ):
        function = add(function)
    return function


@command.command("write")
@_options
@click.option("--force", is_flag=True, help="Replace FILE whatever it is.")
def write(path: str, file: str | None, no_config: bool, online: bool, others: tuple[str, ...], force: bool) -> None:
    """Write the findings of the folder PATH (by default the current one) to the baseline.

    A baseline that is there is replaced. Another file is not, unless with --force. What only --pedantic shows is in
    it too.
    """
    target = file or os.path.join(path, FILE_NAME)
    scanned = _scan(path, no_config, online, others, None)
    if not force:
        _check_target(target)
    _write(target, scanned.entries)
    click.echo(f"{visible(target)}: {_plural(scanned.entries)}")


@command.command("check")
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
    target = file or os.path.join(path, FILE_NAME)
    accepted = narrow.read(target, "baseline")
    scanned = _scan(path, no_config, online, others, fail_on)
    found = narrow.matched(path, scanned.result, accepted)
    new = [finding for finding in found.new if not scanned.config.withholds(finding)]
    for finding in new:
        place = f"{visible(finding.place.path)}:{finding.place.line}:{finding.place.column}"
        click.echo(f"{place}: {finding.severity} {finding.code} {finding.rule}: {visible(finding.message)}")
    stale = scanned.judged(found.stale)
    for entry in stale:
        click.echo(f"no longer found: {_line(entry)}")
    more = f"; `archlint baseline prune` drops {_plural(stale)} no longer found" if stale else ""
    click.echo(f"{len(new):,} new, {found.known:,} in the baseline{more}")
    if scanned.config.fail_on != "never":
        least = SEVERITIES.index(scanned.config.fail_on)
        if any(SEVERITIES.index(finding.severity) >= least for finding in new):
            ctx.exit(FINDINGS)


@command.command("prune")
@_options
def prune(path: str, file: str | None, no_config: bool, online: bool, others: tuple[str, ...]) -> None:
    """Drop the entries that nothing in the folder PATH matches any more. Nothing is ever added.

    Entries of rules that this scan does not run stay.
    """
    target = file or os.path.join(path, FILE_NAME)
    accepted = narrow.read(target, "baseline")
    scanned = _scan(path, no_config, online, others, None)
    found = narrow.matched(path, scanned.result, accepted)
    dropped = scanned.judged(found.stale)
    if not dropped:
        click.echo(f"{visible(target)}: nothing to drop")
        return
    for entry in dropped:
        click.echo(f"dropped: {_line(entry)}")
    kept = (*found.used, *(entry for entry in found.stale if entry not in dropped))
    _write(target, kept)
    click.echo(f"{visible(target)}: {_plural(kept)} left")


@dataclass(frozen=True, slots=True)
class _Scanned:
    """A scan with the settings that it went by."""

    result: ScanResult
    config: Config
    guests: beside.Guests

    @property
    def entries(self) -> tuple[Entry, ...]:
        from archlint.baseline.entry import counted, described

        return counted(entry for _, entry in described(self.result.findings, self.result.sources))

    def judged(self, entries: Sequence[Entry]) -> list[Entry]:
        """Those of rules that ran, and of rules that are no more."""
        from archlint.rules.page import guest_page

        selected, known = self.config.selected(), self.config.rulebook.pages
        return [
            entry
            for entry in entries
            if entry.rule in selected or (self.guests.wanted if guest_page(entry.rule) else entry.rule not in known)
        ]


def _scan(path: str, no_config: bool, online: bool, others: Sequence[str], fail_on: str | None) -> _Scanned:
    from archlint.cli.scan import read_settings, run, scan_folders

    (folder,) = scan_folders([path])
    guests = beside.guests(others, (), ())
    config = read_settings(folder, None, (), fail_on, no_config)
    (result,) = run([folder], [config], online=online, guests=guests)
    if not (result.functions or result.findings or result.suppressed or result.coverage.files_read):
        click.echo("archlint: nothing to scan: no Lambda function was found", err=True)
        click.get_current_context().exit(NOTHING_TO_SCAN)
    return _Scanned(result, config, guests)


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


def _write(target: str, entries: Sequence[Entry]) -> None:
    from archlint.baseline.file import render

    folder = os.path.dirname(target) or "."
    if os.path.isdir(target) or not os.path.isdir(folder):
        raise click.UsageError(f"--file: {target!a} cannot be a file")
    out.write(render(entries), target)


def _line(entry: Entry) -> str:
    times = f" ({entry.count:,} times)" if entry.count > 1 else ""
    return f"{visible(entry.path)}: {visible(entry.rule)}{times}: {visible(entry.message)}"


def _plural(entries: Sequence[Entry]) -> str:
    number = sum(entry.count for entry in entries)
    return f"{number:,} finding{'' if number == 1 else 's'}"
