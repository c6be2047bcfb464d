"""Limits of AWS services, each with its unit, source and date."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any

from archlint.knowledge.store import read_yaml


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
