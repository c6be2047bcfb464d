"""What the graph of an architecture needs to know of triggers and of permissions."""

from __future__ import annotations

from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import cache
from typing import Any

from archlint.knowledge.store import read_yaml

FILE = "graph.yaml"


@dataclass(frozen=True, slots=True)
class Source:
    """What invokes a function through a trigger; `kinds` are those of the declared resources that may be it."""

    name: str
    kind: str
    kinds: frozenset[str]


@cache
def trigger_source(type_: str) -> Source:
    """By a trigger's type."""
    row: dict[str, Any] | None = read_yaml(FILE)["triggers"].get(type_)
    if row is None:
        return Source(type_, "other", frozenset({"other"}))
    return Source(row["name"], row["kind"], frozenset(row["from"]))


@cache
def action_access(action: str) -> frozenset[str]:
    """What an allowed action, such as "s3:GetObject", lets its owner do, in the terms of `ServiceCall.access`, and
    "polls"; everything for a wildcard, nothing for an action that none of this is."""
    service, _, verb = action.partition(":")
    rows: dict[str, list[str]] = read_yaml(FILE)["actions"]
    if verb in ("", "*"):
        own = {name for name, patterns in rows.items() if any(p.startswith(f"{service}:") for p in patterns)}
        return frozenset(own - {"polls"} or {"reads", "writes"})
    for name, patterns in rows.items():
        if any(fnmatchcase(action, pattern) or pattern == f"{action}*" for pattern in patterns):
            return frozenset({name})
    return frozenset()


def threshold(name: str) -> int:
    """One of archlint's own thresholds, by its key."""
    value: int = read_yaml(FILE)["thresholds"][name]
    return value
