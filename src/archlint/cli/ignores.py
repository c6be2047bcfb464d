"""The option `--add-ignores` of `scan`: suppression comments for what is found, each with the given reason."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import click

from archlint.cli import output as out
from archlint.cli.reading import names_of_rules, read_settings
from archlint.cli.running import CLEAN, FINDINGS, WRONG, fails
from archlint.report.visible import visible

if TYPE_CHECKING:
    from archlint.cli.asked import Asked
    from archlint.cli.narrow import FileScope
    from archlint.config import Config
    from archlint.fix.add_ignores import IgnoresOutcome

_ALONE = {
    "others": "with",
    "also": "also",
    "output": "output",
    "online": "online",
    "stats": "stats",
    "baseline": "baseline",
    "no_baseline": "no-baseline",
    "diff_base": "diff-base",
    "show_settings": "show-settings",
}
"""What asks for another report than that of `--add-ignores`: the field, and the option."""

_SHOWN = 50


def add(asked: Asked, scope: FileScope) -> int:
    """Writes the comments. Exit code 1 says that findings at or above the threshold are left; with `--diff`, that
    something would be written."""
    reason = _reason(asked.reason)
    _refuse_others(asked, scope)
    code = CLEAN
    for folder in scope.folders:
        outcome, config = _excused(asked, folder, reason)
        if asked.diff:
            _show_diff(outcome)
            code = max(code, FINDINGS if outcome.changed else CLEAN)
            continue
        unwritten = _write(Path(folder), outcome)
        out.write(_told(outcome, unwritten), None)
        left = FINDINGS if fails(outcome.result.findings, config.fail_on) else CLEAN
        code = max(code, WRONG if unwritten else left)
    return code


def _reason(given: str | None) -> str:
    from archlint.suppression.comments import reason_problem

    reason = " ".join(given.split(" ")).strip() if given is not None else ""
    if not reason:
        raise click.UsageError("--add-ignores needs --reason TEXT: why these findings are allowed")
    problem = reason_problem(reason)
    if problem is not None:
        raise click.UsageError(f"--reason: {problem}")
    return reason


def _refuse_others(asked: Asked, scope: FileScope) -> None:
    if scope.files is not None:
        raise click.UsageError("--add-ignores takes folders; --select chooses the rules")
    other = next((option for field, option in _ALONE.items() if getattr(asked, field)), None)
    if other is not None or asked.format_ != "text":
        raise click.UsageError(f"--add-ignores goes without --{other or 'format'}")


def _excused(asked: Asked, folder: str, reason: str) -> tuple[IgnoresOutcome, Config]:
    """`--select` chooses among the findings, so that other suppressions of the same lines still count as used."""
    from archlint.fix.add_ignores import excuse
    from archlint.tree import DiskTree

    config = read_settings(
        folder, ignore=asked.ignore, fail_on=asked.fail_on, persona=asked.persona, no_config=asked.no_config
    )
    wanted = names_of_rules(asked.select, config) if asked.select else None
    return excuse(DiskTree(Path(folder)), config, wanted, reason), config


def _show_diff(outcome: IgnoresOutcome) -> None:
    """The diff alone goes to standard output, so that it can be piped into `git apply`."""
    from archlint.edits.write import unified

    out.write(unified(outcome.changed, outcome.encodings), None)
    lines = [f"{_count(len(outcome.excused), 'finding')} would be suppressed.\n", *_refused(outcome)]
    click.echo("".join(lines), err=True, nl=False)


def _write(folder: Path, outcome: IgnoresOutcome) -> dict[str, str]:
    """The files that were not written, with the reason."""
    from archlint.edits.write import NotWrittenError, write

    failed: dict[str, str] = {}
    for path, (old, new) in sorted(outcome.changed.items()):
        try:
            write(folder, path, old, new)
        except NotWrittenError as error:
            failed[path] = str(error)
    return failed


def _told(outcome: IgnoresOutcome, unwritten: Mapping[str, str]) -> str:
    done = [finding for finding in outcome.excused if finding.place.path not in unwritten]
    files = len(outcome.changed) - len(unwritten)
    lines = [f"{visible(path)} was not written: {why}\n" for path, why in unwritten.items()]
    lines.append(f"{_count(len(done), 'finding')} suppressed in {_count(files, 'file')}.\n")
    return "".join((*lines, *_refused(outcome)))


def _refused(outcome: IgnoresOutcome) -> list[str]:
    lines = [
        f"left {visible(one.finding.place.path)}:{one.finding.place.line} {one.finding.code} {one.finding.rule}:"
        f" {visible(one.reason)}\n"
        for one in outcome.refused
    ]
    more = len(lines) - _SHOWN
    return [*lines[:_SHOWN], *([f"and {more} more are left\n"] if more > 0 else [])]


def _count(number: int, what: str) -> str:
    return f"{number} {what}" if number == 1 else f"{number} {what}s"
