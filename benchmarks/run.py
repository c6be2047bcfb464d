"""Measures archlint beside the floor and beside other linters, in one run on one machine.

    python benchmarks/run.py [--tree FOLDER] [--functions 1000 5000 20000] [--output benchmarks/results]

Each command runs in a process of its own, one after the other. The figures are medians of `--repeat` runs, of fewer
where they take long. The ratios, not the seconds, are what can be compared between machines. Writes FILE.json and
FILE.svg.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import shutil
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

import others
from generate import generate
from measured import Launch, Measured, Often, cost, measured, repeated
from picture import growth
from scans import ARCHLINT, COLD, ONE_FILE, WARM, ScanError, Scans

HERE = Path(__file__).resolve().parent
SIZES = (1_000, 5_000, 20_000)

DRAWN = {
    "floor": "floor",
    COLD: "archlint, first scan",
    WARM: "archlint, no change",
    ONE_FILE: "archlint, 1 file changed",
}


def start_up(options: argparse.Namespace) -> list[Measured]:
    """What a hook waits for at least: the bare command, and a scan of one function."""
    with tempfile.TemporaryDirectory() as folder:
        one = Path(folder) / "one"
        generate(1, one)
        often = Often(max(3, options.repeat))
        scan = (*ARCHLINT, "scan", str(one), "--no-config", "--no-cache")
        return [
            _command("start", "python", (sys.executable, "-c", "pass"), often),
            _command("start", "archlint --version", (*ARCHLINT, "--version"), often),
            _command("start", "archlint scan, 1 function", scan, often),
        ]


def _command(subject: str, tool: str, command: Sequence[str], often: Often) -> Measured:
    return measured(subject, tool, repeated(lambda _: cost(Launch(command)), often))


def compared(
    subject: str, tree: Path, space: Path, options: argparse.Namespace, functions: int | None = None, *, slow: bool
) -> list[Measured]:
    """Rows for a tree, which is changed. `slow` adds the linters that take many times as long, where asked for."""
    often = Often(options.repeat, options.enough)
    floor = others.floor(subject, tree, functions)
    pythaw = options.pythaw or shutil.which("pythaw")
    rows = [others.pythaw(subject, tree, pythaw, often, functions)] if pythaw else []
    if slow and options.cfn_lint:
        rows.append(others.cfn_lint(subject, tree, space, options.limit, functions))
    if slow and options.checkov:
        rows.append(others.checkov(subject, tree, options.checkov, options.limit, functions))
    scans = Scans(subject, tree, space, often, functions).rows()
    return [row.beside(floor) for row in (floor, *scans, *rows)]


def run(options: argparse.Namespace) -> list[Measured]:
    """Linters that are slow run on the given tree, or without one on the smallest that is generated."""
    found = start_up(options)
    if options.tree is not None:
        with tempfile.TemporaryDirectory() as folder:
            tree = Path(folder) / "tree"
            shutil.copytree(options.tree, tree, symlinks=True, ignore=shutil.ignore_patterns(".git"))
            found += compared(options.tree.resolve().name, tree, Path(folder), options, slow=True)
    for number, functions in enumerate(sorted(options.functions)):
        with tempfile.TemporaryDirectory() as folder:
            tree = Path(folder) / "tree"
            generate(functions, tree)
            slow = number == 0 and options.tree is None
            found += compared(f"{functions:,} functions", tree, Path(folder), options, functions, slow=slow)
    return found


def table(found: Sequence[Measured]) -> str:
    lines = [
        "| what | tool | CPU s | × floor | wall s | × floor | peak MB |",
        "| --- | --- | ---: | ---: | ---: | ---: | ---: |",
    ]
    for one in found:
        over = ">" if one.over_limit else ""
        times = ["" if ratio is None else f"{over}{ratio:.1f}" for ratio in (one.of_floor, one.of_floor_wall)]
        tool = f"{one.tool} ({one.note})" if one.note else one.tool
        lines.append(
            f"| {one.subject} | {tool} | {over}{one.cpu_s:.2f} | {times[0]} | {over}{one.wall_s:.2f} | {times[1]}"
            f" | {one.peak_mb:.0f} |"
        )
    return "\n".join(lines)


def lines_of(found: Sequence[Measured]) -> Mapping[str, list[tuple[float, float]]]:
    """By label, the points of generated trees."""
    drawn = {**DRAWN, "pythaw": "pythaw"}
    lines: dict[str, list[tuple[float, float]]] = {}
    for one in found:
        if one.functions is not None and one.of_floor is not None and one.tool in drawn:
            lines.setdefault(drawn[one.tool], []).append((float(one.functions), one.cpu_s))
    return lines


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--tree", type=Path, metavar="FOLDER", help="a repository to scan besides the generated ones")
    parser.add_argument("--functions", type=int, nargs="*", default=SIZES, help="sizes of the generated repositories")
    parser.add_argument("--repeat", type=int, default=3, help="how often each command runs [3]")
    parser.add_argument(
        "--enough", type=float, default=15, metavar="S", help="a command that took so long is not run again [15]"
    )
    parser.add_argument(
        "--limit", type=float, default=300, metavar="S", help="cfn-lint and checkov are ended then [300]"
    )
    parser.add_argument("--pythaw", metavar="COMMAND", help="by default the one on the PATH, if there is one")
    parser.add_argument("--cfn-lint", action="store_true", help="run cfn-lint on the templates too")
    parser.add_argument("--checkov", metavar="COMMAND", help="run checkov too")
    parser.add_argument("--output", type=Path, default=HERE / "results", help="without its ending")
    return parser.parse_args()


def main() -> None:
    options = arguments()
    try:
        found = run(options)
    except ScanError as error:
        sys.exit(str(error))
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


if __name__ == "__main__":
    main()
