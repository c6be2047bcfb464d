"""The summary of a step in GitHub Actions, where annotations have no room for everything."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from archlint.result import ScanResult

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
