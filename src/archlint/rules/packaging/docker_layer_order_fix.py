"""AL208: the code is copied behind what does not need it."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Sequence

from archlint.edits.functions import fix_of, functions_of
from archlint.edits.text import Edit, Fix, Text
from archlint.finding import Finding
from archlint.model.function import ImageCode
from archlint.model.image import DockerStep, Image
from archlint.project import Project
from archlint.syntax.requirements import parse_requirements

_COPY = re.compile(
    r"(?P<lead>[ \t]*COPY[ \t]+(?:--\S+[ \t]+)*)(?P<sources>[^\s\\\[\"-][^\\\"\[]*?)[ \t]+(?P<target>[^\s\\\"\]]+)"
    r"(?P<tail>[ \t]*)",
    re.IGNORECASE,
)


def fix(finding: Finding, project: Project, text: Text) -> Fix | None:
    """Only across steps that surely do not need the code; requirements files are copied alone before them."""
    for function in functions_of(finding, project):
        image, code = project.linked[function.id].deployed.image, function.code
        if image is None or not isinstance(code, ImageCode) or image.dockerfile != finding.place.path:
            continue
        found = _steps(finding, image)
        if found is None:
            return None
        copy, between = found
        edits = _moved(copy, between, image.dockerfile, code.context, text)
        return fix_of(finding, "copy the code behind what does not need it", edits, safe=False)
    return None


def _steps(finding: Finding, image: Image) -> tuple[DockerStep, list[DockerStep]] | None:
    """The COPY, and all the steps up to the last that it is to stand behind; None where one of them is in its way."""
    named = {step.place.line for step in finding.trace}
    for stage in image.stages:
        copy = next((step for step in stage.steps if step.line == finding.place.line), None)
        if copy is None or not named:
            continue
        between = [step for step in stage.steps if copy.line < step.line <= max(named)]
        if all(step.line in named for step in between) and not any(step.runs_source for step in between):
            return copy, between
    return None


def _moved(
    copy: DockerStep, between: Sequence[DockerStep], path: str, context: str, text: Text
) -> tuple[Edit, ...] | None:
    if copy.keyword != "COPY" or copy.line != copy.end_line or len(copy.words) < 2 or not between:
        return None
    needed = _needed(between, text)
    if needed is None or _is_used(copy, between, needed):
        return None
    names = [posixpath.relpath(file, context or ".") for file in sorted(needed)]
    written = text.line(path, copy.line)
    found = _COPY.fullmatch(written)
    rest = _rest(found["sources"].split(), names) if found is not None else None
    if found is None or rest is None:
        return None
    target = found["target"]
    newline = text.newline(path)
    first = f"{found['lead']}{' '.join(names)} {target.removesuffix('/')}/{newline}" if names else ""
    moved = f"{found['lead']}{' '.join(rest)} {target}{found['tail']}"
    start = text.line_start(path, copy.line)
    after = text.line_end(path, between[-1].end_line)
    return (
        Edit(path, start, text.offset(path, copy.line + 1), first),
        Edit(path, after, after, f"{newline}{moved}"),
    )


def _rest(sources: list[str], names: list[str]) -> list[str] | None:
    """What the moved COPY still copies when the files `names` are copied alone before it; None where that is no plain
    matter."""
    if not names:
        return sources
    if sources in (["."], ["./"]):
        return sources if all("/" not in name for name in names) else None
    rest = [source for source in sources if source.removeprefix("./") not in names]
    return rest if len(rest) == len(sources) - len(names) and rest else None


def _needed(between: Sequence[DockerStep], text: Text) -> set[str] | None:
    """The requirements files of the steps; None where they draw on other files."""
    files = {file for step in between for install in step.installs for file in install.files}
    if any(install.constraints or install.unresolved for step in between for install in step.installs):
        return None
    for file in files:
        if not file.endswith(".txt"):
            return None
        lines = parse_requirements(text.read(file))
        if any(line.kind in ("include", "constraint", "editable") or line.url is not None for line in lines):
            return None
    return files


def _is_used(copy: DockerStep, between: Sequence[DockerStep], needed: set[str]) -> bool:
    """Whether a command names a file that only this COPY brings, or a later COPY may write over it."""
    brought = {posixpath.basename(one.source) for one in copy.copies if one.source not in needed}
    listed = {posixpath.basename(file) for file in needed}
    for step in between:
        words = {posixpath.basename(word) for command in step.commands for word in command[1:]}
        if step.keyword == "RUN" and (words & brought or any(w.endswith((".py", ".sh")) for w in words - listed)):
            return True
        if step.keyword != "RUN" and step.content != "model":
            return True
    return False
