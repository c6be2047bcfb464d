"""A container image as its Dockerfile and the template's ImageConfig make it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from archlint.model.place import Place
from archlint.values import Value


@dataclass(frozen=True, slots=True)
class Copied:
    """A file or folder of the repository in the image; `line` is that of the instruction that put it there.

    `destination` is absolute, or relative to the working directory that an unknown base image brings along.
    Later copies hide earlier ones at the same place.
    """

    source: str
    destination: str
    line: int


@dataclass(frozen=True, slots=True)
class Install:
    """A command that installs Python packages while the image is built, in this stage or one that it draws from."""

    tool: str
    """pip, uv, poetry, pipenv, pdm or conda; mamba and micromamba count as conda."""
    line: int
    end_line: int
    files: tuple[str, ...] = ()
    """Requirement, lock and project files, relative to the scanned root."""
    packages: tuple[str, ...] = ()
    """Requirements as the installer gets them: the shell takes the `>=1.0` of an unquoted `name>=1.0` away."""
    options: tuple[str, ...] = ()
    """Options such as "--no-cache-dir" or "--index-url=https://…"."""
    unresolved: tuple[str, ...] = ()
    """Files and packages named in a way that the repository cannot answer."""
    constraints: tuple[str, ...] = ()
    """Constraint files; one that is not in the repository is among `options` alone."""
    extras: tuple[str, ...] = ()
    """Asked of a project folder, as in `pip install .[web]`."""


@dataclass(frozen=True, slots=True)
class DockerStep:
    """One COPY, ADD or RUN, in the order of the build. What it puts or does, as far as rules ask for it."""

    keyword: str
    line: int
    end_line: int
    words: tuple[str, ...] = ()
    """Sources and destination of a COPY or ADD."""
    commands: tuple[tuple[str, ...], ...] = ()
    """The commands of a RUN, each without what stands before the program."""
    copies: tuple[Copied, ...] = ()
    installs: tuple[Install, ...] = ()
    flags: tuple[tuple[str, str], ...] = ()
    """Such as ("link", "true") or ("mount", "type=cache,target=/root/.cache/pip")."""
    content: str = ""
    """What a COPY or ADD brings: "code" (Python source), "model" (weights), "" for anything else."""
    fetches: str = ""
    """What a RUN or ADD fetches from outside: a model, or "" for nothing that is recognised."""
    runs_source: bool = False
    """A RUN that needs the project's own source, as `pip install .` does."""


@dataclass(frozen=True, slots=True)
class BuildStage:
    """A stage that the image is made of, with what it inherits from stages before it."""

    base: Value[str]
    """The external image that it rests on."""
    line: int
    """Of the FROM that names the external image."""
    steps: tuple[DockerStep, ...] = ()
    shipped: bool = False
    """The image itself; other stages only lend it files."""
    foreign: tuple[tuple[str, int], ...] = ()
    """(image, line) of every COPY --from that draws on an external image."""


@dataclass(frozen=True, slots=True)
class Requirements:
    """A file, or the packages on a Dockerfile's line, that a build installs from: what of it floats."""

    place: Place
    """The first line that floats, or the file's first line."""
    total: int
    floating: tuple[str, ...] = ()
    """Names, in the order of the file; the same installation may be another version tomorrow."""
    unknown: str = ""
    """Why nobody can say here what is pinned, such as a constraints file on the network; "" if it can be said."""


@dataclass(frozen=True, slots=True)
class Gap:
    """Content of the image that cannot be followed to the repository; `reason` completes "not known: …"."""

    line: int
    reason: str
    destination: str | None = None
    """Where that content lies, in the terms of `Copied.destination`; None when it may lie anywhere."""


@dataclass(frozen=True, slots=True)
class Image:
    """The final stage, or the one that the template asks for."""

    dockerfile: str
    base: Value[str]
    """The reference of the external image that the stage rests on, such as "public.ecr.aws/lambda/python:3.12"."""
    base_line: int
    aws_base: bool
    """Rests on one of AWS's Lambda base images: /var/task, /opt and /lambda-entrypoint.sh are there."""
    python_version: str | None
    """Such as "3.12", where the base image's reference says so."""
    platform: str | None
    """Such as "linux/amd64", where the Dockerfile says so."""
    command: Value[tuple[str, ...]]
    command_line: int | None
    """Line of the effective CMD; None where the template overrides it or nobody states one."""
    shell_command: bool
    """CMD is in the shell form, so `/bin/sh -c` runs it and AWS's own entrypoint refuses it."""
    entrypoint: Value[tuple[str, ...]]
    working_directory: Value[str]
    handler: Value[str]
    environment: Mapping[str, Value[str]] = field(default_factory=lambda: MappingProxyType({}))
    """ENV of the stages and of AWS's base images, without the function's own variables."""
    copies: tuple[Copied, ...] = ()
    installs: tuple[Install, ...] = ()
    runs: tuple[str, ...] = ()
    """The RUN commands of the stages that the image is made of, as written."""
    stages: tuple[BuildStage, ...] = ()
    """The image's own first, then those that it copies from."""
    requirements: tuple[Requirements, ...] = ()
    gaps: tuple[Gap, ...] = ()
    search_path: tuple[str, ...] = ()
    """sys.path in order, in the same terms as `Copied.destination`."""
    is_web_adapter: bool = False
    """Has the Lambda Web Adapter, so CMD starts an HTTP server."""
    web_app: tuple[str, str] | None = None
    """File, relative to the scanned root, and attribute of the application that CMD serves; the attribute is
    "__main__" for a script. Found without the adapter too."""
