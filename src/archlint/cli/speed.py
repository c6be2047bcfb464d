"""What makes a scan quick: the cache between scans, and further processes; and a line that says how far it is."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from time import monotonic
from typing import TYPE_CHECKING

from archlint.stages import Progress, unseen

if TYPE_CHECKING:
    from archlint.parts.store import Store

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
        from archlint.parts.store import Store

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
