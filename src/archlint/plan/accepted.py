"""A plan that was written as JSON and accepted, read again."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

from archlint.plan.model import Inputs

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
