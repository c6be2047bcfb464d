"""Limits of AWS services, each with its unit, source and date."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from types import MappingProxyType
from typing import Any, TypeAlias

from archlint.knowledge.store import read_json, read_yaml, rules_folder

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


class UnknownFactError(Exception):
    """A name that rules/data does not answer to."""


@dataclass(frozen=True, slots=True)
class Stated:
    """`text` says the fact, or what a whole table holds; `as_of` is the source's date, "" where it says none."""

    name: str
    text: str
    source: str
    url: str
    as_of: str


def stated(name: str) -> Stated:
    """The fact `table` or `table:key`, a row of the table's section of the same name; raises UnknownFactError."""
    table, _, key = name.partition(":")
    data = _table(table)
    if not key:
        return _whole(table, data)
    row = next((data[s][key] for s in (table, "facts") if isinstance(data.get(s), dict) and key in data[s]), None)
    if not isinstance(row, dict):
        raise UnknownFactError(f"{table} has no row {key!r}")
    sources = data.get("sources")
    source = sources.get(row.get("source")) if isinstance(sources, dict) else None
    if isinstance(source, dict):
        return Stated(name, _row(key, row), source["title"], source["url"], str(row.get("as_of") or source["as_of"]))
    return Stated(name, _row(key, row), _text(data.get("source")), _text(data.get("url")), _text(data.get("as_of")))


def _table(name: str) -> Mapping[str, Any]:
    folder = rules_folder() / "data"
    for suffix, read in ((".yaml", read_yaml), (".json", read_json)):
        if (folder / f"{name}{suffix}").is_file():
            data: object = read(f"{name}{suffix}")
            if isinstance(data, dict):
                return data
    raise UnknownFactError(f"there is no table {name!r} in rules/data")


def _whole(name: str, data: Mapping[str, Any]) -> Stated:
    source = _text(data.get("source"))
    if not source and isinstance(data.get("sources"), dict):
        source = "; ".join(dict.fromkeys(_text(row.get("title")) for row in data["sources"].values()))
    if not source:
        parts = (part["source"] for part in data.values() if isinstance(part, dict) and "source" in part)
        source = "; ".join(dict.fromkeys(_text(part) for part in parts))
    return Stated(
        name, f"archlint's table of {name.replace('_', ' ')}", source, _text(data.get("url")), _text(data.get("as_of"))
    )


def _row(key: str, row: Mapping[str, Any]) -> str:
    words = key.replace("_", " ")
    if "text" in row:
        return f"{words}: {row['text']}"
    if "value" in row:
        value, unit = row["value"], row.get("unit", "")
        shown = f"{value:,}" if isinstance(value, int) else str(value)
        return f"{words}: {shown}" + (f" {unit}" if unit and unit != "date" else "")
    told = (f"{name.replace('_', ' ')} {value}" for name, value in row.items() if name not in ("source", "as_of"))
    return f"{words}: {', '.join(told)}"


def _text(value: object) -> str:
    return "" if value is None else str(value)


@dataclass(frozen=True, slots=True)
class Limit:
    """A number (or a date) with what it rests on; `value` is in `unit`."""

    value: int
    unit: str
    title: str
    url: str
    as_of: str


@dataclass(frozen=True, slots=True)
class Fact:
    """What a service has or has not, as words that complete "AWS refuses it: …"."""

    text: str
    title: str
    url: str
    as_of: str


@dataclass(frozen=True, slots=True)
class Runtime:
    """When AWS ends support for a managed runtime, and when it refuses new functions and updates."""

    name: str
    deprecated: date
    block_create: date
    block_update: date
    as_of: str


@cache
def limit(name: str) -> Limit:
    """A limit by its key in rules/data/limits.yaml."""
    data: dict[str, Any] = read_yaml("limits.yaml")
    row = data["limits"][name]
    source = data["sources"][row["source"]]
    return Limit(row["value"], row["unit"], source["title"], source["url"], str(row["as_of"]))


def is_limit(name: str) -> bool:
    """Whether rules/data/limits.yaml has a limit of AWS of that key, with or without a unit at its end."""
    rows: dict[str, Any] = read_yaml("limits.yaml")["limits"]
    keys = (name, name.rpartition("_")[0])
    return any(key in rows and rows[key]["source"] != "judgement" for key in keys)


@cache
def fact(name: str) -> Fact:
    """A fact by its key in rules/data/limits.yaml."""
    data: dict[str, Any] = read_yaml("limits.yaml")
    row = data["facts"][name]
    source = data["sources"][row["source"]]
    return Fact(row["text"], source["title"], source["url"], str(row["as_of"]))


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
