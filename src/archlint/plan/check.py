"""An accepted plan against today's repository: what no longer agrees, and what is done."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from archlint.finding import Finding
from archlint.knowledge.plan_steps import STAY
from archlint.model.deployed import Deployed
from archlint.plan.accepted import Accepted, AcceptedStep, AcceptedUnit
from archlint.plan.model import Plan, Unit
from archlint.values import Known

SETTINGS = frozenset(
    {"memory_mb", "timeout_s", "ephemeral_mb", "zip_fit", "package", "runtime", "init", "needed_memory_mb"}
)
"""Needs that mending itself changes: they are no reason to plan anew."""

TRAFFIC = frozenset({"monthly_requests", "demand", "duration_s", "payload_mb"})
"""Needs that come from the usage file."""

_BESIDE = ("lambda-image", "lambda-managed-instances", "lambda-managed-instances-gpu", "lambda-durable")


@dataclass(frozen=True, slots=True)
class Difference:
    """`kind` is vanished, new, target or need."""

    unit: str
    kind: str
    text: str


@dataclass(frozen=True, slots=True)
class Checked:
    """`steps` are those of the accepted plan, with whether the repository shows them done."""

    differences: tuple[Difference, ...]
    steps: tuple[tuple[AcceptedStep, bool], ...]

    @property
    def matches(self) -> bool:
        return not self.differences


def check(accepted: Accepted, plan: Plan, deployed: Mapping[str, Deployed], findings: Mapping[str, Finding]) -> Checked:
    """`deployed` by id and `findings` by fingerprint are all of today's; `plan` was made with the accepted inputs."""
    steps = tuple((step, _done(step, accepted, deployed, findings)) for step in accepted.steps)
    worked_on = {id_ for step, done in steps if done for id_ in (step.unit, *step.also)}
    now = {unit.id: unit for unit in plan.units}
    found: list[Difference] = []
    for unit in accepted.units:
        if unit.id in now:
            found += _changed(unit, now[unit.id], deployed.get(unit.id), unit.id in worked_on)
        elif unit.target == STAY or not _removable(unit):
            found.append(Difference(unit.id, "vanished", "it is in the plan, and the repository no longer has it"))
    known = {unit.id for unit in accepted.units} | {_successor(unit) for unit in accepted.units}
    for id_ in now:
        if id_ not in known:
            found.append(Difference(id_, "new", "the plan does not have it"))
    return Checked(tuple(found), steps)


def _changed(before: AcceptedUnit, now: Unit, deployed: Deployed | None, worked_on: bool) -> Iterator[Difference]:
    reached = deployed is not None and _reached(before.target, deployed)
    if before.target != now.target and not reached:
        yield Difference(now.id, "target", f"the plan says {before.target}, today it would be {now.target}")
    if reached or worked_on:
        return
    needs = {need.name: need.value for need in now.needs}
    for name in sorted({*before.needs, *needs} - SETTINGS - TRAFFIC):
        was, is_ = before.needs.get(name), needs.get(name)
        if was != is_:
            yield Difference(now.id, "need", f"{name}: {was or 'not needed'} in the plan, {is_ or 'not needed'} today")


def _removable(unit: AcceptedUnit) -> bool:
    """The plan itself removes the function in the end."""
    return any(step.key == "remove" for step in unit.steps)


def _successor(unit: AcceptedUnit) -> str:
    """The id of the second function that the plan says to create."""
    if unit.target not in _BESIDE:
        return unit.id
    return unit.id + ("Image" if unit.target == "lambda-image" else "New")


def _done(
    step: AcceptedStep, accepted: Accepted, deployed: Mapping[str, Deployed], findings: Mapping[str, Finding]
) -> bool:
    """Only what files show: whether traffic has moved is not to be seen, unless the old function is gone."""
    if step.findings:
        return not any(fingerprint in findings for fingerprint in step.findings)
    unit = next((unit for unit in accepted.units if unit.id == step.unit), None)
    if unit is None:
        return False
    if unit.id not in deployed:
        return _removable(unit)
    if step.key in ("shift", "park", "replay", "remove", "events"):
        return False
    return _reached(unit.target, deployed[unit.id]) or (
        _successor(unit) != unit.id and _successor(unit) in deployed and step.key in ("build", "fit", "steps", "beside")
    )


def _reached(target: str, deployed: Deployed) -> bool:
    """Whether the function already is what the plan makes of it."""
    function = deployed.function
    shows = {
        "lambda-image": isinstance(function.package, Known) and function.package.value == "image",
        "lambda-efs": bool(function.efs_mounts),
        "lambda-snapstart": function.snapstart,
        "lambda-provisioned": function.provisioned_concurrency,
        "lambda-managed-instances": function.capacity_provider,
        "lambda-managed-instances-gpu": function.accelerator,
        "lambda-durable": function.durable,
    }
    return shows.get(target, False)
