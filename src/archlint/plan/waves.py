"""Which units move together, and in what order."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Protocol

from archlint.graph.graph import Graph
from archlint.knowledge.plan_steps import STAY, move
from archlint.model.deployed import Deployed
from archlint.model.resource import Architecture
from archlint.plan.model import FunctionPlan, Wave

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


BASE, MEND, PILOT, MOVE, CLEAN_UP = "base", "mend", "pilot", "move", "clean-up"
_NAMED = 3


@dataclass(frozen=True, slots=True)
class Schedule:
    """The waves and the numbers that steps need."""

    waves: tuple[Wave, ...] = ()
    moves: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({}))
    """The wave of every unit that moves, by its id."""

    def number(self, kind: str) -> int | None:
        """Of the first wave of that kind."""
        return next((wave.n for wave in self.waves if wave.kind == kind), None)


@dataclass(frozen=True, slots=True)
class _Group:
    """Units that can only move together; `level` is 0 where none of them waits for another unit that moves."""

    units: tuple[str, ...]
    level: int
    circle: bool
    stores: tuple[str, ...]


def schedule(units: Sequence[FunctionPlan], ties: Ties, mending: Iterable[str] = ()) -> Schedule:
    """Wave 0 is there when a target needs it; fixes come before moves, removals last. `mending` are the units with
    something to mend."""
    moving = {unit.id: unit for unit in units if unit.target != STAY and move(unit.target) is not None}
    fixed = tuple(unit.id for unit in units if unit.id in frozenset(mending))
    waves: list[Wave] = []
    if moving:
        waves.append(Wave(0, "Prepare what the moves share", tuple(moving), _why_base(moving.values()), BASE))
    if fixed:
        waves.append(Wave(1, "Mend code and configuration", fixed, _why_mend(fixed, moving), MEND))
    placed: dict[str, int] = {}
    for kind, title, groups in _rounds(_groups(moving, ties), ties, moving):
        members = tuple(id_ for group in groups for id_ in group.units)
        number = max(1, waves[-1].n + 1)
        waves.append(Wave(number, title, members, _why(kind, groups, ties, moving), kind))
        placed.update(dict.fromkeys(members, number))
    leaving = tuple(id_ for id_, unit in moving.items() if _removes(unit.target))
    if leaving:
        why = "Removing is the point of no return: only after seven days in which nothing had to go back."
        waves.append(Wave(waves[-1].n + 1, "Clean up", leaving, why, CLEAN_UP))
    return Schedule(tuple(waves), MappingProxyType(placed))


def _removes(target: str) -> bool:
    found = move(target)
    return found is not None and any(not step.reversible for step in found.steps)


def _groups(moving: Mapping[str, FunctionPlan], ties: Ties) -> list[_Group]:
    """What calls itself in a circle and what changes the same data stays together."""
    if not moving:
        return []
    import networkx as nx

    edges = [(caller, callee) for callee in moving for caller in ties.callers.get(callee, ()) if caller in moving]
    calls: nx.DiGraph[str] = nx.DiGraph()
    calls.add_nodes_from(moving)
    calls.add_edges_from(edges)
    circles = [members for members in nx.strongly_connected_components(calls) if len(members) > 1]
    stores = [(name, [id_ for id_ in users if id_ in moving]) for name, users in ties.shared]
    for _, users in stores:
        calls.add_edges_from(zip(users, users[1:] + users[:1], strict=True))
    condensed = nx.condensation(calls)
    levels: dict[int, int] = {}
    found: list[_Group] = []
    for number in reversed(list(nx.topological_sort(condensed))):
        levels[number] = max((levels[after] + 1 for after in condensed.successors(number)), default=0)
        members = frozenset(condensed.nodes[number]["members"])
        names = tuple(name for name, users in stores if len(users) > 1 and members.issuperset(users))
        circle = any(members.issuperset(part) for part in circles)
        found.append(_Group(tuple(id_ for id_ in moving if id_ in members), levels[number], circle, names))
    return found


def _rounds(
    groups: list[_Group], ties: Ties, moving: Mapping[str, FunctionPlan]
) -> Iterable[tuple[str, str, tuple[_Group, ...]]]:
    """(kind, title, groups), the pilot first, then callees before their callers."""
    if not groups:
        return
    pilot = min((group for group in groups if group.level == 0), key=lambda group: _blast(group, ties, moving))
    rest = [group for group in groups if group is not pilot]
    yield PILOT if rest else MOVE, ("Pilot: " if rest else "Move ") + _names(pilot.units, moving), (pilot,)
    for level in sorted({group.level for group in rest}):
        members = tuple(sorted((g for g in rest if g.level == level), key=lambda group: _blast(group, ties, moving)))
        yield MOVE, "Move " + _names([id_ for group in members for id_ in group.units], moving), members


def _blast(group: _Group, ties: Ties, moving: Mapping[str, FunctionPlan]) -> tuple[bool, bool, int, int, int, str]:
    """What a failure of the group would reach, the least first."""
    callers = {caller for id_ in group.units for caller in ties.callers.get(id_, ())}
    waits = any(id_ in ties.awaited for id_ in group.units)
    safe = all(id_ in ties.safe for id_ in group.units)
    risk = max(moving[id_].risk for id_ in group.units)
    return (waits, not safe, len(callers), len(group.units), risk, group.units[0])


def _names(ids: Sequence[str], moving: Mapping[str, FunctionPlan]) -> str:
    shown = ", ".join(moving[id_].name for id_ in ids[:_NAMED])
    return shown + (f" and {len(ids) - _NAMED} more" if len(ids) > _NAMED else "")


def _why(kind: str, groups: Sequence[_Group], ties: Ties, moving: Mapping[str, FunctionPlan]) -> str:
    parts: list[str] = []
    if kind == PILOT:
        parts.append(f"The smallest blast radius: {_radius(groups[0], ties)}.")
    elif any(group.level > 0 for group in groups):
        parts.append("They wait for units of earlier waves, which answer from their new place by now.")
    else:
        alone = sum(len(group.units) for group in groups) == 1
        none = "It waits for no other unit that moves."
        parts.append(none if alone else "None of them waits for another unit that moves.")
    for group in groups:
        if group.circle:
            parts.append(f"{_names(group.units, moving)} call each other in a circle and move together.")
        for store in group.stores:
            parts.append(f"{_names(group.units, moving)} change {store} and move together.")
    return " ".join(parts)


def _radius(group: _Group, ties: Ties) -> str:
    waits = any(id_ in ties.awaited for id_ in group.units)
    safe = all(id_ in ties.safe for id_ in group.units)
    callers = {caller for id_ in group.units for caller in ties.callers.get(id_, ())}
    parts = ["somebody waits for it" if waits else "no caller that waits is declared"]
    parts.append("failed events are kept" if safe else "failed events are not kept")
    if callers:
        parts.append(f"{len(callers)} function{'s' * (len(callers) > 1)} call{'s' * (len(callers) == 1)} it")
    return ", ".join(parts)


def _why_base(units: Iterable[FunctionPlan]) -> str:
    targets = ", ".join(sorted({unit.target for unit in units}))
    return f"What {targets} needs, with its lead times, and today's figures to compare with."


def _why_mend(fixed: Sequence[str], moving: Mapping[str, FunctionPlan]) -> str:
    if any(id_ in moving for id_ in fixed):
        return "No fix depends on a move, and what moves later moves mended."
    return "The fixes do not depend on each other: one pull request each, in any order."
