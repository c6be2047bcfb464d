"""What holds functions together when they move: callers that wait, data that both change, failed events."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Protocol

from archlint.graph.graph import Graph
from archlint.model.deployed import Deployed
from archlint.model.resource import Architecture

_QUEUED = frozenset({"sqs", "mq", "msk", "kafka", "documentdb"})
"""Triggers whose messages stay where they are when the function fails."""


@dataclass(frozen=True, slots=True)
class Ties:
    """Between functions, by their ids."""

    callers: Mapping[str, tuple[str, ...]] = field(default_factory=lambda: MappingProxyType({}))
    """The functions that wait for one's answer."""
    shared: tuple[tuple[str, tuple[str, ...]], ...] = ()
    """(name of a table, database or file system, the functions that use it), where one of them may change it."""
    awaited: frozenset[str] = frozenset()
    """Functions for which somebody waits: a person, an API, another function."""
    safe: frozenset[str] = frozenset()
    """Functions whose failed events are kept: a queue, a destination, a dead-letter queue."""


class Repository(Protocol):
    """What is asked of a project."""

    @property
    def functions(self) -> tuple[Deployed, ...]: ...

    @property
    def architecture(self) -> Architecture: ...

    @property
    def graph(self) -> Graph: ...


def ties(project: Repository) -> Ties:
    """From the repository's graph and the functions' triggers."""
    ids = [deployed.function.id for deployed in project.functions]
    graph = project.graph
    callers = {id_: found for id_ in ids if (found := _waiting(graph, id_, frozenset(ids)))}
    failing = {link.source for link in project.architecture.links if link.kind == "failure"}
    awaited, safe = set(callers), set()
    for deployed in project.functions:
        function = deployed.function
        if any(trigger.sync for trigger in function.triggers):
            awaited.add(function.id)
        if function.id in failing or any(trigger.type in _QUEUED for trigger in function.triggers):
            safe.add(function.id)
    return Ties(MappingProxyType(callers), _shared(graph, ids), frozenset(awaited), frozenset(safe))


def _waiting(graph: Graph, function: str, functions: frozenset[str]) -> tuple[str, ...]:
    """Functions that wait for it, also through one API or state machine."""
    found: set[str] = set()
    for caller in graph.callers(function):
        if caller in functions:
            found.add(caller)
        else:
            found.update(other for other in graph.callers(caller) if other in functions)
    return tuple(sorted(found - {function}))


def _shared(graph: Graph, functions: Iterable[str]) -> tuple[tuple[str, tuple[str, ...]], ...]:
    users: defaultdict[str, set[str]] = defaultdict(set)
    for function in functions:
        for other, store in graph.shared_with(function):
            users[store].update((function, other))
    named = ((graph.node(store), tuple(sorted(found))) for store, found in sorted(users.items()))
    return tuple((node.name, found) for node, found in named if node is not None)
