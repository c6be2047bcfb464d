"""What invokes functions, and whether a caller waits."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any

from archlint.knowledge.store import read_yaml

_FILE = "triggers.yaml"


@dataclass(frozen=True, slots=True)
class TriggerType:
    """What a function is invoked through. `name` and `kind` are those of a source that no template declares, `kinds`
    those of the declared resources that may be it."""

    name: str
    kind: str
    kinds: frozenset[str]
    caller: str
    """Who waits for the answer, as a message says it."""
    http: bool
    stream: bool
    limit: str
    """The key in limits.yaml of the time after which it answers `status` instead; "" where it has no such limit."""
    status: str


@cache
def trigger_type(type_: str) -> TriggerType:
    """By `Trigger.type`."""
    row: dict[str, Any] = read_yaml(_FILE)["types"].get(type_, {})
    return TriggerType(
        row.get("name", type_),
        row.get("kind", "other"),
        frozenset(row.get("from", ["other"])),
        row.get("caller", "a caller"),
        row.get("http", False),
        row.get("stream", False),
        row.get("limit", ""),
        row.get("status", ""),
    )


@dataclass(frozen=True, slots=True)
class EventSource:
    """A way of being invoked; `below` is the property that names the function, "" for the whole resource."""

    type: str
    sync: bool
    below: str = ""


@cache
def _table(section: str) -> dict[str, EventSource]:
    rows: dict[str, dict[str, Any]] = read_yaml(_FILE)[section]
    return {name: EventSource(row["type"], row["sync"], row.get("below", "")) for name, row in rows.items()}


def sam_trigger(kind: str) -> EventSource | None:
    """By the Type of a SAM event."""
    return _table("sam_events").get(kind)


def resource_source(kind: str) -> EventSource | None:
    """By the type of the CloudFormation resource that refers to the function."""
    return _table("resources").get(kind)


def principal_source(principal: str) -> EventSource | None:
    """By the service principal that a Lambda permission names."""
    return _table("principals").get(principal)


def poller_source(service: str) -> EventSource | None:
    """By the service in an event source's ARN."""
    return _table("pollers").get(service)


def poller_service(resource_type: str) -> str | None:
    """The ARN's service for a resource type that Lambda polls."""
    services: dict[str, str] = read_yaml(_FILE)["poller_resources"]
    return services.get(resource_type)
