"""What invokes functions, and whether a caller waits."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any

from archlint.knowledge.store import read_yaml


@dataclass(frozen=True, slots=True)
class EventSource:
    """A way of being invoked; `below` is the property that names the function, "" for the whole resource."""

    type: str
    sync: bool
    below: str = ""


@cache
def _table(section: str) -> dict[str, EventSource]:
    rows: dict[str, dict[str, Any]] = read_yaml("event_sources.yaml")[section]
    return {name: EventSource(row["type"], row["sync"], row.get("below", "")) for name, row in rows.items()}


def sam_event(kind: str) -> EventSource | None:
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
    services: dict[str, str] = read_yaml("event_sources.yaml")["poller_resources"]
    return services.get(resource_type)
