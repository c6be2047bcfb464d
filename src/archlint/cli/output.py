"""Where a report goes: standard output, or a file that is either the old one or the whole new one."""

from __future__ import annotations

import contextlib
import os
import secrets
import shutil
import stat
import sys

import click

from archlint.report.formats import Screen


def screen(to_file: bool) -> Screen:
    """What standard output is; https://no-color.org: NO_COLOR counts when it is not empty."""
    if to_file or not sys.stdout.isatty():
        return Screen()
    color = not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"
    return Screen(width=shutil.get_terminal_size().columns, color=color)


def check_output(path: str) -> None:
    """Refuses, before the work, what cannot become a file."""
    folder = os.path.dirname(path) or "."
    if os.path.isdir(path):
        raise click.UsageError(f"--output: {path!a} is a folder")
    if not os.path.isdir(folder):
        raise click.UsageError(f"--output: there is no folder {folder!a}")


def write(text: str, path: str | None) -> None:
    """Writes to the file, or to standard output when `path` is None."""
    if path is None:
        _print(text)
        return
    try:
        _write_file(path, text.encode("utf-8", "backslashreplace"))
    except OSError as error:
        raise click.UsageError(f"--output: cannot write {path!a}: {error.strerror}") from error


def _print(text: str) -> None:
    """A reader that has gone away (`| head`) ends the output and leaves the exit code alone."""
    encoding = sys.stdout.encoding or "utf-8"
    try:
        sys.stdout.write(text.encode(encoding, "backslashreplace").decode(encoding))
        sys.stdout.flush()
    except BrokenPipeError:
        with contextlib.suppress(OSError, ValueError):
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


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
    folder, name = os.path.split(path)
    partial = os.path.join(folder, f".{name[:100]}.{secrets.token_hex(8)}.tmp")
    try:
        with open(partial, "xb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        if found is not None:
            os.chmod(partial, stat.S_IMODE(found.st_mode))
        os.replace(partial, path)
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(partial)
        raise
