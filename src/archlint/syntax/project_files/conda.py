"""environment.yml, and package names as conda writes them."""

from __future__ import annotations

import re
from dataclasses import replace

from packaging.specifiers import InvalidSpecifier, SpecifierSet

from archlint.syntax.node import DocumentError, Mapping, Node, Scalar, Sequence
from archlint.syntax.project_files.lines import MAX_REQUIREMENTS, ProjectError, ProjectFile, canonical
from archlint.syntax.requirements import Line, parse_requirements
from archlint.syntax.yaml import parse_yaml

PYPI_NAMES = {"pytorch": "torch", "pytorch-cpu": "torch", "py-opencv": "opencv-python", "tensorflow-base": "tensorflow"}
"""Distributions that conda calls by another name than the Python Package Index does."""

NOT_PACKAGES = frozenset("python pip nodejs openjdk cudatoolkit cudnn gcc gxx make cmake git libgcc mkl".split())
"""What conda installs and is no Python distribution, or not one that the code imports."""

_MATCH = re.compile(r"(?:[^\s:\[\]]+::)?([A-Za-z0-9_][A-Za-z0-9._-]*)\s*((?:[=<>!~]|\s).*)?\Z")


def parse_environment(text: str) -> ProjectFile:
    """The packages of an environment.yml, those that pip installs for it too. Raises ProjectError."""
    try:
        document = parse_yaml(text, "environment.yml")
    except DocumentError as error:
        raise ProjectError(error.message, error.line) from error
    listed = document.get("dependencies") if isinstance(document, Mapping) else None
    found: list[Line] = []
    for item in listed.items[:MAX_REQUIREMENTS] if isinstance(listed, Sequence) else ():
        if isinstance(item, Scalar):
            line = conda_line(item.text, item.place.line)
            found += [line] if line is not None else []
        elif isinstance(item, Mapping):
            found += _pip(item.get("pip"), MAX_REQUIREMENTS - len(found))
    return ProjectFile(tuple(found))


def _pip(node: Node | None, left: int) -> list[Line]:
    found: list[Line] = []
    for item in node.items[: max(0, left)] if isinstance(node, Sequence) else ():
        for line in parse_requirements(item.text)[:1] if isinstance(item, Scalar) else ():
            found.append(replace(line, line=item.place.line))
    return found


def conda_line(text: str, line: int) -> Line | None:
    """`channel::name=1.2=build`; None for what is no Python distribution."""
    found = _MATCH.match(text.strip()[:300])
    if found is None:
        return None
    name = canonical(found[1])
    if name in NOT_PACKAGES or name.startswith("_"):
        return None
    return Line("requirement", line, PYPI_NAMES.get(name, name), _specifier(found[2] or ""))


def _specifier(text: str) -> str:
    """conda's `=1.2` is PEP 440's `==1.2.*`; a build string is left out."""
    stated = text.strip()
    if stated.startswith("=") and not stated.startswith("=="):
        version = stated[1:].split("=")[0].strip().rstrip("*").rstrip(".")
        stated = f"=={version}.*" if version else ""
    elif stated and stated[0].isdigit():
        stated = f"=={stated.split()[0]}"
    elif stated.startswith("=="):
        stated = f"=={stated[2:].split('=')[0].strip()}"
    try:
        return str(SpecifierSet(stated))
    except InvalidSpecifier:
        return ""
