"""What to do, step by step, for every unit of a plan."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from archlint.finding import Finding
from archlint.model.deployed import Deployed
from archlint.plan.model import FunctionPlan, PlanStep
from archlint.plan.steps.fixes import fixes, to_mend
from archlint.plan.steps.moves import base_steps, move_steps
from archlint.plan.waves import MEND, Schedule, Ties

BUILD = "build"

__all__ = ["steps", "to_mend"]


def steps(
    units: Sequence[FunctionPlan],
    deployed: Mapping[str, Deployed],
    findings: Mapping[str, Finding],
    advice: Mapping[str, str],
    schedule: Schedule,
    ties: Ties,
) -> tuple[PlanStep, ...]:
    """In the order of their waves, those of one unit together. `deployed` by id, `findings` by fingerprint, `advice`
    by rule."""
    mend = schedule.number(MEND)
    mending = fixes(units, findings, advice, mend) if mend is not None else ()
    before = (*base_steps(units, deployed, schedule), *mending)
    own = {unit.id: move_steps(unit, deployed[unit.id], schedule, before) for unit in units}
    moving = _callers_after_callees(_one_image_each(own, units), ties)
    return tuple(sorted((*before, *moving), key=lambda step: step.wave))


def _one_image_each(
    own: Mapping[str, tuple[PlanStep, ...]], units: Sequence[FunctionPlan]
) -> dict[str, tuple[PlanStep, ...]]:
    """Functions with the same target and Dockerfile share one build."""
    targets = {unit.id: unit.target for unit in units}
    first: dict[tuple[str, ...], PlanStep] = {}
    instead: dict[str, str] = {}
    for id_, found in own.items():
        for step in found:
            if step.key == BUILD:
                key = (targets[id_], *step.files)
                same = first.setdefault(key, step)
                if same is not step:
                    instead[step.id] = same.id
                    first[key] = replace(same, also=(*same.also, id_))
    kept = {step.id: step for step in first.values()}
    return {
        id_: tuple(
            replace(kept.get(step.id, step), depends_on=tuple(instead.get(other, other) for other in step.depends_on))
            for step in found
            if step.id not in instead
        )
        for id_, found in own.items()
    }


def _callers_after_callees(own: Mapping[str, tuple[PlanStep, ...]], ties: Ties) -> list[PlanStep]:
    """A caller's traffic shifts only after that of what it waits for, unless they move in one wave."""
    last = {id_: [step for step in found if step.key == "shift"] for id_, found in own.items()}
    after: dict[str, list[PlanStep]] = {}
    for callee, callers in ties.callers.items():
        for caller in callers:
            if last.get(callee) and last.get(caller) and last[callee][-1].wave < last[caller][0].wave:
                after.setdefault(last[caller][0].id, []).append(last[callee][-1])
    found = (step for unit in own.values() for step in unit)
    return [replace(s, depends_on=(*s.depends_on, *(other.id for other in after.get(s.id, ())))) for s in found]
