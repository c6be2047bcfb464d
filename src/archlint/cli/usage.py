"""`archlint usage`: exported logs and tuning results to a usage file for `archlint plan`."""

from __future__ import annotations

import gzip
import os
import sys
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import BinaryIO, cast

import click

from archlint.cli import output as out

GZIP_MAGIC = b"\x1f\x8b"


@click.command("usage")
@click.argument("files", metavar="FILE...", nargs=-1, required=True, type=click.Path(path_type=str))
@click.option("--function", metavar="NAME", help="Whose logs they are, where the logs do not say.")
@click.option("--days", type=click.FloatRange(min=0, min_open=True, max=3660), help="The time that the logs cover.")
@click.option("--output", metavar="FILE", type=click.Path(path_type=str), help="Write the usage file to FILE.")
@click.option("--force", is_flag=True, help="Replace a FILE that is already there.")
def command(files: tuple[str, ...], function: str | None, days: float | None, output: str | None, force: bool) -> None:
    """Write a usage file from exported logs.

    FILE (- is standard input): REPORT lines of CloudWatch as text, JSON or CSV, also compressed with gzip, or the
    result of AWS Lambda Power Tuning.
    """
    if output is not None:
        out.check_output(output)
        if os.path.isfile(output) and not force:
            raise click.UsageError(f"--output: {output!a} is already there; --force replaces it")

    from archlint.plan.usage.exports import TooLargeError, invocations
    from archlint.plan.usage.measured import MeasuredUsage, NothingMeasuredError

    measured = MeasuredUsage(function, days)
    for name in files:
        try:
            with _opened(name) as file:
                measured.add(invocations(file))
        except TooLargeError as error:
            raise click.UsageError(f"{name!a} {error}") from error
        except (OSError, EOFError, zlib.error) as error:
            reason = error.strerror if isinstance(error, OSError) and error.strerror else "its compression is broken"
            raise click.UsageError(f"cannot read {name!a}: {reason}") from error
    try:
        text = measured.text()
    except NothingMeasuredError as error:
        raise click.UsageError(str(error)) from error
    out.write(text, output)


@contextmanager
def _opened(name: str) -> Iterator[BinaryIO]:
    """Uncompressed as it is read."""
    if name == "-":
        yield sys.stdin.buffer
        return
    with open(name, "rb") as file:
        packed = file.peek(2)[:2] == GZIP_MAGIC
        yield cast(BinaryIO, gzip.GzipFile(fileobj=file)) if packed else file
