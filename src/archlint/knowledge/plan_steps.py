"""The steps that lead to a target, and how a trigger's traffic gets there."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any

from archlint.knowledge.store import read_yaml

_TRAFFIC = "traffic_shift.yaml"
DIRECT = "direct"
"""The row for callers that name the function themselves."""


@dataclass(frozen=True, slots=True)
class TrafficShift:
    """How one trigger's traffic moves. `replace` and `change` are "" where the trigger stays as it is."""

    shift: str
    back: str
    points: int
    source: str
    """The page of the documentation that it rests on."""
    replace: str = ""
    change: str = ""


def shares() -> str:
    """The shares of traffic in percent, such as "5, 25, 100"."""
    return ", ".join(str(step) for step in _traffic()["steps"])


def in_place() -> TrafficShift:
    """To a new version of the same function."""
    return _way(_traffic()["in_place"])


def contract(trigger: str) -> str | None:
    """Why the caller can call nothing but Lambda; None where it can be replaced."""
    reason = _row(trigger).get("contract")
    return None if reason is None else str(reason)


def way(trigger: str, form: str) -> TrafficShift | None:
    """For the form "beside", "container" or "task"; None where the trigger cannot leave Lambda."""
    row = _row(trigger)
    return _way({"source": row["source"], **row[form]}) if form in row else None


def known_triggers() -> tuple[str, ...]:
    return tuple(_traffic()["triggers"])


def _row(trigger: str) -> dict[str, Any]:
    rows: dict[str, dict[str, Any]] = _traffic()["triggers"]
    return rows.get(trigger, rows[DIRECT])


def _way(row: dict[str, Any]) -> TrafficShift:
    url = _traffic()["sources"][row["source"]]["url"]
    return TrafficShift(
        row["shift"], row["back"], int(row["points"]), url, row.get("replace", ""), row.get("change", "")
    )


@cache
def _traffic() -> dict[str, Any]:
    data: dict[str, Any] = read_yaml(_TRAFFIC)
    return data


DATA = "plan_steps.yaml"
FORMS = ("in-place", "beside", "container", "task", "behind", "split")
STAY = "lambda-stay"


@dataclass(frozen=True, slots=True)
class Recipe:
    """One step with {placeholders} in its texts. `shift` stands for the steps that move traffic, one a trigger."""

    key: str
    symbol: str
    title: str = ""
    detail: str = ""
    files: tuple[str, ...] = ()
    commands: tuple[str, ...] = ()
    preconditions: tuple[str, ...] = ()
    verify: tuple[str, ...] = ()
    rollback: tuple[str, ...] = ()
    reversible: bool = True
    points: int = 0
    shift: bool = False
    in_place: bool = False
    """Traffic moves by an alias of the same function."""


@dataclass(frozen=True, slots=True)
class Move:
    """How a target is reached: what several functions share for it, what is made, and the rest by its form."""

    target: str
    form: str
    base: tuple[str, ...]
    steps: tuple[Recipe, ...]
    resolves: frozenset[str] = frozenset()
    """Rules whose findings go with the move."""


@cache
def base(key: str) -> Recipe:
    """By its key in the file's `base`."""
    return _recipe({"key": key, **_data()["base"][key]})


@cache
def base_keys() -> tuple[str, ...]:
    """In the order in which they are made."""
    return tuple(_data()["base"])


@cache
def move(target: str) -> Move | None:
    """None for a target to which nothing moves."""
    row = _data()["targets"].get(target)
    if row is None:
        return None
    steps = (*row["create"], *_data()["forms"][row["form"]])
    return Move(
        target,
        row["form"],
        tuple(row["base"]),
        tuple(_recipe(step) for step in steps),
        frozenset(row.get("resolves", ())),
    )


def fix_points(rule: str, code: str) -> int:
    """Points of mending one finding; `code` is the rule's, such as AL105."""
    fixes = _data()["fixes"]
    found = fixes["rules"].get(rule, fixes["family"].get(code[2:3], 3))
    return int(found)


def decided_by_target() -> frozenset[str]:
    """Rules whose advice is a target of its own."""
    return frozenset(_data()["fixes"]["decided"])


def covered_by(rule: str) -> str | None:
    """The rule whose advice makes that of `rule` idle where both speak of one edit."""
    found: str | None = _data()["fixes"]["covered"].get(rule)
    return found


@cache
def _data() -> dict[str, Any]:
    data: dict[str, Any] = read_yaml(DATA)
    return data


def _recipe(row: dict[str, Any]) -> Recipe:
    lists = ("files", "commands", "preconditions", "verify", "rollback")
    fields: dict[str, Any] = {key: tuple(value) if key in lists else value for key, value in row.items()}
    return Recipe(**fields)
