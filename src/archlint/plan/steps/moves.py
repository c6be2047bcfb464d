"""Steps that take one unit to its target, and what all of them share."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from archlint.knowledge import plan_steps
from archlint.knowledge.plan_steps import Move, Recipe, base, base_keys, move
from archlint.model.deployed import Deployed
from archlint.plan.model import FunctionPlan, PlanStep
from archlint.plan.steps.words import Words, brings_registry, step_id, words
from archlint.plan.waves import BASE, CLEAN_UP, Schedule
from archlint.values import Known

EVENTS = "events"
_CREATE_ONLY = "PackageType can only be set when a function is created: a change in place fails or replaces it."
_SAME_ID = "The same construct id would keep the same logical id: give it a new one, and its grants and alarms again."
_IN_TEMPLATE = {
    "sam": "An image takes no Runtime, Handler or Layers, not even those of Globals: move them to the functions.",
    "cloudformation": "An image takes no Runtime, Handler or Layers.",
    "cdk-python": _SAME_ID,
    "cdk-typescript": _SAME_ID,
}
REGISTRY = "ecr"
"""Parts of the base that each function, or each image, has one of."""


def base_steps(
    units: Sequence[FunctionPlan], deployed: Mapping[str, Deployed], schedule: Schedule
) -> tuple[PlanStep, ...]:
    """Wave 0: each part once, however many units need it; registries and recordings once a unit."""
    wave = schedule.number(BASE)
    if wave is None:
        return ()
    moving = [unit for unit in units if unit.id in schedule.moves]
    steps: list[PlanStep] = []
    for key in base_keys():
        wanting = [unit for unit in moving if _wants(unit, key, deployed[unit.id])]
        if key == EVENTS:
            steps += [_made(base(key), words(unit, deployed[unit.id]), unit.id, wave) for unit in wanting]
        elif key == REGISTRY:
            steps += _registries(wanting, deployed, wave)
        elif wanting:
            shared = _made(base(key), Words(), None, wave)
            steps.append(replace(shared, also=tuple(unit.id for unit in wanting)))
    return tuple(steps)


def _registries(units: Sequence[FunctionPlan], deployed: Mapping[str, Deployed], wave: int) -> Iterator[PlanStep]:
    """One for each target and Dockerfile."""
    sharing: dict[tuple[str, str], list[FunctionPlan]] = {}
    for unit in units:
        sharing.setdefault((unit.target, words(unit, deployed[unit.id]).texts["dockerfile"]), []).append(unit)
    for first, *others in sharing.values():
        step = _made(base(REGISTRY), words(first, deployed[first.id]), first.id, wave)
        yield replace(step, also=tuple(unit.id for unit in others))


def _wants(unit: FunctionPlan, key: str, deployed: Deployed) -> bool:
    """What the function has today is not made again."""
    found = move(unit.target)
    if key == EVENTS:
        return True
    if found is None or key not in found.base:
        return False
    return not (key == "network" and deployed.function.vpc) and not (
        key == REGISTRY and (_is_image(deployed) or brings_registry(unit, deployed))
    )


def _is_image(deployed: Deployed) -> bool:
    package = deployed.function.package
    return isinstance(package, Known) and package.value == "image"


def move_steps(
    unit: FunctionPlan, deployed: Deployed, schedule: Schedule, before: Sequence[PlanStep]
) -> tuple[PlanStep, ...]:
    """What is made, the shift of each trigger, and what is removed at the end, each after the step before it."""
    found = move(unit.target)
    if found is None or unit.id not in schedule.moves:
        return ()
    wave, last = schedule.moves[unit.id], schedule.number(CLEAN_UP)
    named = words(unit, deployed)
    ready = tuple(step.id for step in before if unit.id in (step.unit, *step.also))
    steps: list[PlanStep] = []
    for step in _steps(found, unit, deployed, named, wave):
        after = (steps[-1].id,) if steps else ready
        number = last if not step.reversible and last is not None else step.wave
        steps.append(replace(step, wave=number, depends_on=after))
    return tuple(steps)


def _steps(found: Move, unit: FunctionPlan, deployed: Deployed, named: Words, wave: int) -> Iterator[PlanStep]:
    for recipe in found.steps:
        if recipe.shift:
            yield from _shifts(found.form, recipe, unit, deployed, named, wave)
        else:
            step = _made(recipe, named, unit.id, wave)
            if "{deploy}" in recipe.commands:
                step = replace(step, files=(*step.files, deployed.function.defined_at.path))
            if recipe.key == "beside":
                step = replace(step, detail=_why_beside(unit, deployed, recipe))
            yield step


def _made(recipe: Recipe, named: Words, unit: str | None, wave: int) -> PlanStep:
    return PlanStep(
        id=step_id(unit or "", recipe.key),
        wave=wave,
        unit=unit,
        symbol=recipe.symbol,
        title=named.text(recipe.title),
        files=tuple(named.text(file if file.startswith("{") else "{" + file + "}") for file in recipe.files),
        commands=tuple(text for text in map(named.command, recipe.commands) if text),
        preconditions=tuple(named.text(text) for text in recipe.preconditions),
        verify=tuple(named.text(text) for text in recipe.verify),
        rollback=tuple(named.text(text) for text in recipe.rollback),
        reversible=recipe.reversible,
        points=recipe.points,
        key=recipe.key,
        detail=named.text(recipe.detail),
    )


def _why_beside(unit: FunctionPlan, deployed: Deployed, recipe: Recipe) -> str:
    """A function's package type can only be set when it is created."""
    if unit.target not in ("lambda-image", "lambda-managed-instances-gpu") or _is_image(deployed):
        return recipe.detail
    return f"{recipe.detail} {_CREATE_ONLY} {_IN_TEMPLATE.get(deployed.function.kind, '')}".rstrip()


