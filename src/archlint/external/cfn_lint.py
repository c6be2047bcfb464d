"""cfn-lint over texts that archlint has read, in child processes that a bad template can only end."""

from __future__ import annotations

import contextlib
import importlib.machinery
import json
import os
import queue
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from importlib import metadata
from pathlib import Path
from typing import IO, Any

from packaging.version import InvalidVersion, Version

OLDEST = Version("1.40")
EXTRA = "archlint-aws[cfn-lint]"
REGIONS = ("us-east-1",)
START_SECONDS = 90.0
FILE_SECONDS = 30.0
SECONDS_PER_KILOBYTE = 0.2
"""Added to `FILE_SECONDS`."""
TOTAL_SECONDS = 900.0
MOST_PROCESSES = 4
FILES_PER_PROCESS = 16
"""A further process, which costs a second to start, is worth it from here on."""
MOST_BYTES = 4_000_000
"""Of one answer."""

_CHILD = Path(__file__).with_name("cfn_lint_child.py")


class MissingError(Exception):
    """cfn-lint is not installed, too old, or does not start; the message says what to do."""


@dataclass(frozen=True, slots=True)
class CfnLintMatch:
    """What cfn-lint says of one place; lines and columns are 1-based, `end_column` is exclusive."""

    rule: str
    message: str
    path: str
    line: int
    column: int
    end_line: int
    end_column: int
    summary: str
    source: str
    keys: tuple[str, ...] = ()
    """The way through the template, such as ("Resources", "Score", "Properties")."""


@dataclass(frozen=True, slots=True)
class Linted:
    """`failed` has (path, reason) for every template that was not checked to its end."""

    matches: tuple[CfnLintMatch, ...] = ()
    failed: tuple[tuple[str, str], ...] = ()
    version: str = ""


@dataclass(slots=True)
class _Work:
    """What one chain of processes is to do, and has done."""

    folder: str
    site: str
    sizes: Mapping[str, int]
    until: float
    matches: list[CfnLintMatch] = field(default_factory=list)
    failed: list[tuple[str, str]] = field(default_factory=list)
    version: str = ""


def installed() -> str:
    """The folder that holds cfn-lint; raises MissingError. The current folder does not count: it may be what is
    scanned."""
    here = os.path.realpath(os.getcwd())
    places = [entry for entry in sys.path if entry and os.path.realpath(entry) != here]
    spec = importlib.machinery.PathFinder.find_spec("cfnlint", places)
    site = Path(spec.origin).parents[1] if spec is not None and spec.origin else None
    found = next((d for d in metadata.distributions(name="cfn-lint", path=[str(site)])), None) if site else None
    if found is None:
        raise MissingError(f"cfn-lint is not installed: pip install '{EXTRA}'")
    try:
        old = Version(found.version) < OLDEST
    except InvalidVersion:
        old = False
    if old:
        raise MissingError(f"cfn-lint {found.version} is older than {OLDEST}: pip install --upgrade '{EXTRA}'")
    return str(site)


