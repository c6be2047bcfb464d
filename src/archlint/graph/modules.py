"""The repository's own modules that several functions import."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from archlint.code.reach import Reach
from archlint.graph.model import Edge, Evidence, Node
from archlint.model.deployed import Deployed
from archlint.model.place import Place

Reaches = Callable[[str], Reach | None]
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
            yield Edge(function, self.id, "imports", "", (Evidence(Place(self.path), "imported"),), declared=False)


def shared_modules(functions: Sequence[Deployed], reaches: Reaches) -> tuple[SharedModule, ...]:
    """By path. Empty modules, such as many an `__init__.py`, count for nothing."""
    users: dict[str, dict[str, None]] = defaultdict(dict)
    for deployed in functions:
        reach = reaches(deployed.function.id)
        for path in modules_of(reach) if reach is not None else ():
            users[path][deployed.function.id] = None
    return tuple(SharedModule(path, tuple(users[path])) for path in sorted(users) if len(users[path]) > 1)


def modules_of(reach: Reach) -> tuple[str, ...]:
    """The paths of the modules that a function runs, as far as they hold code."""
    modules = {unit.module.path: unit.module for unit in reach.best if unit.module.fixed_place is None}
    return tuple(path for path, module in modules.items() if module.tree.body)
