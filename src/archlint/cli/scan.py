"""`archlint scan`: reads folders, prints a report, and says with its exit code how it went."""

from __future__ import annotations

import os
from collections.abc import Sequence
from contextlib import nullcontext
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click

from archlint.cli import also as further
from archlint.cli import beside, ignores, settings, speed, summary, touching
from archlint.cli import narrow as known
from archlint.cli import online as exact
from archlint.cli import output as out
from archlint.finding import SEVERITIES
from archlint.report.formats import FORMATS
from archlint.report.visible import visible
from archlint.stages import untimed

if TYPE_CHECKING:
    from archlint.cli.stats import Stopwatch
    from archlint.config import Config
    from archlint.result import ScanResult

CLEAN, FINDINGS, NOTHING_TO_SCAN = 0, 1, 3


@click.command("scan")
@click.argument("paths", metavar="[PATH]...", nargs=-1, type=click.Path(path_type=str))
@click.option("--format", "format_", type=click.Choice(list(FORMATS)), default="text", show_default=True)
@click.option("--output", metavar="FILE", type=click.Path(path_type=str), help="Write the report to FILE.")
@click.option("--select", multiple=True, metavar="RULES", help="Only these rules: names, codes or AL1; comma list.")
@click.option("--ignore", multiple=True, metavar="RULES", help="Not these rules, and not what the config ignores.")
@click.option(
    "--fail-on",
    type=click.Choice((*reversed(SEVERITIES), "never")),
    help="Exit with 1 from this severity on.  [default: error, or the config's]",
)
@click.option("--no-config", is_flag=True, help="Do not read archlint.toml or pyproject.toml.")
@click.option("--online", is_flag=True, help=exact.HELP)
@click.option("--stats", is_flag=True, help="Say on stderr where the time went.")
@beside.option
@further.option
@known.option
@touching.allow_nothing
@touching.prefix_paths
@settings.options
@speed.options
@ignores.options
@click.pass_context
def command(
    ctx: click.Context,
    paths: tuple[str, ...],
    format_: str,
    output: str | None,
    select: tuple[str, ...],
    ignore: tuple[str, ...],
    fail_on: str | None,
    no_config: bool,
    online: bool,
    stats: bool,
    others: tuple[str, ...],
    also: tuple[str, ...],
    baseline: str | None,
    diff_base: str | None,
    allow_nothing: bool,
    prefix_paths: bool,
) -> None:
    """Look for architecture problems in the folders PATH (by default the current one).

    Paths in the report are relative to PATH; with several PATHs each is prefixed with its PATH as given. Where PATHs
    are files, the current folder is scanned, and only findings that have to do with these files are reported.

    Exit codes: 0 clean, 1 findings at or above --fail-on, 2 wrong usage or config, 3 nothing to scan, 4 archlint
    itself failed.
    """
    scope = touching.scope(paths)
    ignores.add(ctx, scope)
    folders = scope.folders
    if output is not None:
        out.check_output(output)
    copies = further.requests(also)
    accepted = known.narrow(baseline, diff_base, folders)
    guests = beside.guests(others, _split(select), _split(ignore))
    configs = [read_settings(folder, guests.own_select, guests.own_ignore, fail_on, no_config) for folder in folders]
    configs = settings.with_persona(ctx, configs)
    settings.show(ctx, folders, configs, format_, output)
    watch = _stopwatch(stats)
    results = run(folders, configs, online=online, guests=guests, watch=watch)
    results = accepted.applied(folders, results, configs, online=online, guests=guests)
    results = [scope.narrowed(result) for result in settings.narrowed(results, configs)]

    from archlint.cli.several import merge

    with watch("report") if watch is not None else nullcontext():
        report = merge(list(zip(folders, results, strict=True)), prefixed=prefix_paths)
        out.write(FORMATS[format_](report, out.screen(to_file=output is not None)), output)
        further.write(report, copies)
        summary.add(format_, report)
    if watch is not None:
        click.echo(watch.report(results), err=True)
    if all(_is_nothing(result) for result in results):
        click.echo("archlint: nothing to scan: no Lambda function was found", err=True)
        ctx.exit(CLEAN if allow_nothing else NOTHING_TO_SCAN)
    failed = any(_fails(result, config.fail_on) for result, config in zip(results, configs, strict=True))
    ctx.exit(FINDINGS if failed else CLEAN)


def _stopwatch(stats: bool) -> Stopwatch | None:
    if not stats:
        return None
    from archlint.cli.stats import Stopwatch

    return Stopwatch()


def run(
    folders: Sequence[str],
    configs: Sequence[Config],
    *,
    online: bool,
    guests: beside.Guests,
    watch: Stopwatch | None = None,
) -> list[ScanResult]:
    """One result a folder; what the options `--online` and `--with` add is in it."""
    with watch("imports") if watch is not None else nullcontext():
        from archlint import pipeline

    measurer = exact.measurer(online)
    chosen = speed.speed()
    with speed.shown() as progress:
        scan = partial(
            pipeline.scan,
            measurer=measurer,
            timed=watch or untimed,
            store=chosen.store(online=online),
            jobs=chosen.processes(),
            progress=progress,
        )
        results = [scan(Path(folder), config) for folder, config in zip(folders, configs, strict=True)]
    exact.report(measurer)
    with watch("cfn-lint") if watch is not None and guests.wanted else nullcontext():
        return [guests.joined(result, config) for result, config in zip(results, configs, strict=True)]


def scan_folders(paths: Sequence[str]) -> list[str]:
    """The folders to scan as they were given, each once; the current one without any."""
    folders = list(dict.fromkeys(paths)) or ["."]
    for folder in folders:
        if not os.path.isdir(folder):
            problem = "is not a folder" if os.path.lexists(folder) else "does not exist"
            raise click.UsageError(f"PATH {folder!a} {problem}; give folders")
    return folders


def read_settings(
    folder: str, select: Sequence[str] | None, ignore: Sequence[str], fail_on: str | None, no_config: bool
) -> Config:
    """A `select` of None leaves it to the config; an empty one selects nothing."""
    from archlint.config import Config, ConfigError, read_config, rule_names
    from archlint.rules.registry import UnknownRuleError
    from archlint.rules.rulebook import installed_rules
    from archlint.tree import DiskTree

    tree = DiskTree(Path(folder))
    try:
        config = Config(rulebook=installed_rules(tree)) if no_config else read_config(tree)
    except ConfigError as error:
        raise click.UsageError(visible(str(error))) from error
    try:
        chosen = None if select is None else rule_names(select, config.rulebook)
        left = rule_names(ignore, config.rulebook)
    except UnknownRuleError as error:
        raise click.UsageError(f"--select/--ignore: {error}") from error
    for notice in config.rulebook.notices:
        click.echo(f"archlint: {visible(notice)}", err=True)
    return config.override(select=chosen, ignore=left, fail_on=fail_on)


def _split(lists: Sequence[str]) -> list[str]:
    return [item.strip() for text in lists for item in text.split(",") if item.strip()]


def _is_nothing(result: ScanResult) -> bool:
    silent = not (result.functions or result.findings or result.suppressed or result.withheld)
    return silent and not result.coverage.files_read


def _fails(result: ScanResult, fail_on: str) -> bool:
    if fail_on == "never":
        return False
    least = SEVERITIES.index(fail_on)
    return any(SEVERITIES.index(finding.severity) >= least for finding in result.findings)
