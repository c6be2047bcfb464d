"""What makes a scan quick: the cache between scans, and further processes; and a line that says how far it is."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from time import monotonic
from typing import TYPE_CHECKING, Any, TypeVar

import click

from archlint.stages import Progress, unseen

if TYPE_CHECKING:
    from archlint.parts.store import Store

F = TypeVar("F", bound=Callable[..., Any])

_PATIENCE_S = 1.0
"""Until then nobody wonders."""

_EVERY_S = 0.1


_KEY = "archlint.cli.speed"


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


def options(command: F) -> F:
    command = click.option(
        "--no-cache",
        is_flag=True,
        expose_value=False,
        callback=lambda ctx, _, value: _note(ctx, no_cache=value),
        help="Neither use nor keep what earlier scans found.",
    )(command)
    return click.option(
        "--jobs",
        type=click.IntRange(min=1, max=256),
        metavar="N",
        expose_value=False,
        callback=lambda ctx, _, value: _note(ctx, jobs=value),
        help="Processes for large repositories.  [default: one a core on Linux, else 1]",
    )(command)


def _note(ctx: click.Context, **given: Any) -> None:
    ctx.meta[_KEY] = replace(ctx.meta.get(_KEY, Speed()), **given)


def speed() -> Speed:
    """The choice of the command that runs."""
    ctx = click.get_current_context(silent=True)
    found: Speed = ctx.meta.get(_KEY, Speed()) if ctx is not None else Speed()
    return found


@contextmanager
def shown() -> Iterator[Progress]:
    """A line on a terminal's standard error, after a while, that is gone at the end."""
    if not sys.stderr.isatty() or os.environ.get("TERM") == "dumb" or os.environ.get("CI"):
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
