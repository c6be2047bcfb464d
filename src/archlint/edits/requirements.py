"""Edits of requirements files and of the pip commands in Dockerfiles."""

from __future__ import annotations

import re
from collections.abc import Iterator

from archlint.edits.functions import functions_of
from archlint.edits.text import Edit, Text
from archlint.finding import Finding
from archlint.knowledge.slimming import cpu_index, is_cuda_library, on_cpu_index, replacement
from archlint.model.place import Place
from archlint.packaging.cuda import CudaWheels, cuda_wheels
from archlint.packaging.needs import targets_of
from archlint.project import Project
from archlint.syntax.requirements import Line, parse_requirements

PIP_INSTALL = re.compile(r"(?<![\w/.-])pip3?(?:\.\d+)?[ \t]+install\b")
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
_EXTRAS = re.compile(r"[ \t]*\[[^\]]*\]")


def is_requirements(path: str) -> bool:
    return path.endswith((".txt", ".in"))


def line_at(place: Place, text: Text) -> Line | None:
    """The requirement that begins on the line of `place`."""
    if not is_requirements(place.path):
        return None
    lines = parse_requirements(text.read(place.path))
    return next((one for one in lines if one.line == place.line and one.kind == "requirement"), None)


def without_line(place: Place, text: Text) -> Edit:
    """The removal of a requirement with the lines that continue it."""
    last = place.line
    while text.line(place.path, last).endswith("\\") and text.line_end(place.path, last) < len(text.read(place.path)):
        last += 1
    return Edit(place.path, text.line_start(place.path, place.line), text.offset(place.path, last + 1), "")


def without_cuda(finding: Finding, project: Project, text: Text) -> tuple[str, tuple[Edit, ...]] | None:
    """What takes the CUDA libraries of a line away, with its title; None where that takes more than one file."""
    found = next(_found(finding, project), None)
    if found is None:
        return None
    place, library = finding.place, found.library
    if library in on_cpu_index():
        edit = _with_index(place, text)
        return (f"take {library} from PyTorch's CPU index", (edit,)) if edit is not None else None
    line = line_at(place, text)
    if line is None or line.url is not None:
        return None
    if is_cuda_library(library):
        return "remove the lines of CUDA libraries", tuple(_cuda_lines(place.path, text))
    start = text.line_start(place.path, place.line)
    name = _NAME.search(text.line(place.path, place.line))
    if name is None:
        return None
    if any("cuda" in extra for extra in line.extras):
        extras = _EXTRAS.match(text.line(place.path, place.line), name.end())
        if extras is None or len(line.extras) != 1:
            return None
        return f"require {library} without CUDA", (Edit(place.path, start + extras.start(), start + extras.end(), ""),)
    other = _replacement(finding, project, library)
    if other is None or line.name != library:
        return None
    return f"require {other} in place of {library}", (
        Edit(place.path, start + name.start(), start + name.end(), other),
    )


def _found(finding: Finding, project: Project) -> Iterator[CudaWheels]:
    for function in functions_of(finding, project):
        for one in cuda_wheels(project.linked[function.id].deployed):
            if one.dependency.place == finding.place:
                yield one


def _replacement(finding: Finding, project: Project, library: str) -> str | None:
    """The one build that all machines of the finding's functions can take."""
    names: set[str | None] = set()
    for function in functions_of(finding, project):
        for target in targets_of(project.linked[function.id].deployed):
            found = replacement(library, target.machine)
            names.add(found.new if found is not None else None)
    return names.pop() if len(names) == 1 else None


def _with_index(place: Place, text: Text) -> Edit | None:
    option = f"--extra-index-url {cpu_index()}"
    if is_requirements(place.path):
        first = next(iter(parse_requirements(text.read(place.path))), None)
        if first is None:
            return None
        at = text.line_start(place.path, first.line)
        return Edit(place.path, at, at, f"{option}{text.newline(place.path)}")
    found = list(PIP_INSTALL.finditer(text.line(place.path, place.line)))
    if len(found) != 1 or not text.line(place.path, place.line).lstrip().upper().startswith("RUN "):
        return None
    at = text.line_start(place.path, place.line) + found[0].end()
    return Edit(place.path, at, at, f" {option}")


def _cuda_lines(path: str, text: Text) -> Iterator[Edit]:
    for line in parse_requirements(text.read(path)):
        if line.kind == "requirement" and (is_cuda_library(line.name) or line.name == "triton"):
            yield without_line(Place(path, line.line), text)
