"""Runs commands one after the other and says what each cost."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import median


@dataclass(frozen=True, slots=True)
class Cost:
    """Of one process and its children. `cpu_s` is user and system time. `peak_mb` counts 10^6 bytes, is that of the
    largest process, and never below what this script itself holds, which the system counts in."""

    wall_s: float
    cpu_s: float
    peak_mb: float
    exit_code: int
    over_limit: bool = False
    """Whether it was ended at its time limit: then all of these are at least so much."""


@dataclass(frozen=True, slots=True)
class Measured:
    """The medians of `runs` runs."""

    subject: str
    tool: str
    wall_s: float
    cpu_s: float
    peak_mb: float
    exit_code: int
    runs: int = 1
    functions: int | None = None
    of_floor: float | None = None
    """CPU time as a multiple of the floor's on the same files."""
    of_floor_wall: float | None = None
    over_limit: bool = False
    note: str = ""

    def beside(self, floor: Measured) -> Measured:
        return replace(
            self,
            of_floor=round(self.cpu_s / max(floor.cpu_s, 1e-3), 2),
            of_floor_wall=round(self.wall_s / max(floor.wall_s, 1e-3), 2),
        )


@dataclass(frozen=True, slots=True)
class Often:
    """How often a command runs: `repeat` times, but no further time once its runs have taken `enough_s`."""

    repeat: int = 3
    enough_s: float = 15.0


@dataclass(frozen=True, slots=True)
class Launch:
    """A command with the folder it runs in, what is added to its environment, where its standard output goes and after
    how many seconds it is ended."""

    command: Sequence[str]
    folder: Path | None = None
    environment: tuple[tuple[str, str], ...] = ()
    output: Path | None = None
    limit_s: float | None = None


def cost(launch: Launch) -> Cost:
    environment = {**os.environ, **dict(launch.environment)}
    with open(launch.output or os.devnull, "wb") as output:
        start = time.perf_counter()
        process = subprocess.Popen(
            launch.command,
            cwd=launch.folder,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        ended = threading.Event()
        timer = threading.Timer(launch.limit_s or threading.TIMEOUT_MAX, _end, (process.pid, ended))
        timer.daemon = True
        timer.start()
        _, status, usage = os.wait4(process.pid, 0)
        timer.cancel()
        wall = time.perf_counter() - start
    process.returncode = os.waitstatus_to_exitcode(status)
    peak = usage.ru_maxrss if sys.platform == "darwin" else usage.ru_maxrss * 1024
    return Cost(wall, usage.ru_utime + usage.ru_stime, peak / 1e6, process.returncode, ended.is_set())


def _end(pid: int, ended: threading.Event) -> None:
    ended.set()
    os.killpg(pid, signal.SIGKILL)


def repeated(run: Callable[[int], Cost], often: Often) -> list[Cost]:
    """`run` is given the number of the run, from 0."""
    costs: list[Cost] = []
    while len(costs) < often.repeat and sum(one.wall_s for one in costs) < often.enough_s:
        costs.append(run(len(costs)))
        if costs[-1].over_limit:
            break
    return costs


def measured(subject: str, tool: str, costs: Sequence[Cost], functions: int | None = None, note: str = "") -> Measured:
    found = Measured(
        subject,
        tool,
        round(median(one.wall_s for one in costs), 3),
        round(median(one.cpu_s for one in costs), 3),
        round(median(one.peak_mb for one in costs), 1),
        max(one.exit_code for one in costs) if min(one.exit_code for one in costs) >= 0 else costs[-1].exit_code,
        len(costs),
        functions,
        over_limit=any(one.over_limit for one in costs),
        note=note,
    )
    over = ">" if found.over_limit else ""
    print(
        f"{subject:22} {tool:26} {over + format(found.wall_s, '.2f'):>9} s {found.cpu_s:8.2f} s CPU"
        f" {found.peak_mb:7.0f} MB  exit {found.exit_code}  {found.runs} run{'s' if found.runs > 1 else ''} {note}",
        flush=True,
    )
    return found
