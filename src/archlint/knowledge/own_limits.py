"""Limits that the owners of a repository may set: quotas that AWS changes for an account, and archlint's thresholds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType
from typing import Any, TypeAlias

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
