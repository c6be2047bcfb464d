"""The options that ask for more than archlint itself: cfn-lint with `--with`, a package index with `--online`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import click

from archlint.report.visible import visible
from archlint.rulebook.page import GUEST, guest_page

if TYPE_CHECKING:
    from archlint.config import Config
    from archlint.online.measure import OnlineMeasurer
    from archlint.results.result import ScanResult


HELP = "Ask the package index for exact sizes; needs uv for what no lock file pins (archlint-aws[online])."
_SHOWN = 10
"""Lines about what could not be measured."""


def measurer(online: bool) -> OnlineMeasurer | None:
    """None without the option, so that nothing can be asked."""
    if not online:
        return None
    from archlint.online.measure import user_measurer

    return user_measurer()


def report(used: OnlineMeasurer | None) -> None:
    """Says on standard error what could not be measured, and why."""
    lines = used.messages() if used is not None else ()
    for line in lines[:_SHOWN]:
        click.echo(f"archlint: --online: {visible(line)}", err=True)
    if len(lines) > _SHOWN:
        click.echo(f"archlint: --online: and {len(lines) - _SHOWN} more", err=True)


option = click.option(
    "--with",
    "others",
    multiple=True,
    type=click.Choice([GUEST]),
    help="Also run cfn-lint on the templates (needs archlint-aws[cfn-lint]); its codes, such as E3012, work in"
    " --select, --ignore and suppressions.",
)


@dataclass(frozen=True, slots=True)
class Guests:
    """What `--with` asks for. `own_select` (None without --select) and `own_ignore` name archlint's own rules; the rest
    names the other linter's."""

    wanted: bool = False
    own_select: tuple[str, ...] | None = None
    own_ignore: tuple[str, ...] = ()
    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()

    def joined(self, result: ScanResult, config: Config) -> ScanResult:
        """With the other linter's findings, where they are wanted."""
        if not self.wanted:
            return result
        from archlint.external.cfn_lint import MissingError
        from archlint.external.join import choice, with_cfn_lint

        try:
            return with_cfn_lint(result, config, choice(config, self.select, self.ignore))
        except MissingError as error:
            raise click.UsageError(f"--with: {error}") from error


def guests(others: Sequence[str], select: Sequence[str], ignore: Sequence[str]) -> Guests:
    """From the options; complains at once where the other linter is not there."""
    if not others:
        return Guests(own_select=tuple(select) or None, own_ignore=tuple(ignore))
    from archlint.external.cfn_lint import MissingError, installed

    try:
        installed()
    except MissingError as error:
        raise click.UsageError(f"--with: {error}") from error
    names = tuple(name for name in select if guest_page(name) is None)
    return Guests(
        True,
        names if select else None,
        tuple(name for name in ignore if guest_page(name) is None),
        tuple(name for name in select if guest_page(name) is not None),
        tuple(name for name in ignore if guest_page(name) is not None),
    )
