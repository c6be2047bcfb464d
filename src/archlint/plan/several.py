"""One plan for several folders: each is decided by itself, then their functions are ordered together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import MappingProxyType

from archlint.model.coverage import Coverage
from archlint.model.deployed import Deployed
from archlint.model.function import FolderCode, ImageCode
from archlint.model.place import Place
from archlint.plan.decision.decide import decide
from archlint.plan.model import Evidence, Unit
from archlint.plan.needs.requirements import Options
from archlint.plan.ties import Ties, ties
from archlint.plan.usage.file import Usage
from archlint.plan.wishes import avoid, insist
from archlint.project import Project
from archlint.results.merge import merge
from archlint.results.result import ScanResult

_NOTHING = ScanResult((), (), Coverage(0, (), ()), {})


@dataclass(frozen=True, slots=True)
class Wishes:
    """`target` holds for the functions of these ids, or for all where there are none."""

    target: str | None = None
    functions: frozenset[str] = frozenset()
    avoid: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Part:
    """One scanned folder; `moved` is its result as it stands in the plan."""

    prefix: str
    project: Project
    result: ScanResult
    moved: ScanResult
    fingerprints: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))

    @property
    def deployed(self) -> dict[str, Deployed]:
        """By the ids of the plan."""
        return {deployed.function.id: _code_moved(self.prefix, deployed) for deployed in self.moved.functions}


def part(folder: str, project: Project, result: ScanResult, alone: bool) -> Part:
    """A single folder keeps paths relative to itself."""
    if alone:
        return Part("", project, result, result, {f.fingerprint: f.fingerprint for f in result.findings})
    moved = merge([(folder, result), (folder, _NOTHING)])
    before = sorted(result.findings, key=lambda finding: finding.sort_key)
    pairs = zip(before, moved.findings, strict=True)
    ids = [deployed.function.id for deployed in result.functions]
    first = moved.functions[0].function.id if ids else ""
    prefix = first[: len(first) - len(ids[0])] if ids else ""
    return Part(prefix, project, result, moved, {old.fingerprint: new.fingerprint for old, new in pairs})


def decided(found: Part, usage: Usage, options: Options, wishes: Wishes) -> tuple[Unit, ...]:
    """The units of one folder, by the plan's ids."""
    length = len(found.prefix)
    own = {id_[length:]: said for id_, said in usage.functions.items() if id_.startswith(found.prefix)}
    usage = replace(usage, functions=MappingProxyType(own))
    units = decide(found.project, found.result, usage, options)
    if wishes.avoid:
        units = avoid(found.project, found.result, usage, options, units, wishes.avoid)
    units = tuple(_unit(found, unit) for unit in units)
    if wishes.functions:
        units = tuple(unit for unit in units if unit.id in wishes.functions)
    target = wishes.target
    return units if target is None else tuple(insist(unit, target) for unit in units)


def tied(parts: Sequence[Part]) -> Ties:
    """Functions of different folders are not known to have to do with each other."""
    callers: dict[str, tuple[str, ...]] = {}
    shared: list[tuple[str, tuple[str, ...]]] = []
    awaited: set[str] = set()
    safe: set[str] = set()
    for found in parts:
        own, prefix = ties(found.project), found.prefix
        callers |= {prefix + id_: tuple(prefix + other for other in others) for id_, others in own.callers.items()}
        shared += [(name, tuple(prefix + id_ for id_ in users)) for name, users in own.shared]
        awaited |= {prefix + id_ for id_ in own.awaited}
        safe |= {prefix + id_ for id_ in own.safe}
    return Ties(MappingProxyType(callers), tuple(shared), frozenset(awaited), frozenset(safe))


def _unit(found: Part, unit: Unit) -> Unit:
    if not found.prefix:
        return unit
    needs = [replace(need, evidence=tuple(_evidence(found, e) for e in need.evidence)) for need in unit.needs]
    candidates = []
    for candidate in unit.candidates:
        reasons = [
            replace(why, evidence=_evidence(found, why.evidence)) if why.evidence else why for why in candidate.reasons
        ]
        candidates.append(replace(candidate, reasons=tuple(reasons)))
    return replace(
        unit,
        id=found.prefix + unit.id,
        place=_place(found.prefix, unit.place),
        needs=tuple(needs),
        candidates=tuple(candidates),
        fixes=tuple(found.fingerprints[fingerprint] for fingerprint in unit.fixes),
    )


def _evidence(found: Part, evidence: Evidence) -> Evidence:
    return replace(evidence, place=_place(found.prefix, evidence.place)) if evidence.place else evidence


def _place(prefix: str, place: Place) -> Place:
    return replace(place, path=prefix + place.path)


def _code_moved(prefix: str, deployed: Deployed) -> Deployed:
    code = deployed.function.code
    if not prefix:
        return deployed
    if isinstance(code, FolderCode):
        code = replace(code, path=prefix + code.path)
    elif isinstance(code, ImageCode):
        code = replace(code, dockerfile=prefix + code.dockerfile, context=prefix + code.context)
    return replace(deployed, function=replace(deployed.function, code=code))
