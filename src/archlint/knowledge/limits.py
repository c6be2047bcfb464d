"""Limits of AWS services, each with its unit, source and date."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from types import MappingProxyType
from typing import Any, TypeAlias

from archlint.knowledge.facts import Fact, fact_in
from archlint.knowledge.store import read_yaml

FILE = "own_limits.yaml"
Number: TypeAlias = int | float


@dataclass(frozen=True, slots=True)
class Settable:
    """A limit that `[limits]` may set, with the number that holds otherwise; `least` and `most` may be set too."""

    key: str
    default: Number
    unit: str
    least: Number
    most: Number
    kind: str
    """quota (of an AWS account) or threshold (of archlint)."""
    text: str
    rules: tuple[str, ...]
    """The names of the rules whose verdict depends on it."""
    default_as_of: str
    """The date of the default, YYYY-MM-DD or YYYY-MM."""

    @property
    def whole(self) -> bool:
        """Whether only integers make sense."""
        return isinstance(self.default, int)


@dataclass(frozen=True, slots=True)
class Applied:
    """A limit as it holds in one scan."""

    value: Number
    unit: str
    as_of: str
    own: bool = False

    @property
    def basis(self) -> str:
        """What the number rests on: "as of 2026-08-20", or "your limit"."""
        return "your limit" if self.own else f"as of {self.as_of}"

    @property
    def aside(self) -> str:
        """ " (your limit: 300 s)" to follow a message, or "" for the default."""
        return f" (your limit: {self.value:,} {self.unit})" if self.own else ""


@dataclass(frozen=True, slots=True)
class Limits:
    """What a repository's settings say, by key and sorted; all others are as archlint has them."""

    own: tuple[tuple[str, Number], ...] = ()

    def get(self, key: str) -> Applied:
        """A settable limit by its key in rules/data/own_limits.yaml."""
        row = settable()[key]
        for name, value in self.own:
            if name == key:
                return Applied(value, row.unit, "", own=True)
        return Applied(row.default, row.unit, row.default_as_of)


NONE_OWN = Limits()
"""Every limit as archlint has it."""


@cache
def settable() -> Mapping[str, Settable]:
    """All limits that may be set, by key."""
    rows: dict[str, dict[str, Any]] = read_yaml(FILE)["own_limits"]
    return MappingProxyType({key: _settable(key, row) for key, row in rows.items()})


def _settable(key: str, row: Mapping[str, Any]) -> Settable:
    value, as_of = _default(row["default"])
    return Settable(
        key=key,
        default=value,
        unit=row["unit"],
        least=row["min"],
        most=row["max"],
        kind=row["kind"],
        text=row["text"],
        rules=tuple(row["rules"]),
        default_as_of=as_of or str(row["as_of"]),
    )


def _default(name: str) -> tuple[Number, str]:
    """The number of a row `table:key` of rules/data, and its date ("" where the table gives none)."""
    table, _, key = name.partition(":")
    data: dict[str, Any] = read_yaml(f"{table}.yaml")
    row = (data.get("limits") or data["thresholds"])[key]
    return (row["value"], str(row["as_of"])) if isinstance(row, dict) else (row, "")


@dataclass(frozen=True, slots=True)
class Runtime:
    """When AWS ends support for a managed runtime, and when it refuses new functions and updates."""

    name: str
    deprecated: date
    block_create: date
    block_update: date
    as_of: str


@cache
def limit(name: str) -> Fact[int]:
    """A limit by its key in rules/data/limits.yaml."""
    return fact_in("limits.yaml", "limits", name)


@cache
def statement(name: str) -> Fact[str]:
    """What a service has or has not, as words that complete "AWS refuses it: …", by its key in limits.yaml."""
    return fact_in("limits.yaml", "facts", name)


def is_limit(name: str) -> bool:
    """Whether rules/data/limits.yaml has a limit of AWS of that key, with or without a unit at its end."""
    rows: dict[str, Any] = read_yaml("limits.yaml")["limits"]
    keys = (name, name.rpartition("_")[0])
    return any(key in rows and rows[key]["source"] != "judgement" for key in keys)


@cache
def runtime(name: str) -> Runtime | None:
    """A managed Python runtime; None for one that the table does not hold."""
    data: dict[str, Any] = read_yaml("runtimes.yaml")
    row = data["runtimes"].get(name)
    if row is None:
        return None
    ends, create, update = (date.fromisoformat(row[key]) for key in ("deprecated", "block_create", "block_update"))
    return Runtime(name, ends, create, update, str(data["as_of"]))


@cache
def newest_runtime() -> str:
    """The newest managed Python runtime of the table."""
    names: dict[str, Any] = read_yaml("runtimes.yaml")["runtimes"]
    return max(names, key=lambda name: [int(part) for part in name.removeprefix("python").split(".")])
