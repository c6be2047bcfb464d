"""Measures archlint beside the floor and beside other linters, in one run on one machine.

    python benchmarks/run.py [--tree FOLDER] [--functions 1000 5000 20000] [--output benchmarks/results]

Each command runs in a process of its own, one after the other; of `--repeat` runs the one with the least CPU time
counts. The ratios, not the seconds, are what can be compared between machines. Writes FILE.json and FILE.svg.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from floor import files, is_template
from generate import generate
from picture import growth

HERE = Path(__file__).resolve().parent
SIZES = (1_000, 5_000, 20_000)
FAILED = 4
"""The exit code of archlint from which a run counts as failed; lower ones say what was found."""


@dataclass(frozen=True, slots=True)
class Measured:
    """`cpu_s` is user and system time. `peak_mb` counts 10^6 bytes."""

    subject: str
    tool: str
    wall_s: float
    cpu_s: float
    peak_mb: float
    exit_code: int
    functions: int | None = None
    of_floor: float | None = None
    """CPU time as a multiple of the floor's on the same files."""


def measure(subject: str, tool: str, command: Sequence[str], repeat: int, functions: int | None = None) -> Measured:
    runs = [_run(command) for _ in range(repeat)]
    wall, cpu, peak, code = min(runs, key=lambda run: run[1])
    print(f"{subject:22} {tool:16} {wall:8.2f} s {cpu:8.2f} s CPU {peak:7.0f} MB  exit {code}", flush=True)
    return Measured(subject, tool, round(wall, 3), round(cpu, 3), round(peak, 1), code, functions)


def _run(command: Sequence[str]) -> tuple[float, float, float, int]:
    start = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    wall = time.perf_counter() - start
    peak = usage.ru_maxrss if sys.platform == "darwin" else usage.ru_maxrss * 1024
    process.returncode = os.waitstatus_to_exitcode(status)
    return wall, usage.ru_utime + usage.ru_stime, peak / 1e6, process.returncode


def commands(folder: Path, options: argparse.Namespace) -> dict[str, list[str]]:
    """By tool, the floor first. cfn-lint takes many times as long as the others, so it is asked for."""
    found = {
        "floor": [sys.executable, str(HERE / "floor.py"), str(folder)],
        "archlint": [sys.executable, "-m", "archlint", "scan", str(folder), "--no-config", "--format", "json"],
    }
    pythaw = options.pythaw or shutil.which("pythaw")
    if pythaw:
        found["pythaw"] = [pythaw, "check", str(folder)]
    if options.cfn_lint:
        paths = [path for path in files(folder) if path.suffix in (".yaml", ".yml", ".template")]
        templates = [str(path) for path in paths if is_template(path, path.read_bytes())]
        found["cfn-lint"] = [sys.executable, "-m", "cfnlint", "--", *templates]
    return found


def compared(subject: str, folder: Path, options: argparse.Namespace, functions: int | None = None) -> list[Measured]:
    found = [
        measure(subject, tool, command, options.repeat, functions)
        for tool, command in commands(folder, options).items()
    ]
    floor = found[0].cpu_s
    return [Measured(**{**asdict(one), "of_floor": round(one.cpu_s / floor, 2)}) for one in found]


def start_up(options: argparse.Namespace) -> list[Measured]:
    """What a pre-commit hook waits for: the bare command, and a scan of one function."""
    with tempfile.TemporaryDirectory() as folder:
        one = Path(folder) / "one"
        generate(1, one)
        repeat = max(3, options.repeat)
        archlint = [sys.executable, "-m", "archlint"]
        return [
            measure("start", "python", [sys.executable, "-c", "pass"], repeat),
            measure("start", "--version", [*archlint, "--version"], repeat),
            measure("1 function", "archlint", [*archlint, "scan", str(one), "--no-config"], repeat, 1),
        ]


def run(options: argparse.Namespace) -> list[Measured]:
    found = start_up(options)
    if options.tree is not None:
        found += compared(options.tree.resolve().name, options.tree, options)
    for functions in options.functions:
        with tempfile.TemporaryDirectory() as folder:
            tree = Path(folder) / "generated"
            generate(functions, tree)
            found += compared(f"{functions:,} functions", tree, options, functions)
    return found


def table(found: Sequence[Measured]) -> str:
    lines = ["| what | tool | wall s | CPU s | × floor | peak MB |", "| --- | --- | ---: | ---: | ---: | ---: |"]
    for one in found:
        times = "" if one.of_floor is None else f"{one.of_floor:.1f}"
        lines.append(
            f"| {one.subject} | {one.tool} | {one.wall_s:.2f} | {one.cpu_s:.2f} | {times} | {one.peak_mb:.0f} |"
        )
    return "\n".join(lines)


def lines_of(found: Sequence[Measured]) -> Mapping[str, list[tuple[float, float]]]:
    lines: dict[str, list[tuple[float, float]]] = {}
    for one in found:
        if one.functions is not None and one.of_floor is not None:
            lines.setdefault(one.tool, []).append((float(one.functions), one.cpu_s))
    return lines


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--tree", type=Path, help="a repository to scan besides the generated ones")
    parser.add_argument("--functions", type=int, nargs="*", default=SIZES, help="sizes of the generated repositories")
    parser.add_argument("--repeat", type=int, default=1)
    parser.add_argument("--pythaw", metavar="COMMAND", help="by default the one on the PATH, if there is one")
    parser.add_argument("--cfn-lint", action="store_true", help="run cfn-lint on the templates too")
    parser.add_argument("--output", type=Path, default=HERE / "results", help="without its ending")
    options = parser.parse_args()
    found = run(options)
    print("\n" + table(found))
    about = {
        "date": datetime.now(UTC).date().isoformat(),
        "python": platform.python_version(),
        "machine": platform.machine(),
        "cores": os.cpu_count(),
    }
    report = {**about, "measured": [asdict(one) for one in found]}
    options.output.with_suffix(".json").write_text(json.dumps(report, indent=1) + "\n")
    lines = lines_of(found)
    if lines:
        options.output.with_suffix(".svg").write_text(growth(lines))
    failed = [one for one in found if one.tool == "archlint" and one.exit_code >= FAILED]
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
