"""Files that name a project's dependencies, other than requirements and locks: one shape for all of them."""

from __future__ import annotations

import re
from functools import lru_cache

from archlint.syntax.project_files.conda import parse_environment
from archlint.syntax.project_files.lines import ProjectError, ProjectFile
from archlint.syntax.project_files.pyproject import parse_pipfile, parse_pyproject
from archlint.syntax.project_files.setuptools import parse_setup_cfg, parse_setup_py

__all__ = ["PROJECT_FILES", "ProjectError", "ProjectFile", "is_project_file", "parse_project"]

PROJECT_FILES = ("pyproject.toml", "Pipfile", "setup.cfg", "setup.py")
"""In the order in which one is taken where nothing tells which."""

_PARSERS = {
    "pyproject.toml": parse_pyproject,
    "Pipfile": parse_pipfile,
    "setup.cfg": parse_setup_cfg,
    "setup.py": parse_setup_py,
}
_ENVIRONMENT = re.compile(r"[\w.-]*\.ya?ml\Z")


def is_project_file(name: str) -> bool:
    """Whether a file of this name, without its folder, is read here; every YAML file is taken for conda's."""
    return name in _PARSERS or bool(_ENVIRONMENT.match(name))


@lru_cache(maxsize=64)
def parse_project(name: str, text: str) -> ProjectFile:
    """`name` is the file's name without its folder. Raises ProjectError."""
    return _PARSERS.get(name, parse_environment)(text)
