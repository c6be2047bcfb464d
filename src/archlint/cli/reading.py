"""What commands read before they scan: which folders, and the settings of each."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from archlint.report.visible import visible

if TYPE_CHECKING:
    from archlint.config import Config, Loaded


def split(lists: Sequence[str]) -> tuple[str, ...]:
    """The items of an option that takes comma lists and can be repeated."""
    return tuple(item.strip() for text in lists for item in text.split(",") if item.strip())


def scan_folders(paths: Sequence[str]) -> list[str]:
    """The folders to scan as they were given, each once; the current one without any."""
    folders = list(dict.fromkeys(paths)) or ["."]
    for folder in folders:
        if not os.path.isdir(folder):
            problem = "is not a folder" if os.path.lexists(folder) else "does not exist"
            raise click.UsageError(f"PATH {folder!a} {problem}; give folders")
    return folders


def load_settings(folder: str, *, no_config: bool = False) -> Loaded:
    """What the folder's own settings say, and where. Raises UsageError."""
    from archlint.config import Config, ConfigError, Loaded, load
    from archlint.rulebook.rulebook import installed_rules
    from archlint.tree import DiskTree

    tree = DiskTree(Path(folder))
    try:
        return Loaded(Config(rulebook=installed_rules(tree))) if no_config else load(tree)
    except ConfigError as error:
        raise click.UsageError(visible(str(error))) from error


def read_settings(
    folder: str,
    *,
    select: Sequence[str] | None = None,
    ignore: Sequence[str] = (),
    fail_on: str | None = None,
    persona: str | None = None,
    no_config: bool = False,
) -> Config:
    """The folder's settings with the command line's. A `select` of None leaves it to the folder; an empty one selects
    nothing."""
    config = load_settings(folder, no_config=no_config).config
    chosen = None if select is None else names_of_rules(select, config)
    left = names_of_rules(ignore, config)
    for notice in config.rulebook.notices:
        click.echo(f"archlint: {visible(notice)}", err=True)
    return config.override(select=chosen, ignore=left, fail_on=fail_on, persona=persona)


def names_of_rules(texts: Sequence[str], config: Config) -> frozenset[str]:
    """Raises UsageError."""
    from archlint.config import rule_names
    from archlint.rulebook.registry import UnknownRuleError

    try:
        return rule_names(texts, config.rulebook)
    except UnknownRuleError as error:
        raise click.UsageError(f"--select/--ignore: {error}") from error
