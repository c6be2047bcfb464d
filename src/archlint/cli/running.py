"""The scan itself, as several commands run it: with what `--online` and `--with` add, the cache and the progress."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from archlint.cli import online as exact
from archlint.cli.beside import Guests
from archlint.cli.speed import Speed, shown
from archlint.stages import untimed

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    from archlint.cli.stats import Stopwatch
    from archlint.config import Config
    from archlint.result import ScanResult


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
        from archlint import pipeline

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
