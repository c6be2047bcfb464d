"""The option `--online`: the only place that lets anything ask the network."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from archlint.report.visible import visible

if TYPE_CHECKING:
    from archlint.online.measure import OnlineMeasurer

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