def lint(texts: Mapping[str, str], *, processes: int | None = None) -> Linted:
    """Checks templates by path; raises MissingError. Paths are relative, with `/`, and lead nowhere else."""
    site = installed()
    if not texts:
        return Linted()
    with tempfile.TemporaryDirectory(prefix="archlint-", ignore_cleanup_errors=True) as folder:
        folder = os.path.realpath(folder)
        written, failed = _write(texts, folder)
        until = time.monotonic() + TOTAL_SECONDS
        wanted = -(-len(written) // FILES_PER_PROCESS)
        number = processes or max(1, min(wanted, os.cpu_count() or 1, MOST_PROCESSES))
        paths = sorted(written, key=lambda path: -written[path])
        works = [_Work(folder, site, written, until) for _ in range(number)]
        with ThreadPoolExecutor(number) as pool:
            list(pool.map(_run, works, [paths[index::number] for index in range(number)]))
    matches = sorted((m for work in works for m in work.matches), key=lambda m: (m.path, m.line, m.column, m.rule))
    failed += [item for work in works for item in work.failed]
    return Linted(tuple(matches), tuple(sorted(failed)), next((work.version for work in works if work.version), ""))


def _write(texts: Mapping[str, str], folder: str) -> tuple[dict[str, int], list[tuple[str, str]]]:
    """Bytes by path of what was written below `templates/`, and what could not be."""
    written: dict[str, int] = {}
    failed: list[tuple[str, str]] = []
    Path(folder, "empty.yaml").touch()
    Path(folder, "home").mkdir()
    for path, text in texts.items():
        target = Path(folder, "templates", path)
        data = text.encode("utf-8", "backslashreplace")
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(data)
        except (OSError, ValueError) as error:
            failed.append((path, f"it could not be handed to cfn-lint: {error}"))
        else:
            written[path] = len(data)
    return written, failed


def _run(work: _Work, paths: Sequence[str]) -> None:
    """One process after the other: what ends a process costs the template that it was at."""
    left = list(paths)
    while left:
        done, reason = _process(work, left)
        left = left[done:]
        if left and time.monotonic() > work.until:
            work.failed += [(path, "cfn-lint was not done in time") for path in left]
            return
        if left:
            work.failed.append((left[0], reason))
            left = left[1:]


def _process(work: _Work, paths: Sequence[str]) -> tuple[int, str]:
    """How many of the paths have an answer, and why the next one has none."""
    process = subprocess.Popen(
        [sys.executable, "-I", "-B", "-X", "utf8", str(_CHILD), work.folder, work.site],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        cwd=os.path.join(work.folder, "home"),
        env=_environment(work.folder),
    )
    try:
        answers = _Answers(process, {"paths": list(paths), "regions": list(REGIONS)})
        ready = answers.next(START_SECONDS)
        if not isinstance(ready.get("ready"), str):
            raise MissingError("cfn-lint does not start; `cfn-lint --version` may say why")
        work.version = ready["ready"]
        for number, path in enumerate(paths):
            rest = work.until - time.monotonic()
            answer = answers.next(min(FILE_SECONDS + SECONDS_PER_KILOBYTE * work.sizes[path] / 1000, max(rest, 0.0)))
            if answer.get("path") != path:
                return number, str(answer.get("end", "cfn-lint's answer was not understood"))
            if "crash" in answer:
                work.failed.append((path, f"cfn-lint could not check it: {answer['crash']}"))
            else:
                work.matches += _matches(path, answer)
        return len(paths), ""
    finally:
        process.kill()
        process.wait()
        for pipe in (process.stdin, process.stdout):
            if pipe is not None:
                with contextlib.suppress(OSError, ValueError):
                    pipe.close()


def _environment(folder: str) -> dict[str, str]:
    """Nothing of the user's: no settings, no credentials."""
    home = os.path.join(folder, "home")
    kept = {name: os.environ[name] for name in ("SYSTEMROOT",) if name in os.environ}
    return {**kept, "HOME": home, "USERPROFILE": home, "TMPDIR": home, "AWS_DEFAULT_REGION": REGIONS[0]}


class _Answers:
    """The lines of a child as JSON objects; {"end": reason} where there is none."""

    def __init__(self, process: subprocess.Popen[bytes], job: object) -> None:
        self.process = process
        self.lines: queue.Queue[bytes] = queue.Queue()
        for target in (lambda: _feed(process.stdin, job), lambda: _drain(process.stdout, self.lines)):
            threading.Thread(target=target, daemon=True).start()

    def next(self, seconds: float) -> dict[str, Any]:
        try:
            line = self.lines.get(timeout=seconds)
        except queue.Empty:
            return {"end": f"cfn-lint had no answer after {seconds:.0f} s"}
        if len(line) > MOST_BYTES:
            return {"end": "cfn-lint's answer is too long"}
        try:
            answer: object = json.loads(line) if line else None
        except ValueError:
            answer = None
        if isinstance(answer, dict):
            return answer
        return {"end": f"cfn-lint ended with it (exit code {self._code()})"}

    def _code(self) -> str:
        try:
            return str(self.process.wait(timeout=5))
        except subprocess.TimeoutExpired:
            return "none"


def _feed(pipe: IO[bytes] | None, job: object) -> None:
    if pipe is None:
        return
    try:
        pipe.write(json.dumps(job).encode())
        pipe.close()
    except (OSError, ValueError):
        return


def _drain(pipe: IO[bytes] | None, lines: queue.Queue[bytes]) -> None:
    """Ends with an empty line, and after a line that is too long."""
    line = b"\n"
    while pipe is not None and line and len(line) <= MOST_BYTES:
        try:
            line = pipe.readline(MOST_BYTES + 1)
        except (OSError, ValueError):
            line = b""
        lines.put(line)


def _matches(path: str, answer: Mapping[str, Any]) -> Iterator[CfnLintMatch]:
    for row in answer["matches"]:
        line, column = (max(1, int(number or 1)) for number in row["start"])
        end_line, end_column = (max(1, int(number or 1)) for number in row["end"])
        after = (end_line, end_column) >= (line, column)
        yield CfnLintMatch(
            rule=row["rule"],
            message=" ".join(row["message"].split()),
            path=path,
            line=line,
            column=column,
            end_line=end_line if after else line,
            end_column=end_column if after else column,
            summary=" ".join(row["summary"].split()),
            source=row["source"],
            keys=tuple(row["path"]),
        )
