"""Baselines of the command line: which file it is, what it holds, and which findings of a scan it knows."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from archlint.cli.reading import load_settings
from archlint.report.visible import visible
from archlint.tree import DiskTree, UnreadableError, parent

if TYPE_CHECKING:
    from archlint.baseline.entry import BaselineEntry
    from archlint.baseline.match import BaselineMatch
    from archlint.config import Config
    from archlint.results.result import ScanResult

_MISSING = "does not exist; `archlint baseline write` makes it"


def of_settings(folder: str, config: Config) -> tuple[BaselineEntry, ...] | None:
    """What the baseline of the folder's settings holds; None where they name none. Raises UsageError, with the place of
    the setting."""
    return None if config.baseline is None else _inside(folder, config.baseline, _setting(folder))


def of_command(folder: str, config: Config, given: str | None) -> tuple[BaselineEntry, ...]:
    """As `file_of` chooses it; raises UsageError."""
    if given is not None:
        return read(given, "--file")
    return _inside(folder, _name(config), "baseline" if config.baseline is None else _setting(folder))


def file_of(folder: str, config: Config, given: str | None) -> str:
    """The file that `archlint baseline` writes: the given one, else the one of the settings, else the usual name in the
    folder. Raises UsageError where something other than a file, or a link out of the folder, is in the way."""
    if given is not None:
        return given
    name = _name(config)
    path = os.path.join(folder, *name.split("/"))
    tree = DiskTree(Path(folder))
    if not tree.is_dir(parent(name)):
        raise click.UsageError(f"the baseline {path!a} needs a folder that is not there, or outside of {folder!a}")
    if _is_there(tree, name) and not tree.is_file(name):
        raise click.UsageError(f"the baseline {path!a} is no regular file in {folder!a}")
    return path


def read(path: str, label: str) -> tuple[BaselineEntry, ...]:
    """The entries of the file that an option names; raises UsageError, which begins with `label`."""
    from archlint.baseline.file import MAX_BYTES

    try:
        with Path(path).open("rb") as file:
            data = file.read(MAX_BYTES + 1)
    except FileNotFoundError as error:
        raise click.UsageError(f"{label}: {path!a} {_MISSING}") from error
    except (OSError, ValueError) as error:
        why = error.strerror if isinstance(error, OSError) else str(error)
        raise click.UsageError(f"{label}: {path!a} cannot be read: {visible(str(why))}") from error
    return _parsed(data, path, label)


def matched(folder: str, result: ScanResult, accepted: Sequence[BaselineEntry]) -> BaselineMatch:
    """The findings of a scan of `folder` beside what is accepted."""
    from archlint.baseline.match import match, names_of

    tree = DiskTree(Path(folder))
    return match(result.findings, result.sources, accepted, is_file=tree.is_file, functions=names_of(result))


def _inside(folder: str, name: str, label: str) -> tuple[BaselineEntry, ...]:
    """Never outside the folder, whatever links there are in it."""
    from archlint.baseline.file import MAX_BYTES

    tree = DiskTree(Path(folder))
    if not _is_there(tree, name):
        raise click.UsageError(f"{label}: {name!a} {_MISSING}")
    try:
        data = tree.read(name, MAX_BYTES)
    except UnreadableError as error:
        raise click.UsageError(f"{label}: {name!a} cannot be read: {visible(str(error))}") from error
    return _parsed(data, name, label)


def _parsed(data: bytes, path: str, label: str) -> tuple[BaselineEntry, ...]:
    from archlint.baseline.file import BaselineError, parse

    try:
        return parse(data)
    except BaselineError as error:
        raise click.UsageError(f"{label}: {path!a} {visible(str(error))}") from error


def _name(config: Config) -> str:
    from archlint.baseline.file import NAME

    return config.baseline or NAME


def _is_there(tree: DiskTree, name: str) -> bool:
    return name.rpartition("/")[2] in tree.names(parent(name))


def _setting(folder: str) -> str:
    """Where the settings name the baseline, as errors of the settings say it."""
    loaded = load_settings(folder)
    line = loaded.lines.get(("baseline",))
    return f"{loaded.path}:{line}: baseline" if line is not None else f"{loaded.path}: baseline"
