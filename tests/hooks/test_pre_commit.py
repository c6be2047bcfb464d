"""The hooks run in a repository as pre-commit installs them: from a commit of this project, in their own environment.

The first run installs the project with its dependencies from the package index, which takes about 20 s.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[2]
HOOKS = ROOT / ".pre-commit-hooks.yaml"
SHIPPED = ("pyproject.toml", "README.md", "LICENSE", "src", "rules", ".pre-commit-hooks.yaml")

TEMPLATE = """\
Resources:
  One:
    Type: AWS::Serverless::Function
    Properties: {{CodeUri: src, Handler: app.handler, Runtime: python3.13, Timeout: 60, MemorySize: {memory}}}
"""
HANDLER = "def handler(event, context):\n    return event\n"


def git(folder: Path, *arguments: str) -> str:
    settings = ("user.name=Tests", "user.email=tests@example.org", "commit.gpgsign=false", "init.defaultBranch=main")
    options = [word for setting in settings for word in ("-c", setting)]
    done = subprocess.run(["git", *options, *arguments], cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


@pytest.fixture(scope="module")
def tool(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """A git repository with one commit of the checkout as it is now, and that commit."""
    folder = tmp_path_factory.mktemp("tool")
    for name in SHIPPED:
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy2(source, folder / name)
    git(folder, "init", "--quiet")
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "--message", "The tool")
    return folder, git(folder, "rev-parse", "HEAD")


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("GIT_", "PRE_COMMIT"))}
    folder = tmp_path_factory.mktemp("home")
    own = {"PRE_COMMIT_HOME": folder / "hooks", "ARCHLINT_CACHE_DIR": folder / "cache", "PRE_COMMIT_COLOR": "never"}
    return {**kept, **{name: str(value) for name, value in own.items()}}


@pytest.fixture
def repository(tmp_path: Path, tool: tuple[Path, str]) -> Path:
    """A repository with a clean function, committed, that both hooks watch."""
    folder, commit = tool
    hooks = [{"id": "archlint-scan"}, {"id": "archlint-scan-all", "stages": ["manual"]}]
    config = {"repos": [{"repo": str(folder), "rev": commit, "hooks": hooks}]}
    tmp_path.joinpath(".pre-commit-config.yaml").write_text(yaml.safe_dump(config))
    tmp_path.joinpath("template.yaml").write_text(TEMPLATE.format(memory=512))
    tmp_path.joinpath("notes.py").write_text("NOTES = 1\n")
    tmp_path.joinpath("src").mkdir()
    tmp_path.joinpath("src/app.py").write_text(HANDLER)
    git(tmp_path, "init", "--quiet")
    git(tmp_path, "add", "--all")
    git(tmp_path, "commit", "--quiet", "--message", "Clean")
    return tmp_path


def run(repository: Path, environment: Mapping[str, str], *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "pre_commit", "run", *arguments]
    return subprocess.run(command, cwd=repository, env=environment, capture_output=True, text=True, check=False)


def stage(repository: Path, path: str, text: str) -> None:
    repository.joinpath(path).write_text(text)
    git(repository, "add", path)


def test_a_commit_is_judged_by_what_it_touches(repository: Path, environment: Mapping[str, str]) -> None:
    stage(repository, "src/app.py", HANDLER.replace("event\n", "dict(event)\n"))
    clean = run(repository, environment)
    assert (clean.returncode, "Passed" in clean.stdout) == (0, True), clean.stdout + clean.stderr

    stage(repository, "template.yaml", TEMPLATE.format(memory=20480))
    found = run(repository, environment)
    assert found.returncode == 1, found.stdout + found.stderr
    assert "impossible-configuration" in found.stdout
    git(repository, "commit", "--quiet", "--message", "Too small")

    stage(repository, "notes.py", "NOTES = 2\n")
    without = run(repository, environment, "--verbose")
    assert (without.returncode, "impossible-configuration" in without.stdout) == (0, False), without.stdout

    whole = run(repository, environment, "--hook-stage", "manual", "archlint-scan-all")
    assert (whole.returncode, "impossible-configuration" in whole.stdout) == (1, True), whole.stdout


def test_a_repository_without_functions_passes(repository: Path, environment: Mapping[str, str]) -> None:
    git(repository, "rm", "--quiet", "template.yaml")
    stage(repository, "notes.py", "NOTES = 3\n")
    for arguments in ((), ("--hook-stage", "manual", "archlint-scan-all")):
        done = run(repository, environment, *arguments)
        assert (done.returncode, "Passed" in done.stdout) == (0, True), done.stdout + done.stderr


def test_a_deleted_file_is_not_asked_about(repository: Path, environment: Mapping[str, str]) -> None:
    git(repository, "rm", "--quiet", "notes.py")
    done = run(repository, environment)
    assert (done.returncode, "no files to check" in done.stdout) == (0, True), done.stdout + done.stderr


def test_a_file_named_like_an_option_is_no_option(repository: Path, environment: Mapping[str, str]) -> None:
    stage(repository, "template.yaml", TEMPLATE.format(memory=1024))
    repository.joinpath("--output=x.py").write_text("X = 1\n")
    git(repository, "add", "--", "--output=x.py")
    done = run(repository, environment)
    assert (done.returncode, "Passed" in done.stdout) == (0, True), done.stdout + done.stderr
    assert not repository.joinpath("x.py").exists()


def test_the_manifest_is_valid() -> None:
    command = [sys.executable, "-m", "pre_commit", "validate-manifest", str(HOOKS)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize(
    ("path", "wanted"),
    [
        ("template.yaml", True),
        ("infra/lib/stack.ts", True),
        ("app.py", True),
        ("services/a/Dockerfile", True),
        ("Dockerfile.gpu", True),
        ("docker/app.dockerfile", True),
        ("requirements.txt", True),
        ("services/requirements-dev.txt", True),
        ("requirements/base.in", True),
        ("poetry.lock", True),
        ("Pipfile", True),
        ("samconfig.toml", True),
        ("-x.py", False),
        ("README.md", False),
        ("model.bin", False),
        ("src/app.pyc", False),
    ],
)
def test_which_files_are_asked_about(path: str, wanted: bool) -> None:
    scan, _ = yaml.safe_load(HOOKS.read_text())
    assert (re.search(scan["files"], path) is not None) == wanted
