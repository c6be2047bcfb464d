"""The exit codes of the commands that scan, and when each is due."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

import click

from archlint.finding import SEVERITIES

if TYPE_CHECKING:
    from archlint.finding import Finding
    from archlint.result import ScanResult

CLEAN, FINDINGS, WRONG, NOTHING_TO_SCAN = 0, 1, 2, 3


def fails(findings: Iterable[Finding], fail_on: str) -> bool:
    """Whether one is at or above `fail_on`, a severity or "never"."""
    if fail_on == "never":
        return False
    least = SEVERITIES.index(fail_on)
    return any(SEVERITIES.index(finding.severity) >= least for finding in findings)


def is_nothing(result: ScanResult) -> bool:
    """Whether a scan has met neither a function nor a file to read."""
    silent = not (result.functions or result.findings or result.suppressed or result.withheld)
    return silent and not result.coverage.files_read


def say_nothing_to_scan() -> None:
    click.echo("archlint: nothing to scan: no Lambda function was found", err=True)
