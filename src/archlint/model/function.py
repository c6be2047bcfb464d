"""A Lambda function as its infrastructure code declares it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Generic, TypeVar

from archlint.model.origin import Origin, origin_of
from archlint.model.place import Place
from archlint.values import Known, Unknown, Value

T = TypeVar("T", covariant=True)


@dataclass(frozen=True, slots=True)
class Setting(Generic[T]):
    """A property's effective value; `place` is None when the value is the service's default."""

    value: Value[T]
    place: Place | None = None


@dataclass(frozen=True, slots=True)
class Trigger:
    """Something that invokes a function. `sync` means that a caller waits for the answer."""

    type: str
    sync: bool
    place: Place
    streaming: bool = False
    timeout_s: Value[float] | None = None
    """An integration timeout that the template itself sets, in seconds; None where the service's default holds."""


@dataclass(frozen=True, slots=True)
class FolderCode:
    """A folder (or one file of it) that becomes /var/task. `path` is relative to the scanned root."""

    path: str
    builds: bool = False
    """Whether the deployment installs what the folder's dependency files name; else it takes the folder as it is, or
    runs a build that cannot be followed."""
    builder: str = ""
    """What `sam build` runs in place of pip: "uv", "makefile", or "other" for what builds another language or is not
    known; the last two install what nobody can say here."""


@dataclass(frozen=True, slots=True)
class ZipCode:
    """An archive that is checked in; `path` is relative to the scanned root."""

    path: str


@dataclass(frozen=True, slots=True)
class InlineCode:
    """Source written in the template; its module is called `index`. In a block its first line stands at `place.line`
    and every line is shifted `place.column - 1` columns; elsewhere (`block` is False) all of it counts as `place`."""

    text: str
    place: Place
    block: bool = True


@dataclass(frozen=True, slots=True)
class ImageCode:
    """A container image built from the repository; paths are relative to the scanned root."""

    dockerfile: str
    context: str
    place: Place
    command: tuple[str, ...] | None = None
    entrypoint: tuple[str, ...] | None = None
    working_directory: str | None = None
    target: str | None = None
    build_args: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))


@dataclass(frozen=True, slots=True)
class AbsentCode:
    """The template names code that is not in the repository (a mistake, or something that a build step makes)."""

    path: str
    place: Place


@dataclass(frozen=True, slots=True)
class UnknownCode:
    """Code that lives elsewhere, such as an object in S3 or an image in a registry."""

    reason: str
    uploaded: bool = False
    """A zip archive in a bucket, which somebody made from source."""


Code = FolderCode | ZipCode | InlineCode | ImageCode | AbsentCode | UnknownCode


@dataclass(frozen=True, slots=True)
class Layer:
    """A layer in use: a folder of this repository that is mounted at /opt, or an ARN of somebody's layer."""

    name: str
    folder: str | None = None
    arn: str | None = None
    builds: bool = False
    """As with FolderCode."""
    builder: str = ""
    """As with FolderCode."""


@dataclass(frozen=True, slots=True)
class Ignore:
    """A suppression written in a resource's Metadata, for formats without comments."""

    rule: str
    reason: str
    place: Place


OPEN_NAME = "?"
"""Stands for an id that only a synth of the CDK app knows, alone or as a part of a path."""


@dataclass(frozen=True, slots=True)
class Function:
    """One Lambda function with the values that hold after Globals, parameter defaults and the service's defaults."""

    id: str
    name: str
    kind: str
    defined_at: Place
    package: Value[str]
    runtime: Setting[str | None]
    handler: Setting[str]
    architecture: Setting[str]
    memory_mb: Setting[int]
    timeout_s: Setting[int]
    ephemeral_mb: Setting[int]
    code: Code
    conditional: bool = False
    construct_path: str | None = None
    layers: tuple[Layer, ...] = ()
    layers_place: Place | None = None
    triggers: tuple[Trigger, ...] = ()
    environment: Mapping[str, Value[str]] = field(default_factory=lambda: MappingProxyType({}))
    vpc: bool = False
    efs_mounts: tuple[str, ...] = ()
    snapstart: bool = False
    provisioned_concurrency: bool = False
    reserved_concurrency: Value[int] | None = None
    durable: bool = False
    capacity_provider: bool = False
    """Runs on Lambda Managed Instances: its limits differ (32,768 MB; up to 5,400 s when nobody waits)."""
    accelerator: bool = False
    """Asks for a GPU on Managed Instances (AcceleratorConfig)."""
    tenant_isolation: bool = False
    ignores: tuple[Ignore, ...] = ()
    places: Mapping[str, Place] = field(default_factory=lambda: MappingProxyType({}))
    """Where the template gives what has no Setting: snapstart, provisioned_concurrency, efs_mounts, accelerator."""
    unawaited_mount_targets: tuple[str, ...] = ()
    """Mount targets of the template, where the function mounts a file system and waits for none of them to be made."""
    completed_by: str | None = None
    """The macro that may add properties, so that one the template does not show may be there."""

    @property
    def origin(self) -> Origin:
        return origin_of(self.kind)

    @property
    def is_python(self) -> bool:
        """False only where the runtime is known to be another language; an image's runtime is not known here."""
        runtime = self.runtime.value
        if isinstance(runtime, Unknown) or runtime.value is None:
            return True
        return runtime.value.startswith("python")

    @property
    def python_version(self) -> str | None:
        """Such as "3.12", where a managed Python runtime is known."""
        runtime = self.runtime.value
        if isinstance(runtime, Known) and runtime.value and runtime.value.startswith("python3"):
            return runtime.value.removeprefix("python")
        return None

    @property
    def is_one_shot(self) -> bool:
        """A function that only CloudFormation calls, as a custom resource, at deployment."""
        return bool(self.triggers) and all(t.type == "custom-resource" for t in self.triggers)
