"""The scan itself, as several commands run it: with what `--online` and `--with` add, the cache and the progress."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING

import click

from archlint.cli import external as exact
from archlint.cli.external import Guests
from archlint.finding import SEVERITIES
from archlint.stages import Progress, unseen, untimed

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    from archlint.cache.store import Store
    from archlint.cli.stats import Stopwatch
    from archlint.config import Config
    from archlint.finding import Finding
    from archlint.results.result import ScanResult


_PATIENCE_S = 1.0
"""Until then nobody wonders."""

_EVERY_S = 0.1


@dataclass(frozen=True, slots=True)
class Speed:
    """What the options say; `jobs` is None where they leave it open."""

    no_cache: bool = False
    jobs: int | None = None

    def store(self, *, online: bool) -> Store | None:
        """None too for sizes that are asked of a network: those who ask keep them."""
        if self.no_cache or online:
            return None
        from archlint.cache.store import Store

        return Store.of_user()

    def processes(self) -> int:
        """As many as this process may use cores, where others can be copies of it; one elsewhere."""
        if self.jobs is not None:
            return self.jobs if hasattr(os, "fork") else 1
        return len(os.sched_getaffinity(0)) if sys.platform.startswith("linux") else 1


@contextmanager
def shown() -> Iterator[Progress]:
    """A line on a terminal's standard error, after a while, that is gone at the end."""
    if sys.stderr is None or not sys.stderr.isatty() or os.environ.get("TERM") == "dumb" or os.environ.get("CI"):
        yield unseen
        return
    start, last = monotonic(), 0.0

    def show(done: int, all_: int) -> None:
        nonlocal last
        now = monotonic()
        if now - start > _PATIENCE_S and now - last > _EVERY_S:
            last = now
            print(f"\r\x1b[2Karchlint: {done:,} of {all_:,} stacks and apps", end="", file=sys.stderr, flush=True)

    try:
        yield show
    finally:
        if last:
            print("\r\x1b[2K", end="", file=sys.stderr, flush=True)


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


@dataclass(frozen=True, slots=True)
class How:
    """The options that change what a scan does, whatever it is asked for; by default none is given."""

    online: bool = False
    guests: Guests = field(default_factory=Guests)
    speed: Speed = field(default_factory=Speed)
    watch: Stopwatch | None = None

    def timed(self, stage: str) -> AbstractContextManager[None]:
        return nullcontext() if self.watch is None else self.watch(stage)


def run(folders: Sequence[str], configs: Sequence[Config], how: How) -> list[ScanResult]:
    """One result a folder; the findings of guests are in it. Says on standard error what could not be measured."""
    with how.timed("imports"):
        from archlint.scanner import pipeline

    measurer = exact.measurer(how.online)
    with shown() as progress:
        scan = partial(
            pipeline.scan,
            measurer=measurer,
            timed=how.watch or untimed,
            store=how.speed.store(online=how.online),
            jobs=how.speed.processes(),
            progress=progress,
        )
        results = [scan(Path(folder), config) for folder, config in zip(folders, configs, strict=True)]
    exact.report(measurer)
    with how.timed("cfn-lint") if how.guests.wanted else nullcontext():
        return [how.guests.joined(result, config) for result, config in zip(results, configs, strict=True)]
