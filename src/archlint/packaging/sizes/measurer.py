"""What `--online` offers to the readers: the port through which exact sizes come in, without knowing of a network."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol, TypeAlias

from archlint.model.size import SizePart
from archlint.packaging.target import PackageTarget


@dataclass(frozen=True, slots=True)
class Request:
    """Requirements of one target: PEP 508 lines of names, extras, versions and markers, nothing else.

    `index` replaces the standard index and `extra_indexes` come beside it, as pip's options of these names do; both are
    the repository's wish, which is followed only for well-known hosts.
    """

    lines: tuple[str, ...]
    target: PackageTarget
    index: str = ""
    extra_indexes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class WheelFile:
    """One published wheel by canonical package name. `file` is its file name; `url` and `sha256` are "" when a lock
    does not tell them. `size` is the compressed bytes."""

    name: str
    version: str
    file: str
    url: str = ""
    sha256: str = ""
    size: int | None = None


@dataclass(frozen=True, slots=True)
class Unmeasured:
    """A package without a size; `reason` completes "NAME: …" for a person."""

    name: str
    reason: str


@dataclass(frozen=True, slots=True)
class Measured:
    """Exact parts (low, estimate and high are equal) and what could not be measured."""

    parts: tuple[SizePart, ...]
    versions: tuple[tuple[str, str], ...]
    """Name and version of each part, in the order of the parts."""
    unknown: tuple[Unmeasured, ...] = ()
    resolved_at: str = ""
    """ISO 8601 UTC time at which the index chose the versions; "" for a lock."""
    notes: tuple[str, ...] = ()
    """What a person should know about the numbers, such as an index that was not asked."""


@dataclass(frozen=True, slots=True)
class Failed:
    """Nothing was measured; `message` says why, and what to do where something can be done."""

    message: str


Measurement: TypeAlias = Measured | Failed


class Measurer(Protocol):
    """Never raises for a bad answer, a bad lock or a network that is not there."""

    def requirements(self, request: Request) -> Measurement:
        """What an installer would put on the target today."""
        ...

    def locked(self, wheels: tuple[WheelFile, ...]) -> Measurement:
        """The sizes of wheels that are chosen already, one for each package."""
        ...
