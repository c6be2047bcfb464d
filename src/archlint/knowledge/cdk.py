"""What the constructs of the AWS CDK make; paths have the Python spelling, such as `aws_cdk.aws_lambda.Function`."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from archlint.knowledge.event_sources import EventSource, poller_source, resource_source
from archlint.knowledge.store import read_yaml


@dataclass(frozen=True, slots=True)
class FunctionConstruct:
    """A class that makes one Lambda function; `form` says where its code stands (cdk_constructs.yaml lists them)."""

    form: str
    family: str | None = None
    """The language, where the construct chooses its version."""
    index: str = ""
    handler: str = ""
    id_prefix: str | None = None
    id_property: str | None = None
    trigger: str | None = None


@cache
def _data() -> Mapping[str, Any]:
    data: Mapping[str, Any] = read_yaml("cdk_constructs.yaml")
    return data


def short(path: str) -> str:
    """Without `aws_cdk.` and the `core` of version 1."""
    return path.removeprefix("aws_cdk.").removeprefix("core.")


@cache
def function_construct(path: str) -> FunctionConstruct | None:
    """The class of that path, when it makes a function."""
    row = _data()["functions"].get(short(path))
    return None if row is None else FunctionConstruct(**row)


def wrapped_property(path: str) -> tuple[str, str, FunctionConstruct] | None:
    """For a construct that makes a function from properties it is handed: the property, the function's construct id
    and its form."""
    row = _data()["wrapped_functions"]
    if not path.startswith(row["prefix"]):
        return None
    return row["property"], row["id"], FunctionConstruct(row["form"])


@cache
def wrapping_source(path: str) -> tuple[EventSource, str] | None:
    """For a construct that connects a function which it makes or is handed: the trigger, and the property for the
    latter."""
    row = _data()["wrapped_functions"]
    module = path.removeprefix(row["prefix"]).partition(".")[0]
    kind = row["triggers"].get(module) if path.startswith(row["prefix"]) else None
    return None if kind is None else (EventSource(kind, kind in ("alb", "api")), row["existing"])


def property_names(construct: FunctionConstruct) -> Mapping[str, Any]:
    """Attribute to property."""
    names: Mapping[str, Any] = _data()["properties"]["resource" if construct.form == "resource" else "construct"]
    return names


def default(attribute: str) -> Any:
    """What holds when a construct is given nothing."""
    return _data()["defaults"][attribute]


@cache
def runtime_name(member: str) -> str | None:
    """Lambda's name for a member of `Runtime`; only the language for one that stands for the newest version."""
    family: str | None = _data()["families"].get(member)
    if family is not None:
        return family
    for pattern, name in _data()["runtimes"]:
        match = re.fullmatch(pattern, member)
        if match:
            return match.expand(name).rstrip(".")
    return None


@cache
def trigger_source(path: str) -> EventSource | None:
    """By the class that connects a function; `below` is the property that names it, "" for any."""
    row = _data()["triggers"].get(short(path))
    if row is not None:
        return EventSource(row["type"], row["sync"], row.get("below", ""))
    resource = resource_source(_data()["resources"].get(short(path), ""))
    return None if resource is None else EventSource(resource.type, resource.sync)


def method_source(name: str) -> EventSource | None:
    """By the method that connects a function."""
    row = _data()["methods"].get(name)
    return None if row is None else EventSource(row["type"], row["sync"])


def unlisted_source() -> EventSource:
    """For an event source of a class that nobody has listed."""
    row = _data()["unlisted_event_source"]
    return EventSource(row["type"], row["sync"])


def polled_source(path: str) -> EventSource | None:
    """By the construct that Lambda polls."""
    return poller_source(_data()["polled"].get(short(path), ""))


def alike(kind: str) -> frozenset[str]:
    """The trigger types beside which a permission of type `kind` says nothing new."""
    return frozenset(_data()["alike"].get(kind, [kind]))


def duration_factor(unit: str) -> float | None:
    """Seconds in one `Duration.<unit>`."""
    factor: float | None = _data()["durations"].get(unit)
    return factor


def size_factor(unit: str) -> float | None:
    """MB in one `Size.<unit>`."""
    factor: float | None = _data()["sizes"].get(unit)
    return factor
