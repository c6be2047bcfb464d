"""What a scan is divided into, and what each part gives."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from archlint.finding import Hit
from archlint.graph.modules import RunModules
from archlint.model.coverage import NotEvaluated
from archlint.model.deployed import Deployed
from archlint.model.outline import Outline, families_of, packaged_copies
from archlint.model.place import Problem
from archlint.readers.registry import NAMED


@dataclass(frozen=True, slots=True)
class Division:
    """`copies` counts templates that `sam package` wrote."""

    homes: tuple[ScanUnit, ...]
    problems: tuple[Problem, ...]
    copies: int


def divided(glances: Mapping[str, Outline | Problem | None], candidates: Iterable[str]) -> Division:
    """By what a glance at each candidate showed: a template, one that cannot be read, or nothing of the kind."""
    outlines = {path: found for path, found in glances.items() if isinstance(found, Outline)}
    copies = packaged_copies(outlines)
    families = families_of(outlines.keys() - copies, outlines)
    named = [
        ScanUnit(form, (path,))
        for form, reader in NAMED.items()
        for path in sorted(candidates)
        if path.rpartition("/")[2] == reader.file_name
    ]
    return Division(
        (*(ScanUnit("cloudformation", family) for family in families), *named),
        tuple(found for found in glances.values() if isinstance(found, Problem)),
        len(copies),
    )


def together(homes: Sequence[ScanUnit], part_of: Callable[[tuple[ScanUnit, ...]], UnitResult]) -> list[UnitResult]:
    """The parts of a scan. Homes of which one names what another declares are worked on again, together."""
    alone = {home: part_of((home,)) for home in homes}
    head = {home: home for home in homes}

    def first(home: ScanUnit) -> ScanUnit:
        while head[home] != home:
            home = head[home]
        return home

    declaring: dict[tuple[str, str], ScanUnit] = {}
    for home, part in alone.items():
        for name in part.names:
            other = declaring.setdefault(name, home)
            if other is not home and name[0] == "id":
                head[first(home)] = first(other)
    shared: dict[tuple[str, str], list[ScanUnit]] = defaultdict(list)
    for home, part in alone.items():
        for name in part.mentions & declaring.keys():
            shared[name].append(home)
    for home, part in alone.items() if shared else ():
        for name in part.names & shared.keys():
            for other in shared[name]:
                head[first(other)] = first(home)
    islands: dict[ScanUnit, list[ScanUnit]] = defaultdict(list)
    for home in homes:
        islands[first(home)].append(home)
    return [alone[island[0]] if len(island) == 1 else part_of(tuple(island)) for island in islands.values()]


@dataclass(frozen=True, slots=True, order=True)
class ScanUnit:
    """Files that declare functions and are read in one go. `form` is a key of readers.registry.FORMS."""

    form: str
    paths: tuple[str, ...]

    @property
    def path(self) -> str:
        """A file that stands for it."""
        return self.paths[0]


@dataclass(frozen=True, slots=True)
class UnitResult:
    """What one home, or several that know each other, gave. Nothing in it holds on to a tree or to code."""

    functions: tuple[Deployed, ...] = ()
    hits: tuple[tuple[str, Hit], ...] = ()
    """With the names of their rules."""
    problems: tuple[Problem, ...] = ()
    not_read: tuple[Problem, ...] = ()
    not_evaluated: tuple[NotEvaluated, ...] = ()
    files: tuple[str, ...] = ()
    """Those that a finding could speak of."""
    marked: tuple[str, ...] = ()
    """Those of them that may hold a suppression."""
    modules: tuple[RunModules, ...] = ()
    names: frozenset[tuple[str, str]] = frozenset()
    """What is declared: ids, and kinds of resources with the names in AWS that code elsewhere may use."""
    mentions: frozenset[tuple[str, str]] = frozenset()
    """The names that its code uses and that it does not declare itself."""
    sound: bool = True
    """False where an error of archlint's own cost something, which may not come again."""
