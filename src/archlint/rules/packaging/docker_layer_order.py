"""AL208: code is copied before what changes less often than the code."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator, Sequence

from archlint.finding import Hit, Step
from archlint.model import image as model
from archlint.model.place import Place
from archlint.packaging.image.pins import BUILD_TOOLS
from archlint.project import Project
from archlint.rulebook.page import Page

_PACKAGERS = frozenset({"apt-get", "apt", "yum", "dnf", "microdnf", "apk"})
_INSTALL_VERBS = frozenset({"install", "add", "groupinstall", "localinstall", "upgrade"})
_SHOWN = 3


def check(project: Project, page: Page) -> Iterator[Hit]:
    """In every stage that a function's image is made of: the first COPY of code with an install, a model's download or
    a model's COPY after it that does not need the code."""
    for deployed in project.functions:
        for stage in deployed.image.stages if deployed.image is not None else ():
            found = _too_early(stage.steps)
            if found is None:
                continue
            copy, later = found
            dockerfile = deployed.image.dockerfile if deployed.image is not None else ""
            yield Hit(
                message=f"code is copied before {_told(later)}: every edit of the code repeats"
                f" {'that' if len(later) == 1 else 'those steps'} in the build",
                place=Place(dockerfile, copy.line),
                function=deployed.function.id,
                trace=tuple(Step(Place(dockerfile, step.line), text) for step, text in later[:_SHOWN]),
                help=_advice(later),
            )


def _too_early(steps: Sequence[model.DockerStep]) -> tuple[model.DockerStep, list[tuple[model.DockerStep, str]]] | None:
    for at, step in enumerate(steps):
        if step.content == "code" and not _is_build_script(step, steps[at + 1 :]):
            later = [(s, text) for s in steps[at + 1 :] if (text := _repeated(s, steps[:at]))]
            return (step, later) if later else None
    return None


def _is_build_script(copy: model.DockerStep, later: Sequence[model.DockerStep]) -> bool:
    """Whether the build itself runs all the Python files of a COPY, so that they have to be there."""
    names = [posixpath.basename(copied.destination) for copied in copy.copies]
    scripts = [name for name in names if name.endswith(".py")]
    if not scripts or any("." not in name for name in names):
        return False
    words = {posixpath.basename(word) for step in later for command in step.commands for word in command}
    return all(name in words or name.removesuffix(".py") in words for name in scripts)


def _repeated(step: model.DockerStep, before: Sequence[model.DockerStep]) -> str:
    """What a step does that does not need the code, for a person; "" for all other steps."""
    if step.fetches:
        return f"{step.fetches} is downloaded"
    if step.content == "model" and all(name != "link" or value == "false" for name, value in step.flags):
        return "the model is copied"
    if step.runs_source:
        return ""
    if any(_is_new(install, before) for install in step.installs):
        return "dependencies are installed"
    if any(_is_system_install(command) for command in step.commands):
        return "system packages are installed"
    return ""


def _is_new(install: model.Install, before: Sequence[model.DockerStep]) -> bool:
    """An install of more than build tools that no earlier step has done already."""
    done = [one for step in before for one in step.installs]
    if any(set(install.files) <= set(one.files) and set(install.packages) <= set(one.packages) for one in done):
        return False
    packages = [text for text in install.packages if text.lower() not in BUILD_TOOLS]
    return bool(install.files or packages or install.unresolved)


def _is_system_install(command: tuple[str, ...]) -> bool:
    return posixpath.basename(command[0]) in _PACKAGERS and any(word in _INSTALL_VERBS for word in command[1:4])


def _told(later: Sequence[tuple[model.DockerStep, str]]) -> str:
    """Such as "dependencies are installed (lines 27 and 28) and the model is copied (line 30)"."""
    lines: dict[str, list[str]] = {}
    for step, text in later:
        lines.setdefault(text, []).append(str(step.line))
    told = []
    for text, numbers in lines.items():
        first = ", ".join(numbers[:-1])
        told.append(f"{text} (line{'s' if first else ''} {f'{first} and ' if first else ''}{numbers[-1]})")
    return " and ".join(told)


def _advice(later: Sequence[tuple[model.DockerStep, str]]) -> str:
    last = max(step.line for step, _ in later)
    first = "Copy the requirements or lock file alone first. " if any(step.installs for step, _ in later) else ""
    return f"{first}Move this instruction below line {last}, so that the layers before it stay cached."
