"""Options of `scan` about its settings: `--pedantic`, and `--show-settings`, which prints them instead of scanning."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import click

from archlint.cli import output as out
from archlint.report.visible import visible

if TYPE_CHECKING:
    from archlint.config import Config
    from archlint.config.origins import Told
    from archlint.result import ScanResult

_META = "archlint.settings"
_Command = TypeVar("_Command", bound=Callable[..., object])


def options(command: _Command) -> _Command:
    """The options; their values are kept in the context, where the functions of this module look."""
    for option in (
        click.option(
            "--show-settings",
            is_flag=True,
            expose_value=False,
            callback=_keep,
            help="Print every setting, its value and where it comes from, and what it excludes; no scan.",
        ),
        click.option(
            "--pedantic",
            is_flag=True,
            expose_value=False,
            callback=_keep,
            help="Report the findings that are less sure, too.",
        ),
    ):
        command = option(command)
    return command


def _keep(ctx: click.Context, parameter: click.Parameter, value: bool) -> None:
    ctx.meta.setdefault(_META, {})[parameter.name] = value


def _asked(ctx: click.Context, name: str) -> bool:
    kept: Mapping[str, bool] = ctx.meta.get(_META, {})
    return kept.get(name, False)


def with_persona(ctx: click.Context, configs: Sequence[Config]) -> list[Config]:
    """The configs with `--pedantic`, where it is given."""
    persona = "pedantic" if _asked(ctx, "pedantic") else None
    return [config.override(persona=persona) for config in configs]


def narrowed(results: Sequence[ScanResult], configs: Sequence[Config]) -> list[ScanResult]:
    """The results without what each folder's persona withholds."""
    from archlint.config.persona import shown

    return [shown(result, config) for result, config in zip(results, configs, strict=True)]


def show(
    ctx: click.Context, folders: Sequence[str], configs: Sequence[Config], format_: str, output: str | None
) -> None:
    """With `--show-settings`: prints the settings of each folder and ends the command."""
    if not _asked(ctx, "show_settings"):
        return
    if format_ not in ("text", "json"):
        raise click.UsageError(f"--show-settings has the formats text and json, not {format_}")
    told = [_told(ctx, folder, config) for folder, config in zip(folders, configs, strict=True)]

    from archlint.cli import listing

    out.write((listing.json if format_ == "json" else listing.text)(told), output)
    ctx.exit(0)


def _told(ctx: click.Context, folder: str, config: Config) -> Told:
    from archlint.config import ConfigError, Loaded, load
    from archlint.config.origins import tell
    from archlint.tree import DiskTree

    given = {
        name: option
        for name, option in (("select", "--select"), ("ignore", "--ignore"), ("fail-on", "--fail-on"))
        if ctx.params.get(name.replace("-", "_"))
    }
    if _asked(ctx, "pedantic"):
        given["persona"] = "--pedantic"
    tree = DiskTree(Path(folder))
    try:
        loaded = Loaded() if ctx.params.get("no_config") else load(tree)
    except ConfigError as error:
        raise click.UsageError(visible(str(error))) from error
    return tell(folder, tree, loaded, config, given)
