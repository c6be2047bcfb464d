"""The repository's own modules that several functions import."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from archlint.graph.model import Edge, EdgeEvidence, Node
from archlint.model.deployed import Deployed
from archlint.model.place import Place

if TYPE_CHECKING:
    from archlint.code.reach import Reach

Reaches: TypeAlias = "Callable[[str], Reach | None]"
"""What a function runs, by its id; None where its code is not at hand."""


@dataclass(frozen=True, slots=True)
class SharedModule:
    """`functions` are ids in order of the scan."""

    path: str
    functions: tuple[str, ...]

    @property
    def id(self) -> str:
        return f"module#{self.path}"

    def node(self) -> Node:
        return Node(self.id, self.path, "module", "", Place(self.path))

    def edges(self) -> Iterator[Edge]:
        for function in self.functions:
            yield Edge(function, self.id, "imports", "", (EdgeEvidence(Place(self.path), "imported"),), declared=False)


@dataclass(frozen=True, slots=True)
class RunModules:
    """The modules of the repository that a function runs, and the folders of its layers."""

    function: str
    modules: tuple[str, ...]
    layers: tuple[str, ...] = ()


def run_modules(functions: Iterable[Deployed], reaches: Reaches) -> tuple[RunModules, ...]:
    """Empty modules, such as many an `__init__.py`, count for nothing."""
    found = []
    for deployed in functions:
        reach = reaches(deployed.function.id)
        layers = tuple(layer.folder for layer in deployed.function.layers if layer.folder)
        modules = modules_of(reach) if reach is not None else ()
        if layers or modules:
            found.append(RunModules(deployed.function.id, modules, layers))
    return tuple(found)


def shared_modules(functions: Iterable[RunModules]) -> tuple[SharedModule, ...]:
    """By path."""
    users: dict[str, dict[str, None]] = defaultdict(dict)
    for one in functions:
        for path in one.modules:
            users[path][one.function] = None
    return tuple(SharedModule(path, tuple(users[path])) for path in sorted(users) if len(users[path]) > 1)


def modules_of(reach: Reach) -> tuple[str, ...]:
    """The paths of the modules that a function runs, as far as they hold code."""
    modules = {unit.module.path: unit.module for unit in reach.best if unit.module.fixed_place is None}
    return tuple(path for path, module in modules.items() if module.tree.body)