def _shifts(
    form: str, recipe: Recipe, unit: FunctionPlan, deployed: Deployed, named: Words, wave: int
) -> Iterator[PlanStep]:
    """One step a kind of trigger; a function without triggers has callers that name it."""
    if form == "in-place" or recipe.in_place:
        yield _shift(plan_steps.in_place(), "alias", "the alias", unit, named, wave)
        return
    kinds = list(dict.fromkeys(trigger.type for trigger in deployed.function.triggers)) or [plan_steps.DIRECT]
    for kind in kinds:
        way = plan_steps.way(kind, form)
        if way is not None:
            title = "its direct callers" if kind == plan_steps.DIRECT else f"its {kind} trigger"
            yield _shift(way, kind, title, unit, named, wave)
        else:
            yield _stays(kind, unit, named, wave)


def _shift(
    way: plan_steps.TrafficShift, kind: str, title: str, unit: FunctionPlan, named: Words, wave: int
) -> PlanStep:
    parts = (f"In place of the trigger: {way.replace}." if way.replace else "", way.change, way.shift)
    return PlanStep(
        id=step_id(unit.id, f"shift {kind}"),
        wave=wave,
        unit=unit.id,
        symbol=">",
        title=named.text(f"Shift the traffic of {{name}}: {title}"),
        verify=("Errors, age and latency stay under their alarms for an hour at each share, a day at the last",),
        rollback=(named.text(way.back),),
        points=way.points,
        key="shift",
        detail=" ".join(named.text(part) for part in parts if part),
    )


def _stays(kind: str, unit: FunctionPlan, named: Words, wave: int) -> PlanStep:
    """The trigger cannot leave Lambda: a thin function stays for it."""
    reason = plan_steps.contract(kind) or "nothing else can take its place"
    return PlanStep(
        id=step_id(unit.id, f"shift {kind}"),
        wave=wave,
        unit=unit.id,
        symbol="!",
        title=named.text(f"Keep a thin function for the {kind} trigger of {{name}}"),
        verify=("The thin function answers within the time that its caller grants",),
        rollback=(named.text("Let {name} do the work itself."),),
        points=5,
        key="shift",
        detail=f"{reason[:1].upper()}{reason[1:]}: only the heavy part can move behind it.",
    )
