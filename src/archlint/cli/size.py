"""`archlint size`: how large each function's package is, and of what."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import click

from archlint.cli import external as exact
from archlint.cli import output as out
from archlint.cli.reading import load_settings
from archlint.report.visible import visible

if TYPE_CHECKING:
    from archlint.packaging.sizes.measurer import Measurer
    from archlint.report.size import Sized

NOTHING_TO_SCAN = 3
_SHOWN = 10
"""Names that an error message lists."""


@click.command("size", short_help="Estimate the unzipped size of each function's package.")
@click.argument("path", metavar="[PATH]", required=False, default=".", type=click.Path(path_type=str))
@click.option("--function", "names", multiple=True, metavar="NAME", help="Only this function: its name or id.")
@click.option(
    "--top",
    type=click.IntRange(min=0),
    default=10,
    show_default=True,
    metavar="N",
    help="Packages to list for each function; 0 for all. JSON always has all.",
)
@click.option("--format", "format_", type=click.Choice(("text", "json")), default="text", show_default=True)
@click.option("--output", metavar="FILE", type=click.Path(path_type=str), help="Write the report to FILE.")
@click.option("--no-config", is_flag=True, help="Do not read archlint.toml or pyproject.toml.")
@click.option("--online", is_flag=True, help=exact.HELP)
@click.pass_context
def command(
    ctx: click.Context,
    path: str,
    names: tuple[str, ...],
    top: int,
    format_: str,
    output: str | None,
    no_config: bool,
    online: bool,
) -> None:
    """Estimate the unzipped size of each function's package in the folder PATH (by default the current one).

    Nothing is installed, and without --online nothing is fetched: sizes come from the files that are there, from lock
    files, and from a table of measured wheels. A range says how far off an estimate may be.

    Exit codes: 0 done, 2 wrong usage or config, 3 nothing to scan, 4 archlint itself failed.
    """
    if not os.path.isdir(path):
        problem = "is not a folder" if os.path.lexists(path) else "does not exist"
        raise click.UsageError(f"PATH {path!a} {problem}; size takes a folder")
    if output is not None:
        out.check_output(output)
    measurer = exact.measurer(online)
    every = _sized(path, no_config, measurer)
    exact.report(measurer)
    found = _chosen(every, names)
    if format_ == "json":
        from archlint.report.size import render_json

        out.write(render_json(found), output)
    elif found:
        from archlint.report.size import PLAIN_WIDTH, render_text

        screen = out.screen(to_file=output is not None)
        width = screen.width or PLAIN_WIDTH
        out.write(render_text(found, top=top, width=width, color=screen.color), output)
    if not every:
        click.echo("archlint: nothing to scan: no Lambda function was found", err=True)
        ctx.exit(NOTHING_TO_SCAN)


def _sized(folder: str, no_config: bool, measurer: Measurer | None) -> list[Sized]:
    """The functions in the order of the files, without judging anything else of them."""
    from archlint.report.size import Sized
    from archlint.rules.packaging.package_too_large_for_zip import sized, way_out
    from archlint.scanner.pipeline import read_project
    from archlint.tree import DiskTree

    config = load_settings(folder, no_config=no_config).config
    project = read_project(DiskTree(Path(folder)), config, measurer)
    advice = {
        deployed.function.id: way_out(project, deployed, size)
        for deployed, size in sized(project)
        if size.verdict in ("near", "over")
    }
    ordered = sorted(project.functions, key=lambda one: (one.function.defined_at, one.function.id))
    return [Sized(deployed, advice.get(deployed.function.id, "")) for deployed in ordered]


def _chosen(found: list[Sized], names: tuple[str, ...]) -> list[Sized]:
    if not names or not found:
        return found
    chosen = [one for one in found if {one.deployed.function.name, one.deployed.function.id} & set(names)]
    known = {text for one in found for text in (one.deployed.function.name, one.deployed.function.id)}
    missing = [name for name in names if name not in known]
    if missing:
        there = sorted({one.deployed.function.name for one in found})
        listed = ", ".join(visible(name) for name in there[:_SHOWN]) + (" …" if len(there) > _SHOWN else "")
        raise click.UsageError(f"--function: no function is called {missing[0]!a}; there are: {listed}")
    return chosen
