"""What archlint costs on one tree: the first scan, and those that find a cache."""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from measured import Cost, Launch, Measured, Often, cost, measured, repeated

ARCHLINT = (sys.executable, "-P", "-m", "archlint")
"""-P: the folder that is scanned must not stand in for a library."""

COLD, TWO, WARM, ONE_FILE, HOOK = (
    "archlint cold",
    "archlint cold, 2 processes",
    "archlint warm",
    "archlint, 1 file changed",
    "archlint, hook on 1 file",
)

Run: TypeAlias = Callable[[int], Cost]

_HANDLERS = """
import json, sys
report = json.load(open(sys.argv[1], "rb"))
sources = [one["handler_source"] for one in report["functions"] if one.get("handler_source")]
print("\\n".join(sorted({one["path"] for one in sources if one["path"].endswith(".py")})))
"""
"""A process of its own: what this script holds counts in the peak of what it starts."""


FAILED = 4
"""The exit code of archlint from which a scan has failed; lower ones say what was found."""


class ScanError(Exception):
    """A scan failed; or one with a cache or several processes reported something else than the first one; or
    archlint was changed meanwhile."""


@dataclass(frozen=True, slots=True)
class Scans:
    """Scans of `tree`, which they may change, with caches and reports in `space`, outside of it."""

    subject: str
    tree: Path
    space: Path
    often: Often
    functions: int | None = None

    def rows(self) -> list[Measured]:
        """Raises ScanError."""
        cold = self._row(COLD, lambda _: self._cold("cache", 1))
        first = self._digest()
        handlers = self._handlers()
        warm = self._row(WARM, lambda _: self._scan("cache", ["."], 1))
        self._same(first, WARM)
        two = self._row(TWO, lambda _: self._cold("cache-2", 2))
        self._same(first, TWO)
        rows = [cold, two, warm]
        if not handlers:
            print(f"{self.subject}: no handler is a Python file, so none is changed", flush=True)
            return rows
        rows += [
            self._row(ONE_FILE, lambda number: self._changed(handlers, number, hook=False)),
            self._row(HOOK, lambda number: self._changed(handlers, number, hook=True)),
        ]
        if len(list((self.space / "cache").glob("*.parts"))) > 1:
            raise ScanError(f"{self.subject}: archlint itself changed meanwhile, so that caches did not count")
        return rows

    def _row(self, tool: str, run: Run) -> Measured:
        return measured(self.subject, tool, repeated(run, self.often), self.functions)

    def _cold(self, cache: str, jobs: int) -> Cost:
        shutil.rmtree(self.space / cache, ignore_errors=True)
        return self._scan(cache, ["."], jobs)

    def _changed(self, handlers: Sequence[str], number: int, *, hook: bool) -> Cost:
        """After a line was added to a handler; every run takes another one, far from the one before."""
        path = handlers[(2 * number + hook) * len(handlers) // (2 * self.often.repeat)]
        with open(self.tree / path, "a", encoding="utf-8") as file:
            file.write(f"\nCHANGED_{number} = {number}\n")
        return self._scan("cache", [path if hook else "."], 1)

    def _scan(self, cache: str, paths: Sequence[str], jobs: int) -> Cost:
        options = ("--no-config", "--format", "json", "--jobs", str(jobs))
        environment = (("ARCHLINT_CACHE_DIR", str(self.space / cache)),)
        found = cost(Launch((*ARCHLINT, "scan", *options, "--", *paths), self.tree, environment, self._report))
        if not 0 <= found.exit_code < FAILED:
            raise ScanError(f"{self.subject}: a scan ended with exit code {found.exit_code}")
        return found

    @property
    def _report(self) -> Path:
        return self.space / "report.json"

    def _digest(self) -> str:
        with open(self._report, "rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()

    def _same(self, first: str, tool: str) -> None:
        if self._digest() != first:
            raise ScanError(f"{self.subject}: {tool} reports something else than {COLD}")

    def _handlers(self) -> list[str]:
        """Paths of the functions' handlers in Python, in order of name."""
        command = (sys.executable, "-c", _HANDLERS, str(self._report))
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        return [path for path in done.stdout.splitlines() if (self.tree / path).is_file()]
