"""From a repository that has never seen archlint to a green CI: pip install, archlint init --yes, a commit."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import sysconfig
from collections.abc import Mapping
from pathlib import Path

import pytest
from github_steps import Runner, steps

import archlint

ROOT = Path(__file__).parents[2]
WORKFLOW = ".github/workflows/archlint.yml"


def call(folder: Path, environment: Mapping[str, str], *command: str | Path) -> str:
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def machine(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The environment of a machine with an empty virtual environment, where pip finds this checkout's wheel. What it
    depends on is lent by the environment that runs the tests."""
    folder = tmp_path_factory.mktemp("machine")
    environment = {**os.environ, "PIP_FIND_LINKS": str(folder / "dist"), "PIP_NO_COMPILE": "1", "PIP_NO_DEPS": "1"}
    environment["ARCHLINT_CACHE_DIR"] = str(folder / "cache")
    build = ("build", "--wheel", "--no-isolation", "--outdir", str(folder / "dist"), str(ROOT))
    call(folder, environment, sys.executable, "-m", *build)
    call(folder, environment, sys.executable, "-m", "venv", folder / "venv")
    path = os.pathsep.join((str(folder / "venv/bin"), environment["PATH"]))
    settings = {
        f"GIT_{who}_{what}": "tests@example.org" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")
    }
    return {**environment, **settings, "PATH": path}


@pytest.fixture(scope="module")
def repository(machine: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """After the three commands."""
    folder = tmp_path_factory.mktemp("work") / "repository"
    shutil.copytree(ROOT / "fixtures/captioning-wrong", folder)
    call(folder, machine, "git", "init", "--quiet")
    call(folder, machine, "pip", "install", "--quiet", f"archlint-aws=={archlint.__version__}")
    own = call(folder, machine, "python", "-c", "import sysconfig; print(sysconfig.get_path('purelib'))").strip()
    Path(own, "lent.pth").write_text(f"{sysconfig.get_path('purelib')}\n{sysconfig.get_path('platlib')}\n")
    assert own in call(folder, machine, "python", "-c", "import archlint; print(archlint.__file__)")
    said = call(folder, machine, "archlint", "init", "--yes")
    assert said.rstrip().endswith("Commit these files, and push.")
    call(folder, machine, "git", "add", "--all")
    call(folder, machine, "git", "commit", "--quiet", "--message", "archlint")
    return folder


def ci(folder: Path, machine: Mapping[str, str], temp: Path) -> tuple[list[int], str]:
    """The exit codes of the workflow's own steps, and their log."""
    runner = Runner(folder, temp, machine)
    return [runner.run(step) for step in steps(folder / WORKFLOW) if "run" in step], runner.log


def test_the_workflow_is_green(repository: Path, machine: dict[str, str], tmp_path: Path) -> None:
    codes, log = ci(repository, machine, tmp_path)
    assert codes == [0, 0], log
    assert not call(repository, machine, "git", "status", "--short")


def test_a_new_finding_turns_it_red_and_is_annotated(repository: Path, machine: dict[str, str], tmp_path: Path) -> None:
    changed = tmp_path / "changed"
    shutil.copytree(repository, changed)
    template = changed / "template.yaml"
    template.write_text(template.read_text().replace("MemorySize: 128", "MemorySize: 20480"))
    codes, log = ci(changed, machine, tmp_path)
    assert codes == [0, 1], log
    assert "::error file=template.yaml" in log


def test_a_second_time_changes_nothing(repository: Path, machine: dict[str, str]) -> None:
    assert call(repository, machine, "archlint", "init", "--yes").rstrip().endswith("Everything is in place.")
    assert not call(repository, machine, "git", "status", "--short")


def test_the_written_files_are_valid(repository: Path, machine: dict[str, str]) -> None:
    here = {**os.environ, "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"}
    schema = ("-m", "check_jsonschema", "--builtin-schema", "vendor.github-workflows", WORKFLOW)
    call(repository, here, sys.executable, *schema)
    call(repository, here, sys.executable, "-m", "pre_commit", "validate-config")
    audit = ("--offline", "--no-progress", "--persona", "pedantic", "--format", "json", WORKFLOW)
    assert json.loads(call(repository, here, "zizmor", *audit)) == []
