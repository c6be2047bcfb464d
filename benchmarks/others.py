"""What other linters cost on the same tree. Each runs over what it can read; none sees more than archlint does."""

from __future__ import annotations

import json
import sys
from pathlib import Path

from floor import files, is_template
from measured import Cost, Launch, Measured, Often, cost, measured, repeated

HERE = Path(__file__).resolve().parent
BATCH = 200
"""Templates a process of cfn-lint; each costs its start once."""


def floor(subject: str, tree: Path, functions: int | None) -> Measured:
    """The smaller of two runs after one that is not counted, so that the system has read every file before."""
    launch = Launch((sys.executable, str(HERE / "floor.py"), str(tree)))
    cost(launch)
    best = min((cost(launch) for _ in range(2)), key=lambda one: one.cpu_s)
    return measured(subject, "floor", [best], functions)


def pythaw(subject: str, tree: Path, command: str, often: Often, functions: int | None) -> Measured:
    launch = Launch((command, "check", str(tree)))
    return measured(subject, "pythaw", repeated(lambda _: cost(launch), often), functions)


def checkov(subject: str, tree: Path, command: str, limit_s: float, functions: int | None) -> Measured:
    """Its checks of CloudFormation and SAM alone, and nothing asked of a network."""
    options = ("--framework", "cloudformation", "--compact", "--quiet", "--soft-fail", "--skip-download", "-o", "json")
    launch = Launch((command, "--directory", str(tree), *options), limit_s=limit_s)
    return measured(subject, "checkov", [cost(launch)], functions)


def cfn_lint(subject: str, tree: Path, space: Path, limit_s: float, functions: int | None) -> Measured:
    """Over the templates alone, in a few processes one after the other; a template that it fails on costs only
    itself."""
    templates = [str(path) for path in files(tree) if is_template(path, path.read_bytes())]
    costs: list[Cost] = []
    failed = tried = 0
    for start in range(0, len(templates), BATCH):
        left = limit_s - sum(one.wall_s for one in costs)
        if left <= 0:
            break
        batch = templates[start : start + BATCH]
        report = space / "cfn-lint.json"
        command = (sys.executable, "-P", str(HERE / "cfn_lint_files.py"), *batch)
        costs.append(cost(Launch(command, space, output=report, limit_s=left)))
        if costs[-1].over_limit:
            break
        tried += len(batch)
        failed += json.loads(report.read_bytes())["failed"] if costs[-1].exit_code == 0 else len(batch)
    whole = Cost(
        sum(one.wall_s for one in costs),
        sum(one.cpu_s for one in costs),
        max((one.peak_mb for one in costs), default=0.0),
        max((one.exit_code for one in costs), default=0),
        tried < len(templates),
    )
    note = f"{tried} of {len(templates)} templates, failed on {failed}"
    return measured(subject, "cfn-lint", [whole], functions, note)
