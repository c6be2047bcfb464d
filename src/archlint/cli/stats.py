"""Where the time of a scan went, for `--stats`."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from time import perf_counter

from archlint.results.result import ScanResult


class Stopwatch:
    """Seconds by stage. A stage inside another one takes its time from that one's."""

    def __init__(self) -> None:
        self.started = perf_counter()
        self.seconds: dict[str, float] = {}
        self._open: list[str] = []
        self._since = self.started

    @contextmanager
    def __call__(self, stage: str) -> Iterator[None]:
        self._book()
        self._open.append(stage)
        try:
            yield
        finally:
            self._book()
            self._open.pop()

    def _book(self) -> None:
        now = perf_counter()
        if self._open:
            stage = self._open[-1]
            self.seconds[stage] = self.seconds.get(stage, 0.0) + now - self._since
        self._since = now

    def report(self, results: Sequence[ScanResult]) -> str:
        """Counts by result; the files are those of which a finding could speak: templates, apps and code."""
        total = perf_counter() - self.started
        rows = [*self.seconds.items(), ("the rest", max(0.0, total - sum(self.seconds.values())))]
        width = max(len(stage) for stage, _ in rows)
        lines = [f"  {stage:{width}} {spent:8.3f} s {_share(spent, total):5.1f} %" for stage, spent in rows]
        files = sum(result.coverage.files_read for result in results)
        functions = sum(len(result.functions) for result in results)
        memory = peak_memory_mb()
        return "\n".join(
            (
                f"archlint: {total:.3f} s",
                *lines,
                f"  {_plural(files, 'file')} read, {files / total:.0f} per second",
                f"  {_plural(functions, 'function')}, {functions / total:.0f} per second",
                "  peak memory " + ("is not known on this system" if memory is None else f"{memory:.0f} MB"),
            )
        )


def _plural(number: int, one: str) -> str:
    return f"{number} {one if number == 1 else one + 's'}"


def _share(spent: float, total: float) -> float:
    return 100 * spent / total if total else 0.0


def peak_memory_mb() -> float | None:
    """The most that this process held so far, in 10^6 bytes; None where the system has no `resource` module."""
    try:
        import resource
    except ImportError:
        return None
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / 1e6 if sys.platform == "darwin" else peak * 1024 / 1e6
