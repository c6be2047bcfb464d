"""`archlint init`: says what it finds, and puts archlint into the repository's settings, hooks and CI, file by file."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from archlint.cli import settings
from archlint.cli.reading import read_settings
from archlint.cli.running import NOTHING_TO_SCAN
from archlint.report.visible import visible
from archlint.tree import DiskTree

if TYPE_CHECKING:
    from archlint.config import Config
    from archlint.results.result import ScanResult
    from archlint.setup.proposals import Proposal, ProposedChange, Stack


@dataclass(frozen=True, slots=True)
class Asker:
    """Whether a step is to be taken: without a question, after one, or never."""

    yes: bool
    dry: bool
    terminal: bool

    @property
    def may_write(self) -> bool:
        return not self.dry and (self.yes or self.terminal)

    def agreed(self, question: str) -> bool:
        if not self.may_write:
            return False
        return self.yes or click.confirm(question, default=False)


@click.command("init", short_help="Set archlint up in a repository.")
@click.argument("path", default=".", type=click.Path(path_type=str))
@click.option("--yes", is_flag=True, help="Write everything that is proposed, without a question.")
@click.option("--dry-run", is_flag=True, help="Show what would be written, and write nothing.")
@click.pass_context
def command(ctx: click.Context, path: str, yes: bool, dry_run: bool) -> None:
    """Set archlint up in the repository PATH (by default the current folder).

    Shows what it finds there and proposes settings, a pre-commit hook, a CI job, and a baseline where there are
    findings that would fail it. Asks before each file; no file is overwritten. Without a terminal and without --yes,
    nothing is written.

    Exit codes: 0 done, 1 something could not be written, 2 wrong usage or settings, 3 there is no Lambda function.
    """
    if not os.path.isdir(path):
        problem = "is not a folder" if os.path.lexists(path) else "does not exist"
        raise click.UsageError(f"PATH {path!a} {problem}; give a folder")
    from archlint.cli.running import How, run
    from archlint.setup.proposals import stack_of

    config = read_settings(path)
    (result,) = run([path], [config], How())
    (shown,) = settings.narrowed([result], [config])
    stack = stack_of(shown)
    if not stack.functions:
        click.echo("archlint: nothing to set up: no Lambda function was found", err=True)
        ctx.exit(NOTHING_TO_SCAN)
    _show(stack)
    asker = Asker(yes, dry_run, is_terminal())
    ctx.exit(0 if _set_up(path, config, result, stack.failing(config.fail_on), asker) else 1)


def is_terminal() -> bool:
    """Whether there is somebody to ask."""
    return sys.stdin is not None and sys.stdin.isatty()


def _show(stack: Stack) -> None:
    from archlint.report.words import tally

    kinds = ", ".join(f"{name} {number}" for name, number in stack.kinds)
    click.echo(f"Functions:  {stack.functions:,} ({kinds})")
    if stack.images:
        dockerfiles = f"{stack.dockerfiles:,} Dockerfile{'' if stack.dockerfiles == 1 else 's'}"
        click.echo(f"Images:     {stack.images:,}, from {dockerfiles} of this repository")
    if stack.libraries:
        click.echo(f"Libraries:  {visible(', '.join(stack.libraries[:12]))}{' …' if len(stack.libraries) > 12 else ''}")
    click.echo(f"Findings:   {tally(dict(stack.findings)) or 'none'}\n")


def _set_up(path: str, config: Config, result: ScanResult, failing: int, asker: Asker) -> bool:
    """False where something that was agreed to could not be written."""
    from archlint.baseline.file import NAME
    from archlint.setup import proposals

    tree = DiskTree(Path(path))
    steps = _Steps(Path(path), asker)
    name = config.baseline or NAME
    baseline = tree.is_file(name)
    if not baseline and (failing or config.baseline is not None):
        baseline = steps.take(_baseline(name, result, failing)) or not asker.may_write
    unnamed = baseline and config.baseline is None
    proposal = proposals.settings(tree, unnamed)
    named = steps.take(proposal) or (isinstance(proposal, proposals.ProposedChange) and not asker.may_write)
    outer = _repository_above(path)
    if outer is None:
        steps.take(proposals.hook(tree, unnamed and not named))
        steps.take(proposals.integration(tree, unnamed and not named))
    else:
        click.echo(f"Hooks and CI belong to the root of the repository; for them run: archlint init {visible(outer)}\n")
    click.echo(steps.summary())
    return not steps.failed


def _baseline(name: str, result: ScanResult, failing: int) -> Proposal:
    """What `archlint baseline write` would write."""
    from archlint.baseline.entry import described
    from archlint.baseline.file import render
    from archlint.setup.proposals import ProposedChange

    text = render(entry for _, entry in described(result.findings, result.sources))
    return ProposedChange(
        name,
        f"accepts today's findings, so that only new ones fail ({failing:,} {'fails' if failing == 1 else 'fail'} now)",
        "",
        text,
    )


class _Steps:
    """Shows each proposal, asks, writes, and counts."""

    def __init__(self, root: Path, asker: Asker) -> None:
        self.root = root
        self.asker = asker
        self.written = self.proposed = self.failed = 0

    def take(self, proposal: Proposal) -> bool:
        """Whether the file is there afterwards."""
        from archlint.setup.proposals import ByHand, InPlace

        path = visible(proposal.path)
        if isinstance(proposal, InPlace):
            click.echo(f"{path}: {visible(proposal.why)}")
            return True
        self.proposed += 1
        if isinstance(proposal, ByHand):
            click.echo(f"{path}: {proposal.why}; to be added by hand:\n\n{_indented(proposal.text)}")
            return False
        return self.write(proposal)

    def write(self, change: ProposedChange) -> bool:
        from archlint.setup.proposals import NotWrittenError

        path = visible(change.path)
        what = "add to" if change.before is not None else "write"
        if not self.asker.yes or self.asker.dry:
            click.echo(f"{path}: {change.purpose}\n" + (f"\n{_indented(change.text)}" if change.text else ""), nl=False)
        if not self.asker.agreed(f"{what.capitalize()} {path}?"):
            return False
        try:
            change.apply(self.root)
        except NotWrittenError as error:
            click.echo(f"archlint: not written: {visible(str(error))}", err=True)
            self.failed += 1
            return False
        self.written += 1
        click.echo(f"{path}: {'changed' if change.before is not None else 'written'}; {change.purpose}")
        return True

    def summary(self) -> str:
        if not self.proposed:
            return "Everything is in place."
        if self.asker.dry:
            return "Nothing was written (--dry-run)."
        if not self.asker.may_write:
            return "Nothing was written: there is no terminal to ask on. With --yes, the files above are written."
        return "Commit these files, and push." if self.written else "Nothing was written."


def _indented(text: str) -> str:
    return "".join(f"    {line}\n" if line else "\n" for line in text.splitlines()) + ("\n" if text else "")


def _repository_above(path: str) -> str | None:
    """The folder of the git repository that PATH is a part of, if that is not PATH itself."""
    folder = os.path.realpath(path)
    while not os.path.lexists(os.path.join(folder, ".git")):
        above = os.path.dirname(folder)
        if above == folder:
            return None
        folder = above
    return None if folder == os.path.realpath(path) else folder
