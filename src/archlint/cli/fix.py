"""`archlint fix`: changes files so that findings go away, and says what it left."""

from __future__ import annotations

from collections import Counter
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click

from archlint.cli import output as out
from archlint.cli.reading import read_settings, scan_folders, split
from archlint.cli.running import CLEAN, FINDINGS, NOTHING_TO_SCAN, WRONG, Speed, fails, say_nothing_to_scan
from archlint.report.visible import visible

if TYPE_CHECKING:
    from collections.abc import Iterable

    from archlint.finding import Finding
    from archlint.fix.run import Left, Outcome

_SHOWN = 20
"""Lines of findings that are left; the rest is counted."""


@click.command("fix", short_help="Fix what can be fixed with certainty.")
@click.argument("path", metavar="[PATH]", default=".", type=click.Path(path_type=str))
@click.option("--diff", is_flag=True, help="Print what would change as a unified diff, and write nothing.")
@click.option("--unsafe", is_flag=True, help="Also make fixes after which the code or its cost may be another.")
@click.option("--select", multiple=True, metavar="RULES", help="Only these rules: names, codes or AL1; comma list.")
@click.option("--ignore", multiple=True, metavar="RULES", help="Not these rules, and not what the config ignores.")
@click.option("--pedantic", is_flag=True, help="Fix the findings that are less sure, too.")
@click.option("--no-config", is_flag=True, help="Do not read archlint.toml or pyproject.toml.")
@click.pass_context
def command(
    ctx: click.Context,
    path: str,
    diff: bool,
    unsafe: bool,
    select: tuple[str, ...],
    ignore: tuple[str, ...],
    pedantic: bool,
    no_config: bool,
) -> None:
    """Fix what can be fixed with certainty in the folder PATH (by default the current one).

    Every fix is proven by another scan before it is written: the finding is gone, all functions are still there, and
    no error came in its place. What a tool generates is left alone.

    Exit codes: 0 nothing at or above the config's fail-on is left (with --diff: nothing would change), 1 something is
    (with --diff: something would change), 2 wrong usage or config, or a file that could not be written, 3 nothing to
    scan, 4 archlint itself failed.
    """
    (folder,) = scan_folders((path,))
    config = read_settings(
        folder,
        select=split(select) or None,
        ignore=split(ignore),
        persona="pedantic" if pedantic else None,
        no_config=no_config,
    )

    from archlint.fix.run import run
    from archlint.scanner.pipeline import rescan
    from archlint.tree import DiskTree

    jobs = Speed().processes()
    outcome = run(DiskTree(Path(folder)), config, unsafe=unsafe, rescan=partial(rescan, jobs=jobs))
    if not outcome.result.functions and not outcome.findings and not outcome.result.coverage.files_read:
        say_nothing_to_scan()
        ctx.exit(NOTHING_TO_SCAN)
    if diff:
        _show_diff(outcome)
        ctx.exit(FINDINGS if outcome.changed else CLEAN)
    unwritten = _write(Path(folder), outcome)
    out.write(_told(outcome, unwritten), None)
    if unwritten:
        ctx.exit(WRONG)
    ctx.exit(FINDINGS if fails(outcome.findings, config.fail_on) else CLEAN)


def _show_diff(outcome: Outcome) -> None:
    """The diff alone goes to standard output, so that it can be piped into `git apply`."""
    from archlint.edits.write import unified

    out.write(unified(outcome.changed, outcome.encodings), None)
    lines = [*_would(outcome), *_refused(outcome.unproven), *_unsafe(outcome.unsafe)]
    click.echo("".join(lines), err=True, nl=False)


def _would(outcome: Outcome) -> list[str]:
    count = len(outcome.done)
    return [f"{_count(count, 'finding')} would be fixed in {_count(len(outcome.changed), 'file')}.\n"]


def _write(folder: Path, outcome: Outcome) -> dict[str, str]:
    """The files that were not written, with the reason."""
    from archlint.edits.write import NotWrittenError, write

    failed: dict[str, str] = {}
    for path, (old, new) in sorted(outcome.changed.items()):
        try:
            write(folder, path, old, new)
        except NotWrittenError as error:
            failed[path] = str(error)
    return failed


def _told(outcome: Outcome, unwritten: dict[str, str]) -> str:
    done = [one for one in outcome.done if not any(edit.path in unwritten for edit in one.fix.edits)]
    lines = [f"fixed {_where(one.finding)}: {one.fix.title}\n" for one in done]
    lines += [f"{visible(path)} was not written: {why}\n" for path, why in unwritten.items()]
    lines += _refused(outcome.unproven)
    files = len(outcome.changed) - len(unwritten)
    lines.append(f"{_count(len(done), 'finding')} fixed in {_count(files, 'file')}.\n")
    return "".join((*lines, *_left(outcome.findings), *_unsafe(outcome.unsafe)))


def _refused(unproven: Iterable[Left]) -> list[str]:
    return [f"not fixed {_where(one.finding)}: {one.reason}\n" for one in unproven]


def _unsafe(left: tuple[Left, ...]) -> list[str]:
    if not left:
        return []
    return [f"{_count(len(left), 'more finding')} can be fixed with --unsafe; look at `--unsafe --diff` first.\n"]


def _left(findings: tuple[Finding, ...]) -> list[str]:
    if not findings:
        return []
    counts = Counter(finding.rule for finding in findings)
    names = [f"  {count} {rule}\n" for rule, count in sorted(counts.items(), key=lambda item: (-item[1], item[0]))]
    rest = [f"  and {len(names) - _SHOWN} more rules\n"] if len(names) > _SHOWN else []
    return [f"{_count(len(findings), 'finding')} left:\n", *names[:_SHOWN], *rest]


def _where(finding: Finding) -> str:
    return f"{visible(finding.place.path)}:{finding.place.line} {finding.code} {finding.rule}"


def _count(number: int, what: str) -> str:
    return f"{number} {what}" if number == 1 else f"{number} {what}s"
