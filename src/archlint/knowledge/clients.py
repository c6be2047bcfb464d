"""Constructors of service clients."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any

from archlint.knowledge.store import read_yaml


@dataclass(frozen=True, slots=True)
class Constructor:
    """`what` names the thing made; `through` is the constructor of the session that it is made from."""

    call: str
    what: str
    through: str | None


@cache
def _constructors() -> dict[str, Constructor]:
    rows: list[dict[str, Any]] = read_yaml("clients.yaml")["constructors"]
    return {row["call"]: Constructor(row["call"], row["what"], row.get("through")) for row in rows}


def constructor(path: str) -> Constructor | None:
    """The client that a call of a symbolic path makes."""
    return _constructors().get(path)


@cache
def per_request_results() -> frozenset[str]:
    """Names of API calls whose credentials belong to one request."""
    return frozenset(read_yaml("clients.yaml")["per_request_results"])
