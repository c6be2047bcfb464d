"""The `run:` steps of a workflow or composite action, run as GitHub's runner runs them; `uses:` steps are left out."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

_EXPRESSION = re.compile(r"\$\{\{\s*(.*?)\s*\}\}")


@dataclass
class Runner:
    """`context` answers expressions such as `inputs.path`; outputs of steps are added to it."""

    workspace: Path
    temp: Path
    environment: Mapping[str, str]
    context: dict[str, str] = field(default_factory=dict)
    log: str = ""

    def evaluated(self, text: object) -> str:
        return _EXPRESSION.sub(lambda found: self.context.get(found[1], ""), str(text))

    def run(self, step: Mapping[str, Any]) -> int:
        output = self.temp / "output"
        output.write_text("")
        script = self.temp / "script.sh"
        script.write_text(step["run"])
        own = {name: self.evaluated(value) for name, value in step.get("env", {}).items()}
        files = {"GITHUB_OUTPUT": str(output), "GITHUB_STEP_SUMMARY": str(self.temp / "summary.md")}
        folder = self.evaluated(step.get("working-directory", self.workspace))
        done = subprocess.run(
            ["bash", "--noprofile", "--norc", "-e", "-o", "pipefail", str(script)],
            cwd=folder,
            env={**self.environment, **files, "RUNNER_TEMP": str(self.temp), **own},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        self.log += done.stdout
        for line in output.read_text().splitlines():
            name, _, value = line.partition("=")
            self.context[f"steps.{step.get('id', '')}.outputs.{name}"] = value
        return done.returncode


def steps(path: Path) -> list[dict[str, Any]]:
    """Those of an action, or of a workflow's only job."""
    document = yaml.safe_load(path.read_text())
    if "runs" in document:
        return list(document["runs"]["steps"])
    (job,) = document["jobs"].values()
    return list(job["steps"])


def defaults(path: Path) -> dict[str, str]:
    """The inputs of an action, as a context."""
    return {f"inputs.{name}": value["default"] for name, value in yaml.safe_load(path.read_text())["inputs"].items()}
