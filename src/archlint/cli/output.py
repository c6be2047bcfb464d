"""Where a report goes: standard output (also as `-`), or a file that is either the old one or the whole new one."""

from __future__ import annotations

import os
import shutil
import stat
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from archlint.atomic import replace_file
from archlint.cli.pipes import forget_the_rest
from archlint.report.formats import FORMATS, Screen

if TYPE_CHECKING:
    from archlint.results.result import ScanResult


MOST_BYTES = 1_048_576
"""Of a step's summary; GitHub shows none that is longer."""

_LEAST = 1_000
"""Bytes of room below which nothing is added."""


def add(format_: str, report: ScanResult) -> None:
    """Appends the Markdown report to the step's summary, where annotations were asked for."""
    path = os.environ.get("GITHUB_STEP_SUMMARY")
    if format_ != "github" or not path:
        return
    from archlint.report.markdown import render_markdown

    try:
        there = os.path.getsize(path) if os.path.exists(path) else 0
        if MOST_BYTES - there < _LEAST:
            return
        text = render_markdown(report, MOST_BYTES - there - 1)
        with open(path, "ab") as file:
            file.write(text.encode("utf-8", "backslashreplace") + b"\n")
    except OSError as error:
        click.echo(f"archlint: the step's summary could not be written: {error.strerror}", err=True)


def requests(texts: Sequence[str]) -> tuple[tuple[str, str], ...]:
    """(format, file) of each; raises UsageError before any work is done."""
    return tuple(_request(text) for text in texts)


def _request(text: str) -> tuple[str, str]:
    name, equals, path = text.partition("=")
    if not equals or not path:
        raise click.UsageError(f"--also: {text!a} is not FORMAT=FILE, such as json=report.json")
    if name not in FORMATS:
        raise click.UsageError(f"--also: {name!a} is not one of {', '.join(FORMATS)}")
    check_output(path, "--also")
    return name, path


def write_further(report: ScanResult, wanted: Sequence[tuple[str, str]]) -> None:
    for name, path in wanted:
        write(FORMATS[name](report, Screen()), path, "--also")


STDOUT = "-"


class OutputError(click.ClickException):
    """Standard output takes no more: a full disk, not a mistake of archlint's."""

    exit_code = 2


def screen(to_file: bool) -> Screen:
    """What standard output is; https://no-color.org: NO_COLOR counts when it is not empty."""
    if to_file or sys.stdout is None or not sys.stdout.isatty():
        return Screen()
    color = not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"
    return Screen(width=shutil.get_terminal_size().columns, color=color)


def check_output(path: str, option: str = "--output") -> None:
    """Refuses, before the work, what cannot become a file."""
    if path == STDOUT:
        return
    folder = os.path.dirname(path) or "."
    if os.path.isdir(path):
        raise click.UsageError(f"{option}: {path!a} is a folder")
    if not os.path.isdir(folder):
        raise click.UsageError(f"{option}: there is no folder {folder!a}")


def write(text: str, path: str | None, option: str = "--output") -> None:
    """Writes to the file, or to standard output when `path` is None or `-`."""
    if path is None or path == STDOUT:
        _print(text)
        return
    try:
        _write_file(path, text.encode("utf-8", "backslashreplace"))
    except OSError as error:
        raise click.UsageError(f"{option}: cannot write {path!a}: {error.strerror}") from error


def _print(text: str) -> None:
    """A reader that has gone away (`| head`) ends the output and leaves the exit code alone, as does a standard
    output that was closed from the start."""
    if sys.stdout is None:
        return
    encoding = sys.stdout.encoding or "utf-8"
    try:
        sys.stdout.write(text.encode(encoding, "backslashreplace").decode(encoding))
        sys.stdout.flush()
    except BrokenPipeError:
        forget_the_rest()
    except OSError as error:
        forget_the_rest()
        raise OutputError(f"cannot write to standard output: {error.strerror}") from error


def _write_file(path: str, data: bytes) -> None:
    """A device or pipe is written to; a file or link is replaced, so that a link's target is never touched."""
    try:
        found = os.stat(path)
    except OSError:
        found = None
    if found is not None and not stat.S_ISREG(found.st_mode):
        with open(path, "wb") as file:
            file.write(data)
        return
    replace_file(path, data, None if found is None else stat.S_IMODE(found.st_mode))
