"""Which files of a repository declare functions, and which of them belong together."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from archlint.model.outline import Outline, families_of, packaged_copies
from archlint.model.place import Problem
from archlint.scanner.unit import Home, Part


@dataclass(frozen=True, slots=True)
class Division:
    """`copies` counts templates that `sam package` wrote."""

    homes: tuple[Home, ...]
    problems: tuple[Problem, ...]
    copies: int


def divided(glances: Mapping[str, Outline | Problem | None], candidates: Iterable[str]) -> Division:
    """By what a glance at each candidate showed: a template, one that cannot be read, or nothing of the kind."""
    outlines = {path: found for path, found in glances.items() if isinstance(found, Outline)}
    copies = packaged_copies(outlines)
    families = families_of(outlines.keys() - copies, outlines)
    apps = [path for path in candidates if path.rpartition("/")[2] == "cdk.json"]
    return Division(
        (*(Home(templates=family) for family in families), *(Home(app=path) for path in sorted(apps))),
        tuple(found for found in glances.values() if isinstance(found, Problem)),
        len(copies),
    )


def together(homes: Sequence[Home], part_of: Callable[[tuple[Home, ...]], Part]) -> list[Part]:
    """The parts of a scan. Homes of which one names what another declares are worked on again, together."""
    alone = {home: part_of((home,)) for home in homes}
    head = {home: home for home in homes}

    def first(home: Home) -> Home:
        while head[home] != home:
            home = head[home]
        return home

    declaring: dict[tuple[str, str], Home] = {}
    for home, part in alone.items():
        for name in part.names:
            other = declaring.setdefault(name, home)
            if other is not home and name[0] == "id":
                head[first(home)] = first(other)
    shared: dict[tuple[str, str], list[Home]] = defaultdict(list)
    for home, part in alone.items():
        for name in part.mentions & declaring.keys():
            shared[name].append(home)
    for home, part in alone.items() if shared else ():
        for name in part.names & shared.keys():
            for other in shared[name]:
                head[first(other)] = first(home)
    islands: dict[Home, list[Home]] = defaultdict(list)
    for home in homes:
        islands[first(home)].append(home)
    return [alone[island[0]] if len(island) == 1 else part_of(tuple(island)) for island in islands.values()]
