"""`archlint scan`: reads folders, prints a report, and says with its exit code how it went."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import click

from archlint.cli import asked, ignores, narrow, output, settings
from archlint.cli import external as beside
from archlint.cli.asked import Asked
from archlint.cli.reading import read_settings
from archlint.cli.running import (
    CLEAN,
    FINDINGS,
    NOTHING_TO_SCAN,
    How,
    Speed,
    fails,
    is_nothing,
    run,
    say_nothing_to_scan,
)
from archlint.report.formats import FORMATS

if TYPE_CHECKING:
    from archlint.cli.external import Guests
    from archlint.cli.narrow import FileScope
    from archlint.cli.stats import Stopwatch
    from archlint.config import Config
    from archlint.results.result import ScanResult


@click.command("scan", short_help="Look for architecture problems.")
@asked.options
@click.pass_context
def command(ctx: click.Context, /, **options: Any) -> None:
    """Look for architecture problems in the folders PATH (by default the current one).

    Paths in the report are relative to PATH; with several PATHs each is prefixed with its PATH as given. Where PATHs
    are files, the current folder is scanned, and only findings that have to do with these files are reported.

    Exit codes: 0 clean, 1 findings at or above --fail-on, 2 wrong usage or config, 3 nothing to scan, 4 archlint
    itself failed.
    """
    wanted = Asked(**options)
    scope = narrow.scope(wanted.paths)
    if wanted.add_ignores:
        ctx.exit(ignores.add(wanted, scope))
    if wanted.output is not None:
        output.check_output(wanted.output)
    copies = output.requests(wanted.also)
    guests = beside.guests(wanted.others, wanted.select, wanted.ignore)
    configs = [_config(folder, wanted, guests) for folder in scope.folders]
    if wanted.show_settings:
        settings.show(wanted, scope.folders, configs)
        ctx.exit(CLEAN)
    known = narrow.known(wanted, scope.folders, configs)
    how = How(wanted.online, guests, Speed(wanted.no_cache, wanted.jobs), _stopwatch(wanted))
    results = run(scope.folders, configs, how)
    results = known.left_out(scope.folders, results, configs, how)
    results = [scope.narrowed(result) for result in settings.narrowed(results, configs)]
    _spare_sources([wanted.output, *(path for _, path in copies)], scope.folders, results)
    with how.timed("report"):
        _report(wanted, scope, results, copies)
    if how.watch is not None:
        click.echo(how.watch.report(results), err=True)
    ctx.exit(_exit_code(wanted, results, configs))


def _config(folder: str, wanted: Asked, guests: Guests) -> Config:
    return read_settings(
        folder,
        select=guests.own_select,
        ignore=guests.own_ignore,
        fail_on=wanted.fail_on,
        persona=wanted.persona,
        no_config=wanted.no_config,
    )


def _stopwatch(wanted: Asked) -> Stopwatch | None:
    if not wanted.stats:
        return None
    from archlint.cli.stats import Stopwatch

    return Stopwatch()


def _spare_sources(outputs: Sequence[str | None], folders: Sequence[str], results: Sequence[ScanResult]) -> None:
    """A report never takes the place of a file that it speaks of."""
    for target in outputs:
        for folder, result in zip(folders, results, strict=True):
            path = os.path.relpath(os.path.abspath(target), os.path.abspath(folder)) if target else ""
            if path.replace(os.sep, "/") in result.sources:
                raise click.UsageError(f"{target!a} is a file of the scanned folder; name another one for the report")


def _report(wanted: Asked, scope: FileScope, results: Sequence[ScanResult], copies: Sequence[tuple[str, str]]) -> None:
    from archlint.results.merge import merge

    report = merge(list(zip(scope.folders, results, strict=True)), prefixed=wanted.prefix_paths)
    text = scope.brief(report) if wanted.format_ == "text" else None
    if text is None:
        text = FORMATS[wanted.format_](report, output.screen(to_file=wanted.output not in (None, output.STDOUT)))
    output.write(text, wanted.output)
    output.write_further(report, copies)
    output.add(wanted.format_, report)


def _exit_code(wanted: Asked, results: Sequence[ScanResult], configs: Sequence[Config]) -> int:
    if all(is_nothing(result) for result in results):
        say_nothing_to_scan()
        return CLEAN if wanted.allow_nothing else NOTHING_TO_SCAN
    failed = any(fails(result.findings, config.fail_on) for result, config in zip(results, configs, strict=True))
    return FINDINGS if failed else CLEAN
