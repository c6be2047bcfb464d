"""One plan for several folders: each is decided by itself, then their functions are ordered together."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import MappingProxyType

from archlint.knowledge.prices import prices
from archlint.model.coverage import Coverage
from archlint.model.deployed import Deployed
from archlint.model.function import FolderCode, ImageCode
from archlint.model.place import Place
from archlint.plan.decision.decide import decide, unit_of
from archlint.plan.model import Candidate, Evidence, FunctionPlan, Reason
from archlint.plan.needs.requirements import Options, circumstances
from archlint.plan.usage.file import Usage
from archlint.plan.waves import Ties, ties
from archlint.project import Project
from archlint.results.merge import merge
from archlint.results.result import ScanResult

_ASKED = Reason("soft", "you asked for it with --target")
_RULED_OUT = Reason("soft", "you ruled it out with --avoid")


def insist(unit: FunctionPlan, target: str) -> FunctionPlan:
    """The unit goes to `target`. Where that cannot work, its hard reasons stay with it, for all to see."""
    if unit.target == target:
        return unit
    instead = Reason("soft", f"it would be the choice without --target {target}")
    blockers: tuple[Reason, ...] = ()
    candidates = []
    for found in unit.candidates:
        if found.target == target:
            blockers = tuple(why for why in found.reasons if why.kind == "hard")
            found = replace(found, verdict="chosen", reasons=(_ASKED, *found.reasons))
        elif found.verdict == "chosen":
            found = replace(found, verdict="viable", reasons=(instead, *found.reasons))
        candidates.append(found)
    return replace(_chosen(unit, target, candidates), blockers=blockers)


def avoid(
    project: Project,
    result: ScanResult,
    usage: Usage,
    options: Options,
    units: Sequence[FunctionPlan],
    names: Collection[str],
) -> tuple[FunctionPlan, ...]:
    """Units whose target is ruled out get the choice among the others."""
    if not any(unit.target in names for unit in units):
        return tuple(_without(unit, names) for unit in units)
    cases = {case.deployed.function.id: case for case in circumstances(project, result.findings, usage, options)}
    found = []
    for unit in units:
        if unit.target in names:
            left = unit_of(cases[unit.id], prices(usage.region), names)
            ruled_out = (one for one in unit.candidates if one.target in names)
            unit = replace(left, candidates=(*left.candidates, *ruled_out))
        found.append(_without(unit, names))
    return tuple(found)


def _without(unit: FunctionPlan, names: Collection[str]) -> FunctionPlan:
    candidates = [
        replace(found, verdict="rejected", reasons=_ruled_out(found)) if found.target in names else found
        for found in unit.candidates
    ]
    return replace(
        unit,
        candidates=_ordered(candidates),
        ties=tuple(name for name in unit.ties if name not in names),
        flips=tuple(flip for flip in unit.flips if flip.target not in names),
    )


def _ruled_out(found: Candidate) -> tuple[Reason, ...]:
    """What spoke for a target is no reason against it."""
    return (_RULED_OUT, *found.reasons) if found.verdict == "rejected" else (_RULED_OUT,)


def _chosen(unit: FunctionPlan, target: str, candidates: Sequence[Candidate]) -> FunctionPlan:
    return replace(unit, target=target, candidates=_ordered(candidates), ties=(), flips=())


def _ordered(candidates: Sequence[Candidate]) -> tuple[Candidate, ...]:
    order = ("chosen", "viable", "rejected")
    return tuple(sorted(candidates, key=lambda found: order.index(found.verdict)))


_NOTHING = ScanResult((), (), Coverage(0, (), ()), {})


@dataclass(frozen=True, slots=True)
class Wishes:
    """`target` holds for the functions of these ids, or for all where there are none."""

    target: str | None = None
    functions: frozenset[str] = frozenset()
    avoid: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class FolderPlan:
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


def part(folder: str, project: Project, result: ScanResult, alone: bool) -> FolderPlan:
    """A single folder keeps paths relative to itself."""
    if alone:
        return FolderPlan("", project, result, result, {f.fingerprint: f.fingerprint for f in result.findings})
    moved = merge([(folder, result), (folder, _NOTHING)])
    before = sorted(result.findings, key=lambda finding: finding.sort_key)
    pairs = zip(before, moved.findings, strict=True)
    ids = [deployed.function.id for deployed in result.functions]
    first = moved.functions[0].function.id if ids else ""
    prefix = first[: len(first) - len(ids[0])] if ids else ""
    return FolderPlan(prefix, project, result, moved, {old.fingerprint: new.fingerprint for old, new in pairs})


def decided(found: FolderPlan, usage: Usage, options: Options, wishes: Wishes) -> tuple[FunctionPlan, ...]:
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


def tied(parts: Sequence[FolderPlan]) -> Ties:
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


def _unit(found: FolderPlan, unit: FunctionPlan) -> FunctionPlan:
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


def _evidence(found: FolderPlan, evidence: Evidence) -> Evidence:
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
