"""What calls of AWS services do, and which of their parameters names the resource."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from packaging.version import Version

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


@cache
def services() -> frozenset[str]:
    """Names of services that every version of boto3 since `since()` knows."""
    return frozenset(read_yaml("boto3_services.yaml")["services"].split())


@cache
def since() -> Version:
    """The version of boto3 and botocore (they go together) whose services are listed."""
    return Version(read_yaml("boto3_services.yaml")["version"])


ACCESSES = ("invokes", "starts", "sends", "reads", "writes")


@dataclass(frozen=True, slots=True)
class Meaning:
    """One operation. `names` are the parameters that may name the resource, in order; `positions` its parameters in
    order where they may be given so; `key` the parameter for what inside the resource is meant."""

    service: str
    kind: str
    """The resource's kind, in the terms of `model.resource.KINDS`."""
    accesses: tuple[str, ...]
    names: tuple[str, ...]
    positions: tuple[str, ...] = ()
    key: str = ""
    waits_unless: tuple[str, frozenset[str]] | None = None
    """A parameter with the values for which the caller does not wait."""


@cache
def client_operation(service: str, operation: str) -> Meaning | None:
    """What `boto3.client(service).operation(…)` does."""
    row = _table("clients").get(service)
    accesses = _accesses(row, operation) if row is not None else ()
    if row is None or not accesses:
        return None
    unless = row.get("unless")
    return Meaning(
        service,
        row["kind"],
        accesses,
        tuple(row["names"]),
        tuple(row.get("positions", {}).get(operation, ())),
        row.get("key", ""),
        (unless["parameter"], frozenset(unless["values"])) if unless else None,
    )


@cache
def resource_operation(service: str, maker: str, operation: str) -> Meaning | None:
    """What `boto3.resource(service).maker(name).operation(…)` does; the name is a parameter of the maker."""
    row = _table("resources").get(f"{service}.{maker}")
    accesses = _accesses(row, operation) if row is not None else ()
    if row is None or not accesses:
        return None
    kind = _table("clients")[row["client"]]["kind"]
    positions = (row["name"], "key") if "key" in row else (row["name"],)
    return Meaning(row["client"], kind, accesses, (row["name"],), positions, "key" if "key" in row else "")


@cache
def function_call(path: str) -> Meaning | None:
    """What a call of another library's function by symbolic path does."""
    row = _table("functions").get(path)
    if row is None:
        return None
    service = row.get("client", "")
    kind = row.get("kind") or _table("clients")[service]["kind"]
    positions = (row["name"],) if row.get("position") == 0 else ()
    return Meaning(service, kind, (row["access"],), (row["name"],), positions)


def _accesses(row: Mapping[str, Any], operation: str) -> tuple[str, ...]:
    return tuple(access for access in ACCESSES if operation in row.get(access, ()))


@cache
def _table(name: str) -> Mapping[str, Mapping[str, Any]]:
    table: Mapping[str, Mapping[str, Any]] = read_yaml("aws_calls.yaml")[name]
    return table


@cache
def direct_targets(trigger: str) -> frozenset[str]:
    """The services, by boto3's names, that a trigger of this type can call without a function."""
    return frozenset(read_yaml("aws_calls.yaml")["direct"].get(trigger, ()))
