"""Which dependencies a deployment installs, on which Python and on what kind of machine: what several rules ask."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from archlint.knowledge.releases import Bounds, Python, WheelMachine, bounds, lambda_libc, rows
from archlint.model.deployed import Dependency, Deployed
from archlint.model.function import FolderCode
from archlint.model.image import BuildStage, Image, Install
from archlint.packaging.image.base import base_image, libc_of, split_reference
from archlint.project import Project
from archlint.values import Known, Unknown, Value, known_or_none

MACHINES = {"x86_64": "x86_64", "arm64": "aarch64", "linux/amd64": "x86_64", "linux/arm64": "aarch64"}
INSTALLERS = frozenset({"pip", "uv", "poetry", "pipenv", "pdm"})
"""Tools that install into the Python of the image; conda brings one of its own."""

_COMPILER = re.compile(
    r"\b(?:gcc|g\+\+|clang|build-essential|build-base|base-devel|Development Tools|Development Libraries|cargo|rustup"
    r"|rustc|gfortran|cmake|make)\b",
    re.IGNORECASE,
)
_OTHER_PYTHON = re.compile(r"\b(?:pyenv|conda|mamba|micromamba|deadsnakes|uv python|uv venv|--python)\b")
_NAMED_PYTHON = re.compile(r"\b(?:python|pip)-?(3\.\d{1,2})\b")
_FOREIGN = ("--python-version", "--platform", "--python-platform", "--abi", "--implementation", "--python")
"""Options that make pip look for another Python or machine than its own."""


@dataclass(frozen=True, slots=True)
class InstallSite:
    """Where packages get installed. `source` says for a person where its Python is known from."""

    python: Python
    source: str
    machine: WheelMachine
    compiles: bool
    """Whether a compiler may be there."""


@dataclass(frozen=True, slots=True)
class Installed:
    """A dependency that the table of releases knows, with what is wanted of it."""

    deployed: Deployed
    dependency: Dependency
    wanted: Bounds
    site: InstallSite

    @property
    def is_public(self) -> bool:
        """Whether its files are those on PyPI, which the table knows."""
        return self.dependency.index != "other"

    @property
    def label(self) -> str:
        """As its line says it, with what a lock made of it."""
        found = self.dependency
        return f"{found.name}=={found.version}" if found.version else f"{found.name}{found.specifier}"


def installed(project: Project, rule: str) -> Iterator[Installed]:
    """Dependencies named by the repository whose version is limited. Layers are left out: their own build settings
    say for which Python they are made."""
    for deployed in project.functions:
        for dependency in deployed.dependencies if deployed.function.is_python else ():
            wanted = _wanted(dependency)
            if wanted is None or not rows(dependency.name) or not _is_built(deployed, dependency):
                continue
            site = project.known(rule, deployed.function, "python", _site(deployed, dependency))
            if site is not None:
                yield Installed(deployed, dependency, wanted, site)


def _wanted(dependency: Dependency) -> Bounds | None:
    if not dependency.direct or dependency.local or dependency.by_address:
        return None
    return bounds(f"=={dependency.version}" if dependency.version else dependency.specifier)


def _is_built(deployed: Deployed, dependency: Dependency) -> bool:
    if deployed.image is not None:
        return True
    code = deployed.function.code
    layers = [layer.folder for layer in deployed.function.layers if layer.folder]
    in_layer = any(_is_in(dependency.place.path, folder) for folder in layers)
    return isinstance(code, FolderCode) and code.builds and (not in_layer or _is_in(dependency.place.path, code.path))


def _is_in(path: str, folder: str) -> bool:
    return not folder or path.startswith(f"{folder}/")


def _site(deployed: Deployed, dependency: Dependency) -> Value[InstallSite]:
    if deployed.image is None:
        return _runtime_site(deployed)
    sites = [_stage_site(deployed, stage) for stage in _stages(deployed.image, dependency)]
    unknown = next((site for site in sites if isinstance(site, Unknown)), None)
    if unknown is not None:
        return unknown
    distinct = {site.value for site in sites if isinstance(site, Known)}
    return (
        Known(distinct.pop()) if len(distinct) == 1 else Unknown("it is installed in several ways, or in no clear one")
    )


def _runtime_site(deployed: Deployed) -> Value[InstallSite]:
    function = deployed.function
    python = _python(function.python_version)
    if python is None:
        value = function.runtime.value
        return value if isinstance(value, Unknown) else Unknown("the runtime does not say which Python it has")
    machine = MACHINES.get(known_or_none(function.architecture.value) or "")
    runtime = f"the runtime python{function.python_version}"
    return Known(InstallSite(python, runtime, WheelMachine(machine, lambda_libc(python)), False))


def _stages(image: Image, dependency: Dependency) -> list[BuildStage]:
    """The stages that install it: those whose command names its line or file, else all that install anything."""
    installing = [(stage, step.installs) for stage in image.stages for step in stage.steps if step.installs]
    naming = [stage for stage, installs in installing if any(_names(one, image, dependency) for one in installs)]
    return naming or [stage for stage, _ in installing]


def _names(install: Install, image: Image, dependency: Dependency) -> bool:
    path = dependency.place.path
    return path in install.files or (path == image.dockerfile and install.line == dependency.place.line)


def _stage_site(deployed: Deployed, stage: BuildStage) -> Value[InstallSite]:
    image = deployed.image
    if image is None or isinstance(stage.base, Unknown):
        return stage.base if isinstance(stage.base, Unknown) else Unknown("there is no image")
    base = base_image(*split_reference(stage.base.value))
    python = _python(base.python_version)
    if python is None:
        return Unknown(f"the reference of the base image {stage.base.value} does not say which Python it has")
    runs = [" ".join(command) for step in stage.steps for command in step.commands]
    installs = [install for step in stage.steps for install in step.installs]
    if _has_another_python(runs, python) or any(not _is_plain(install) for install in installs):
        return Unknown("a RUN command may install for another Python than that of the base image")
    tag = split_reference(stage.base.value)[1]
    libc, musl = libc_of(stage.base.value)
    bare = base.aws or musl or "slim" in tag.split("-")
    compiles = not bare or any(_COMPILER.search(run) for run in runs)
    machine = WheelMachine(_machine(deployed, base.platform), libc, musl)
    return Known(InstallSite(python, f"the base image {stage.base.value}", machine, compiles))


def _has_another_python(runs: list[str], python: Python) -> bool:
    own = f"{python[0]}.{python[1]}"
    return any(_OTHER_PYTHON.search(run) or any(x != own for x in _NAMED_PYTHON.findall(run)) for run in runs)


def _is_plain(install: Install) -> bool:
    return install.tool in INSTALLERS and not any(option.partition("=")[0] in _FOREIGN for option in install.options)


def _machine(deployed: Deployed, base_platform: str | None) -> str | None:
    """None where the template and the Dockerfile disagree."""
    stated = (known_or_none(deployed.function.architecture.value), base_platform)
    platform = deployed.image.platform if deployed.image is not None else None
    names = {MACHINES.get(text) for text in (*stated, platform) if text}
    return names.pop() if len(names) == 1 else None


def _python(version: str | None) -> Python | None:
    major, _, minor = (version or "").partition(".")
    return (3, int(minor)) if major == "3" and minor.isdecimal() and len(minor) < 3 else None
