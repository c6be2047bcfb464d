"""Which CloudFormation resources there are beside functions, and what of their properties matters."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import cache
from typing import Any

from archlint.knowledge.store import read_yaml

_GRAPH = "graph.yaml"


@cache
def action_access(action: str) -> frozenset[str]:
    """What an allowed action, such as "s3:GetObject", lets its owner do, in the terms of `ServiceCall.access`, and
    "polls"; everything for a wildcard, nothing for an action that none of this is."""
    service, _, verb = action.partition(":")
    rows: dict[str, list[str]] = read_yaml(_GRAPH)["actions"]
    if verb in ("", "*"):
        own = {name for name, patterns in rows.items() if any(p.startswith(f"{service}:") for p in patterns)}
        return frozenset(own - {"polls"} or {"reads", "writes"})
    for name, patterns in rows.items():
        if any(fnmatchcase(action, pattern) or pattern == f"{action}*" for pattern in patterns):
            return frozenset({name})
    return frozenset()


def threshold(name: str) -> int:
    """One of archlint's own thresholds, by its key."""
    value: int = read_yaml(_GRAPH)["thresholds"][name]
    return value


FILE = "resources.yaml"
OTHER = "other"


@dataclass(frozen=True, slots=True)
class SettingRow:
    """A property that becomes a setting; `form` is integer, boolean, text, words, present or gpus. `default` is the
    service's own, None where there is none."""

    name: str
    path: tuple[str, ...]
    form: str
    default: str | int | bool | None = None


@dataclass(frozen=True, slots=True)
class LinkRow:
    """A property that refers to another resource; an empty path is the resource itself. `only` is "delivers" where the
    target may not be a function, "invokes" where it has to be one."""

    kind: str
    source: tuple[str, ...]
    target: tuple[str, ...]
    detail: str = ""
    only: str = ""


@dataclass(frozen=True, slots=True)
class ResourceType:
    """One CloudFormation type; the properties are empty where the type has no such."""

    type: str
    kind: str = OTHER
    service: str = ""
    """The service in an ARN of it, with a suffix where one service has several kinds of names."""
    name: str = ""
    belongs: str = ""
    role: tuple[str, ...] = ()
    settings: tuple[SettingRow, ...] = ()
    links: tuple[LinkRow, ...] = ()


@dataclass(frozen=True, slots=True)
class SamEvent:
    """What a SAM event refers to (`at`), and what SAM adds for it."""

    at: str
    makes: str
    default: str


@dataclass(frozen=True, slots=True)
class Integration:
    """A service that state machines call; `waits` where a plain call answers only when the work is done."""

    paths: tuple[tuple[str, ...], ...]
    waits: bool


@cache
def resource_type(name: str) -> ResourceType | None:
    """None for a type that archlint has no row for."""
    row: dict[str, Any] | None = read_yaml(FILE)["types"].get(name)
    if row is None:
        return None
    return ResourceType(
        name,
        row.get("kind", OTHER),
        row.get("service", ""),
        row.get("name", ""),
        row.get("belongs", ""),
        split(row.get("role", "")),
        tuple(_setting(key, value) for key, value in row.get("settings", {}).items()),
        tuple(_link(value) for value in row.get("links", ())),
    )


def kind_of(name: str) -> str:
    """The kind of a CloudFormation type."""
    found = resource_type(name)
    return OTHER if found is None else found.kind


@cache
def sam_event(kind: str) -> SamEvent | None:
    """By the Type of a SAM event."""
    row: dict[str, str] | None = read_yaml(FILE)["sam_events"].get(kind)
    return None if row is None else SamEvent(row.get("at", ""), row.get("makes", ""), row.get("default", ""))


@cache
def integration(service: str) -> Integration | None:
    """By the service in a state machine's task, such as "sqs"."""
    row: dict[str, Any] | None = read_yaml(FILE)["tasks"].get(service)
    return None if row is None else Integration(tuple(split(path) for path in row["at"]), row["waits"])


def batch_size(service: str) -> int | None:
    """Records that a mapping hands over at once by default."""
    sizes: dict[str, int] = read_yaml(FILE)["batch_sizes"]
    return sizes.get(service)


def sam_policy(name: str) -> Mapping[str, str] | None:
    """The parameters of a SAM policy template that name a resource, each with the allowed actions."""
    templates: dict[str, dict[str, str]] = read_yaml("sam_policies.yaml")["templates"]
    return templates.get(name)


def connector(kind: str) -> Mapping[str, str]:
    """What a SAM connector allows on a destination of a kind: Read and Write, each with the actions."""
    kinds: dict[str, dict[str, str]] = read_yaml("sam_policies.yaml")["connectors"]
    return kinds.get(kind, {})


def _setting(name: str, row: dict[str, Any]) -> SettingRow:
    return SettingRow(name, split(row["at"]), row["as"], row.get("default"))


def _link(row: dict[str, str]) -> LinkRow:
    source, target = split(row.get("from", "")), split(row.get("to", ""))
    return LinkRow(row["kind"], source, target, row.get("detail", ""), row.get("only", ""))


def split(path: str) -> tuple[str, ...]:
    """A path of property names as its parts."""
    return tuple(path.split(".")) if path else ()
