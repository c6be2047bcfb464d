"""AL209: an image whose base or dependencies may be others at the next build."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from archlint.finding import Hit
from archlint.knowledge.base_images import plain_name
from archlint.model.deployed import Deployed
from archlint.model.image import Image, Requirements
from archlint.model.place import Place
from archlint.packaging.image.base import split_reference
from archlint.project import Project
from archlint.rulebook.page import Page
from archlint.values import Unknown

_MOVING = re.compile(r"(latest|stable|edge|rolling|nightly|main|master|dev|current)(-[a-z0-9_]+)?\Z")
_MINOR = re.compile(r"v?\d+\.\d+")
_LOW_STAKES = frozenset({"awslambdaric"})
"""AWS keeps its interface stable; a version of it seldom changes what a function does."""
_TOOL_IMAGES = ("ghcr.io/astral-sh/uv", "docker.io/astral/uv", "astral/uv")
_SHOWN = 6


def check(project: Project, page: Page) -> Iterator[Hit]:
    """Once for every base, requirements file and line of an install that floats."""
    for deployed in project.functions:
        if deployed.image is not None:
            yield from _bases(project, page, deployed, deployed.image)
            for listed in deployed.image.requirements:
                yield from _packages(project, page, deployed, listed)


def _bases(project: Project, page: Page, deployed: Deployed, image: Image) -> Iterator[Hit]:
    said: set[str] = set()
    for stage in sorted(image.stages, key=lambda stage: stage.line):
        reference = project.known(page.name, deployed.function, f"the base of line {stage.line}", stage.base)
        why = _floats(reference) if reference is not None else ""
        if reference is not None and why and reference not in said:
            said.add(reference)
            yield Hit(
                message=f"the base image {reference} {why}: the next build may rest on another one",
                place=Place(image.dockerfile, stage.line),
                function=deployed.function.id,
                help="Name a version in the tag (such as python:3.13-slim, or public.ecr.aws/lambda/python:3.13),"
                " or a digest.",
            )
    for stage in image.stages:
        for reference, line in stage.foreign:
            why = "" if reference.startswith(_TOOL_IMAGES) or "$" in reference else _floats(reference)
            if why and reference not in said:
                said.add(reference)
                yield Hit(
                    message=f"files come from the image {reference}, which {why}",
                    place=Place(image.dockerfile, line),
                    function=deployed.function.id,
                    severity="info",
                )


def _floats(reference: str) -> str:
    """Why a reference may mean another image tomorrow; "" where a digest or a version is named."""
    name, tag = split_reference(reference)
    if "@" in reference or name == "scratch" or name.isdecimal():
        return ""
    if not tag:
        return "has no tag"
    if _MOVING.match(tag):
        return f"has the moving tag {tag}"
    if plain_name(name) == "python" and not _MINOR.match(tag):
        return "names no minor version of Python"
    return ""


def _packages(project: Project, page: Page, deployed: Deployed, listed: Requirements) -> Iterator[Hit]:
    if listed.unknown:
        pins: Unknown = Unknown(listed.unknown)
        project.known(page.name, deployed.function, f"the versions of {listed.place.path}", pins)
    elif listed.floating:
        names = tuple(dict.fromkeys(listed.floating))
        yield Hit(
            message=f"{_told(listed, names)}: the next build may install others",
            place=listed.place,
            function=deployed.function.id,
            severity="info" if set(names) <= _LOW_STAKES else None,
            help=f"Pin {'it' if len(names) == 1 else 'them'} with == (pip freeze in the image that works says which), "
            "or install from a lock file.",
        )


def _told(listed: Requirements, names: Sequence[str]) -> str:
    if listed.total == 1:
        return f"{names[0]} has no fixed version"
    rest = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    verb = "has" if len(listed.floating) == 1 else "have"
    named = ", ".join(names[:_SHOWN]) + rest
    return f"{len(listed.floating)} of {listed.total} packages {verb} no fixed version ({named})"
