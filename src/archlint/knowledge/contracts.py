"""Event sources that only call Lambda functions, and what functions work with outside themselves."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from functools import cache
from typing import Any

from archlint.knowledge.store import read_yaml


@dataclass(frozen=True, slots=True)
class Contract:
    """`within_s`: seconds that the source waits for the answer, where it says so; `batch`: a job waits, no person;
    `edge`: the function runs at CloudFront."""

    title: str
    within_s: float | None
    batch: bool
    as_of: str
    source: str
    edge: bool = False


def _contract(row: dict[str, Any]) -> Contract:
    data = read_yaml("contracts.yaml")
    within = row.get("within_s")
    return Contract(
        row["title"],
        None if within is None else float(within),
        bool(row.get("batch")),
        str(data["as_of"]),
        data["source"],
        bool(row.get("edge")),
    )


@cache
def of_trigger(kind: str) -> Contract | None:
    """By a trigger's type."""
    row = read_yaml("contracts.yaml")["triggers"].get(kind)
    return _contract(row) if row is not None else None


def of_event(keys: Collection[str]) -> Contract | None:
    """By what a handler reads from its event."""
    for row in read_yaml("contracts.yaml")["events"]:
        if sum(key in keys for key in row["keys"]) >= row["least"]:
            return _contract(row)
    return None


@cache
def _listed(section: str, key: str) -> frozenset[str]:
    return frozenset(read_yaml("partners.yaml")[section][key])


def private_stores(name: str) -> bool:
    """Whether an import's dotted name is that of a client of a data store inside a network."""
    return _begins(name, _listed("private_stores", "imports"))


def private_resources() -> frozenset[str]:
    """Kinds of resources that stand inside a network."""
    return _listed("private_stores", "resources")


def hosts_models_elsewhere(name: str) -> bool:
    """Whether an import's dotted name is that of a client of models behind an API."""
    return _begins(name, _listed("hosted_models", "imports"))


def announced_operations() -> frozenset[str]:
    """Operations of AWS clients that ask how far a job is whose end AWS announces as an event."""
    return _listed("announced_jobs", "operations")


def hosted_operations() -> frozenset[str]:
    """Operations of AWS clients that wait for a model or a query."""
    return _listed("hosted_models", "operations")


def _begins(name: str, roots: frozenset[str]) -> bool:
    parts = name.split(".")
    return any(".".join(parts[:count]) in roots for count in range(1, min(len(parts), 3) + 1))
