"""The option `--add-ignores` of `scan`: suppression comments for what is found, each with the given reason."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import click

from archlint.cli import output as out
from archlint.finding import SEVERITIES
from archlint.report.visible import visible

if TYPE_CHECKING:
    from archlint.cli.touching import Scope
    from archlint.config import Config
    from archlint.excuse.run import Outcome

_META = "archlint.ignores"
_ALONE = ("others", "also", "output", "online", "stats", "baseline", "diff_base")
"""Parameters of `scan` that ask for another report than its own."""

_SHOWN = 50
_Command = TypeVar("_Command", bound=Callable[..., object])


def options(command: _Command) -> _Command:
    """The options; their values are kept in the context, where `add` looks."""
    for option in (
        click.option("--diff", is_flag=True, expose_value=False, callback=_keep, help="With --add-ignores: only show."),
        click.option(
            "--reason",
            metavar="TEXT",
            expose_value=False,
            callback=_keep,
            help="With --add-ignores: why all of these findings are allowed.",
        ),
        click.option(
            "--add-ignores",
            is_flag=True,
            expose_value=False,
            callback=_keep,
            help="Write a suppression comment, with --reason, for every finding (of --select).",
        ),
    ):
        command = option(command)
    return command


def _keep(ctx: click.Context, parameter: click.Parameter, value: object) -> None:
    ctx.meta.setdefault(_META, {})[parameter.name] = value


def add(ctx: click.Context, scope: Scope) -> None:
    """With `--add-ignores`: writes the comments and ends the command. Exit code 1 says that findings at or above the
    threshold are left; with `--diff`, that something would be written."""
    asked: Mapping[str, object] = ctx.meta.get(_META, {})
    if not asked.get("add_ignores"):
        alone = next((name for name in ("reason", "diff") if asked.get(name)), None)
        if alone is not None:
            raise click.UsageError(f"--{alone} belongs to --add-ignores")
        return
    reason = _reason(asked.get("reason"))
    _refuse_others(ctx, scope)
    from archlint.cli.scan import CLEAN, FINDINGS

    code = CLEAN
    for folder in scope.folders:
        outcome, config = _excused(ctx, folder, reason)
        if asked.get("diff"):
            _show_diff(outcome)
            code = max(code, FINDINGS if outcome.changed else CLEAN)
            continue
        unwritten = _write(Path(folder), outcome)
        out.write(_told(outcome, unwritten), None)
        code = max(code, 2 if unwritten else FINDINGS if _fails(outcome, config) else CLEAN)
    ctx.exit(code)


def _reason(given: object) -> str:
    from archlint.excuse.comments import reason_problem

    reason = " ".join(given.split(" ")).strip() if isinstance(given, str) else ""
    if not reason:
        raise click.UsageError("--add-ignores needs --reason TEXT: why these findings are allowed")
    problem = reason_problem(reason)
    if problem is not None:
        raise click.UsageError(f"--reason: {problem}")
    return reason


def _refuse_others(ctx: click.Context, scope: Scope) -> None:
    if scope.files is not None:
        raise click.UsageError("--add-ignores takes folders; --select chooses the rules")
    other = next((name for name in _ALONE if ctx.params.get(name)), None)
    if other is not None or ctx.params.get("format_") != "text":
        option = {"others": "with", None: "format"}.get(other, other)
        raise click.UsageError(f"--add-ignores goes without --{str(option).replace('_', '-')}")


def _excused(ctx: click.Context, folder: str, reason: str) -> tuple[Outcome, Config]:
    """`--select` chooses among the findings, so that other suppressions of the same lines still count as used."""
    from archlint.cli.scan import _split, read_settings
    from archlint.cli.settings import with_persona
    from archlint.config import rule_names
    from archlint.excuse.run import excuse
    from archlint.rules.registry import UnknownRuleError
    from archlint.tree import DiskTree

    chosen: Sequence[str] = _split(ctx.params["select"])
    config = read_settings(folder, None, _split(ctx.params["ignore"]), ctx.params["fail_on"], ctx.params["no_config"])
    (config,) = with_persona(ctx, [config])
    try:
        wanted = rule_names(chosen, config.rulebook) if chosen else None
    except UnknownRuleError as error:
        raise click.UsageError(f"--select/--ignore: {error}") from error
    return excuse(DiskTree(Path(folder)), config, wanted, reason), config


def _show_diff(outcome: Outcome) -> None:
    """The diff alone goes to standard output, so that it can be piped into `git apply`."""
    from archlint.fix.diff import unified

    out.write(unified(outcome.changed, outcome.encodings), None)
    lines = [f"{_count(len(outcome.excused), 'finding')} would be suppressed.\n", *_refused(outcome)]
    click.echo("".join(lines), err=True, nl=False)


def _write(folder: Path, outcome: Outcome) -> dict[str, str]:
    """The files that were not written, with the reason."""
    from archlint.fix.write import NotWrittenError, write

    failed: dict[str, str] = {}
    for path, (old, new) in sorted(outcome.changed.items()):
        try:
            write(folder, path, old, new)
        except NotWrittenError as error:
            failed[path] = str(error)
    return failed


def _told(outcome: Outcome, unwritten: Mapping[str, str]) -> str:
    done = [finding for finding in outcome.excused if finding.place.path not in unwritten]
    files = len(outcome.changed) - len(unwritten)
    lines = [f"{visible(path)} was not written: {why}\n" for path, why in unwritten.items()]
    lines.append(f"{_count(len(done), 'finding')} suppressed in {_count(files, 'file')}.\n")
    return "".join((*lines, *_refused(outcome)))


def _refused(outcome: Outcome) -> list[str]:
    lines = [
        f"left {visible(one.finding.place.path)}:{one.finding.place.line} {one.finding.code} {one.finding.rule}:"
        f" {visible(one.reason)}\n"
        for one in outcome.refused
    ]
    more = len(lines) - _SHOWN
    return [*lines[:_SHOWN], *([f"and {more} more are left\n"] if more > 0 else [])]


def _count(number: int, what: str) -> str:
    return f"{number} {what}" if number == 1 else f"{number} {what}s"


def _fails(outcome: Outcome, config: Config) -> bool:
    if config.fail_on == "never":
        return False
    least = SEVERITIES.index(config.fail_on)
    return any(SEVERITIES.index(finding.severity) >= least for finding in outcome.result.findings)
