"""The state of one build stage while its instructions are carried out."""

from __future__ import annotations

from collections import ChainMap
from dataclasses import dataclass, field

from archlint.model.image import Copied, DockerStep, Gap, Install
from archlint.packaging.image.base import Base
from archlint.syntax.dockerfile import Instruction
from archlint.values import Value


@dataclass(slots=True)
class Stage:
    """The state after the instructions so far. `folder` is "" or relative below an unknown working directory."""

    name: str
    base: Base
    reference: Value[str]
    line: int
    platform: str | None
    folder: str
    entrypoint: Value[tuple[str, ...]]
    entrypoint_shell: bool = False
    environment: dict[str, Value[str]] = field(default_factory=dict)
    arguments: dict[str, Value[str]] = field(default_factory=dict)
    folders: set[str] = field(default_factory=set)
    entries: list[Copied] = field(default_factory=list)
    command: Instruction | None = None
    command_here: bool = False
    """CMD stands in this very stage; an inherited one is dropped by ENTRYPOINT."""
    installs: list[Install] = field(default_factory=list)
    runs: list[str] = field(default_factory=list)
    gaps: list[Gap] = field(default_factory=list)
    adapter: bool = False
    steps: list[DockerStep] = field(default_factory=list)
    origins: list[Stage] = field(default_factory=list)
    """Stages that COPY --from draws on."""
    foreign: list[tuple[str, int]] = field(default_factory=list)

    @property
    def variables(self) -> ChainMap[str, Value[str]]:
        """ENV hides ARG of the same name."""
        return ChainMap(self.environment, self.arguments)


def child_stage(parent: Stage, name: str, platform: str | None) -> Stage:
    """A stage that starts from another one: everything is inherited except ARG."""
    return Stage(
        name,
        parent.base,
        parent.reference,
        parent.line,
        platform or parent.platform,
        parent.folder,
        parent.entrypoint,
        parent.entrypoint_shell,
        environment=dict(parent.environment),
        folders=set(parent.folders),
        entries=list(parent.entries),
        command=parent.command,
        installs=list(parent.installs),
        runs=list(parent.runs),
        gaps=list(parent.gaps),
        adapter=parent.adapter,
        steps=list(parent.steps),
        origins=list(parent.origins),
        foreign=list(parent.foreign),
    )
