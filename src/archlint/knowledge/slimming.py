"""What makes a package smaller without changing what it does, and where libraries keep what they download."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType
from typing import Any

from archlint.knowledge import ml
from archlint.knowledge.store import read_yaml


@dataclass(frozen=True, slots=True)
class CacheFolder:
    """`variables` move the cache, the first is the one to set; `folder` is what to set it to, None where the library
    takes only a folder that is there already."""

    variables: tuple[str, ...]
    folder: str | None


@cache
def cache_folder(library: str) -> CacheFolder | None:
    """By import name."""
    row: dict[str, Any] | None = read_yaml("cache_folders.yaml")["libraries"].get(library)
    return None if row is None else CacheFolder(tuple(row["variables"]), row.get("folder"))


DATA = "slimming.yaml"


@dataclass(frozen=True, slots=True)
class Replacement:
    """Another distribution with the same import name; `why` is "gpu" where it only lacks CUDA, "gui" where it lacks
    windows. `unzipped` holds bytes by machine where the table of wheels does not know it."""

    old: str
    new: str
    why: str
    machines: tuple[str, ...]
    unzipped: Mapping[str, int]


@cache
def sdk_roots() -> frozenset[str]:
    """The parts of the runtime's AWS SDK that programs import."""
    return frozenset(read_yaml(DATA)["runtime_provided"]["roots"])


@cache
def runtime_provided() -> frozenset[str]:
    """Distributions that the managed Python runtimes hold."""
    return frozenset(read_yaml(DATA)["runtime_provided"]["distributions"])


@cache
def cuda_since(name: str) -> Mapping[str, str]:
    """By machine: the version from which PyPI's wheel needs CUDA libraries, "" for every version; a machine that is
    not there has no such wheel."""
    found: dict[str, str] = read_yaml(DATA)["cuda"]["since"].get(name, {})
    return MappingProxyType(found)


@cache
def cuda_apart_since(name: str) -> str:
    """The version from which the CUDA libraries are wheels of their own; before it the wheel holds them. "" where that
    is so of every version."""
    return str(read_yaml(DATA)["cuda"]["apart_since"].get(name, ""))


@cache
def cuda_by_default() -> tuple[str, ...]:
    """Libraries whose ordinary wheel asks for CUDA, in some versions at least."""
    return tuple(read_yaml(DATA)["cuda"]["since"])


@cache
def cpu_index() -> str:
    """The address of PyTorch's index of CPU builds."""
    return str(read_yaml(DATA)["cpu_index"]["url"])


@cache
def on_cpu_index() -> frozenset[str]:
    """The distributions that it serves."""
    return frozenset(read_yaml(DATA)["cpu_index"]["distributions"])


@cache
def replacements() -> tuple[Replacement, ...]:
    """Cheapest for the user first."""
    rows: list[dict[str, Any]] = read_yaml(DATA)["replacements"]["rows"]
    return tuple(
        Replacement(
            row["from"], row["to"], row["why"], tuple(row["machines"]), MappingProxyType(row.get("unzipped", {}))
        )
        for row in rows
    )


def replacement(name: str, machine: str) -> Replacement | None:
    """What may stand in for a distribution on a machine."""
    return next((row for row in replacements() if row.old == name and machine in row.machines), None)


@cache
def is_cuda_library(name: str) -> bool:
    """Whether a distribution only brings CUDA code; not so those that merely have the vendor's name."""
    left_out: list[str] = read_yaml(DATA)["not_cuda"]["distributions"]
    return ml.is_gpu_runtime_distribution(name) and name not in left_out


@cache
def gpu_build(name: str) -> tuple[str, int] | None:
    """(measured version, unzipped bytes) of a build for a GPU that the table of wheels does not hold."""
    found: dict[str, Any] | None = read_yaml(DATA)["gpu_builds"]["wheels"].get(name)
    return None if found is None else (str(found["version"]), int(found["unzipped"]))
