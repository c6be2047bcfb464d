"""Where a report goes: standard output (also as `-`), or a file that is either the old one or the whole new one."""

from __future__ import annotations

import os
import shutil
import stat
import sys

import click

from archlint.atomic import replace_file
from archlint.cli.pipes import forget_the_rest
from archlint.report.formats import Screen

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
