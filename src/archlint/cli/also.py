"""The option `--also`: the same report in further formats, so that one scan feeds annotations, uploads and comments."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from archlint.cli import output as out
from archlint.report.formats import FORMATS, Screen

if TYPE_CHECKING:
    from archlint.result import ScanResult


def requests(texts: Sequence[str]) -> tuple[tuple[str, str], ...]:
    """(format, file) of each; raises UsageError before any work is done."""
    return tuple(_request(text) for text in texts)


def _request(text: str) -> tuple[str, str]:
    name, equals, path = text.partition("=")
    if not equals or not path:
        raise click.UsageError(f"--also: {text!a} is not FORMAT=FILE, such as json=report.json")
    if name not in FORMATS:
        raise click.UsageError(f"--also: {name!a} is not one of {', '.join(FORMATS)}")
    out.check_output(path, "--also")
    return name, path


def write(report: ScanResult, wanted: Sequence[tuple[str, str]]) -> None:
    for name, path in wanted:
        out.write(FORMATS[name](report, Screen()), path, "--also")
