"""What is published: few bounded dependencies, the same bytes from the same source, nothing too much or missing."""

from __future__ import annotations

import ast
import json
import os
import re
import subprocess
import sys
import tarfile
import tomllib
import zipfile
from importlib.metadata import packages_distributions
from pathlib import Path
from typing import Any

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[1]
PYPROJECT: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
DEPENDENCIES = [Requirement(text) for text in PYPROJECT["project"]["dependencies"]]
CALENDAR = {"packaging"}
"""Versioned by the year: the next number promises and breaks nothing."""

NOT_PUBLISHED = {".ci", ".git", ".gitignore", "build", "dist"}
EPOCH = "1790000000"
WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """An sdist and a wheel of the checkout, and both once more from the unpacked sdist, in another folder."""
    folder = tmp_path_factory.mktemp("built")
    first = build(ROOT, folder / "first")
    with tarfile.open(first["sdist"]) as archive:
        archive.extractall(folder / "unpacked", filter="data")
    (source,) = (folder / "unpacked").iterdir()
    second = build(source, folder / "second")
    return {**first, **{f"{kind} again": path for kind, path in second.items()}}


def build(source: Path, out: Path) -> dict[str, Path]:
    command = [sys.executable, "-m", "build", "--no-isolation", "--sdist", "--wheel", "--outdir", str(out), str(source)]
    environment = {**os.environ, "SOURCE_DATE_EPOCH": EPOCH}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    (wheel,), (sdist,) = out.glob("*.whl"), out.glob("*.tar.gz")
    return {"wheel": wheel, "sdist": sdist}


@pytest.mark.parametrize("kind", ["wheel", "sdist"])
def test_the_same_source_gives_the_same_bytes(kind: str, built: dict[str, Path]) -> None:
    assert built[kind].name == built[f"{kind} again"].name
    assert built[kind].read_bytes() == built[f"{kind} again"].read_bytes()


def test_the_wheel_holds_the_package_and_nothing_else(built: dict[str, Path]) -> None:
    with zipfile.ZipFile(built["wheel"]) as archive:
        names = set(archive.namelist())
    own = {name for name in names if ".dist-info/" not in name}
    assert own == {
        *(path.relative_to(ROOT / "src").as_posix() for path in files(ROOT / "src")),
        *(f"archlint/_rules/{path.relative_to(ROOT / 'rules').as_posix()}" for path in files(ROOT / "rules")),
    }
    assert "archlint/py.typed" in own
    assert "archlint/report/scan.v1.schema.json" in own
    assert {Path(name).suffix for name in own} <= {".py", ".md", ".yaml", ".json", ".typed"}
    rest = {name.rpartition(".dist-info/")[2] for name in names - own}
    assert rest == {"METADATA", "RECORD", "WHEEL", "entry_points.txt", "licenses/LICENSE"}


def files(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file() and "__pycache__" not in path.parts]


def test_the_sdist_is_complete() -> None:
    """Every top-level entry of the checkout is in it, apart from caches and what only the checkout needs."""
    there = {
        path.name
        for path in ROOT.iterdir()
        if not re.search(r"cache|^\.venv$|^\.hypothesis$|^\.benchmarks$", path.name)
    }
    included = set(PYPROJECT["tool"]["hatch"]["build"]["targets"]["sdist"]["include"])
    assert there - NOT_PUBLISHED - {"pyproject.toml"} == included


def test_every_dependency_is_bounded() -> None:
    for requirement in DEPENDENCIES:
        operators = {specifier.operator for specifier in requirement.specifier}
        assert ">=" in operators, requirement
        assert ("<" in operators) != (requirement.name in CALENDAR), requirement


def test_what_is_installed_here_lies_within_the_bounds() -> None:
    from importlib.metadata import version

    for requirement in DEPENDENCIES:
        assert version(requirement.name) in requirement.specifier, requirement


def test_what_is_imported_is_declared_and_the_reverse() -> None:
    imported = {name for path in files(ROOT / "src") if path.suffix == ".py" for name in imports(path)}
    outside = imported - set(sys.stdlib_module_names) - {"archlint"}
    known = packages_distributions()
    used = {canonicalize_name(known[name][0]) for name in outside}
    optional = {
        canonicalize_name(Requirement(text).name) for text in PYPROJECT["project"]["optional-dependencies"]["online"]
    }
    assert used - optional == {canonicalize_name(requirement.name) for requirement in DEPENDENCIES} - by_name(used)


def by_name(used: set[str]) -> set[str]:
    """cfn-lint is started as a program of its own, in a child process."""
    return {"cfn-lint"} - used


def imports(path: Path) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found.update(alias.name.split(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            found.add(node.module.split(".")[0])
    return found


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.stem)
def test_actions_are_pinned(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    used = re.findall(r"uses: (.*)", text)
    assert used
    for action in used:
        assert re.fullmatch(r"[\w.-]+/[\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+", action), action
    assert yaml.safe_load(text)["permissions"] == {}


def test_the_workflows_are_safe() -> None:
    command = [str(Path(sys.executable).parent / "zizmor"), "--offline", "--no-progress", "--format", "json"]
    done = subprocess.run(
        [*command, "--persona", "pedantic", *map(str, WORKFLOWS)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert json.loads(done.stdout) == []


def test_the_release_refuses_a_tag_that_is_not_the_version(tmp_path: Path) -> None:
    steps = yaml.safe_load((ROOT / ".github/workflows/release.yml").read_text(encoding="utf-8"))["jobs"]["build"][
        "steps"
    ]
    (script,) = [step["run"] for step in steps if step.get("name", "").startswith("Refuse")]
    from archlint import __version__

    for tag, code in ((f"v{__version__}", 0), ("v99.0.0", 1)):
        done = subprocess.run(
            ["bash", "-euo", "pipefail", "-c", script], cwd=ROOT, env={**os.environ, "TAG": tag}, check=False
        )
        assert done.returncode == code
