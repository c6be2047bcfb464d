"""How traffic moves from a function to what replaces it, by the kind of its trigger."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any

from archlint.knowledge.store import read_yaml

DATA = "traffic_shift.yaml"
DIRECT = "direct"
"""The row for callers that name the function themselves."""


@dataclass(frozen=True, slots=True)
class Way:
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
    return ", ".join(str(step) for step in _data()["steps"])


def in_place() -> Way:
    """To a new version of the same function."""
    return _way(_data()["in_place"])


def contract(trigger: str) -> str | None:
    """Why the caller can call nothing but Lambda; None where it can be replaced."""
    reason = _row(trigger).get("contract")
    return None if reason is None else str(reason)


def way(trigger: str, form: str) -> Way | None:
    """For the form "beside", "container" or "task"; None where the trigger cannot leave Lambda."""
    row = _row(trigger)
    return _way({"source": row["source"], **row[form]}) if form in row else None


def known_triggers() -> tuple[str, ...]:
    return tuple(_data()["triggers"])


def _row(trigger: str) -> dict[str, Any]:
    rows: dict[str, dict[str, Any]] = _data()["triggers"]
    return rows.get(trigger, rows[DIRECT])


def _way(row: dict[str, Any]) -> Way:
    url = _data()["sources"][row["source"]]["url"]
    return Way(row["shift"], row["back"], int(row["points"]), url, row.get("replace", ""), row.get("change", ""))


@cache
def _data() -> dict[str, Any]:
    data: dict[str, Any] = read_yaml(DATA)
    return data
