"""Targets that people ask for or rule out, laid over what was decided."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace

from archlint.knowledge.prices import prices
from archlint.plan.decision.decide import unit_of
from archlint.plan.model import Candidate, Reason, Unit
from archlint.plan.needs.requirements import Options, circumstances
from archlint.plan.usage.file import Usage
from archlint.project import Project
from archlint.results.result import ScanResult

_ASKED = Reason("soft", "you asked for it with --target")
_RULED_OUT = Reason("soft", "you ruled it out with --avoid")


def insist(unit: Unit, target: str) -> Unit:
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
    project: Project, result: ScanResult, usage: Usage, options: Options, units: Sequence[Unit], names: Collection[str]
) -> tuple[Unit, ...]:
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


def _without(unit: Unit, names: Collection[str]) -> Unit:
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


def _chosen(unit: Unit, target: str, candidates: Sequence[Candidate]) -> Unit:
    return replace(unit, target=target, candidates=_ordered(candidates), ties=(), flips=())


def _ordered(candidates: Sequence[Candidate]) -> tuple[Candidate, ...]:
    order = ("chosen", "viable", "rejected")
    return tuple(sorted(candidates, key=lambda found: order.index(found.verdict)))
