"""A plan that was written as JSON and accepted, read again."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

from archlint.finding import Finding
from archlint.knowledge.plan_steps import STAY
from archlint.model.deployed import Deployed
from archlint.plan.model import FunctionPlan, Inputs, Plan
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


def _changed(
    before: AcceptedUnit, now: FunctionPlan, deployed: Deployed | None, worked_on: bool
) -> Iterator[Difference]:
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


SCHEMA = "archlint/plan/v1"
MAX_BYTES = 50_000_000


class AcceptedError(Exception):
    """A file that is no plan; the message says why."""


@dataclass(frozen=True, slots=True)
class AcceptedStep:
    id: str
    wave: int
    key: str
    title: str
    unit: str | None
    also: tuple[str, ...] = ()
    findings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class AcceptedUnit:
    id: str
    name: str
    target: str
    needs: Mapping[str, str]
    steps: tuple[AcceptedStep, ...] = ()


@dataclass(frozen=True, slots=True)
class Accepted:
    units: tuple[AcceptedUnit, ...]
    steps: tuple[AcceptedStep, ...]
    """All of them, in the order of their waves."""
    inputs: Inputs
    region: str


def read_accepted_file(path: Path) -> Accepted:
    """Raises AcceptedError."""
    try:
        with path.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise AcceptedError(f"cannot be read: {error.strerror}") from error
    if len(data) > MAX_BYTES:
        raise AcceptedError(f"is larger than {MAX_BYTES:,} bytes")
    return read_accepted(data.decode("utf-8", "replace"))


def read_accepted(text: str) -> Accepted:
    """Raises AcceptedError."""
    try:
        document: Any = json.loads(text)
    except (ValueError, RecursionError) as error:
        reason = str(error) if isinstance(error, json.JSONDecodeError) else "it cannot be read"
        raise AcceptedError(f"is not JSON: {reason}") from error
    schema = document.get("schema") if isinstance(document, dict) else None
    if schema != SCHEMA:
        raise AcceptedError(
            f"is no plan: its schema is {str(schema)[:60]!a}, not {SCHEMA!a}; write one with --format json"
        )
    try:
        units = tuple(_unit(row) for row in document["units"])
        shared = [_step(row, None) for row in document["steps"]]
        steps = sorted([*shared, *(step for unit in units for step in unit.steps)], key=lambda step: step.wave)
        return Accepted(units, tuple(steps), _inputs(document["inputs"]), _text(document["region"]))
    except (KeyError, TypeError, AttributeError) as error:
        raise AcceptedError(
            f"is no whole plan: something is missing or of the wrong kind ({ascii(error)[:80]})"
        ) from error


def _unit(row: Mapping[str, Any]) -> AcceptedUnit:
    id_ = _text(row["id"])
    needs = {_text(need["name"]): _text(need["value"]) for need in row["needs"]}
    steps = tuple(_step(step, id_) for step in row["steps"])
    return AcceptedUnit(id_, _text(row["name"]), _text(row["target"]), MappingProxyType(needs), steps)


def _step(row: Mapping[str, Any], unit: str | None) -> AcceptedStep:
    if not isinstance(row["wave"], int):
        raise TypeError("wave")
    return AcceptedStep(
        id=_text(row["id"]),
        wave=row["wave"],
        key=_text(row["key"]),
        title=_text(row["title"]),
        unit=unit,
        also=tuple(_text(id_) for id_ in row["also"]),
        findings=tuple(_text(fingerprint) for fingerprint in row["findings"]),
    )


def _inputs(row: Mapping[str, Any]) -> Inputs:
    target = row["target"]
    return Inputs(
        usage=bool(row["usage"]),
        answers=bool(row["answers"]),
        target=None if target is None else _text(target),
        functions=tuple(_text(id_) for id_ in row["functions"]),
        avoid=tuple(_text(name) for name in row["avoid"]),
    )


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError(f"{value!r} is no text")
    return value
