"""What the constructs of the AWS CDK make; paths have the Python spelling, such as `aws_cdk.aws_lambda.Function`."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from archlint.knowledge.store import read_yaml
from archlint.knowledge.triggers import EventSource, poller_source, resource_source


@cache
def _resource_data() -> Mapping[str, Any]:
    data: Mapping[str, Any] = read_yaml("cdk_resources.yaml")
    return data


@cache
def resource_type(path: str) -> str | None:
    """The CloudFormation type that a construct declares."""
    name = short(path)
    found: str | None = _resource_data()["constructs"].get(name)
    if found is not None:
        return found
    module, _, cls = name.rpartition(".")
    namespace = _resource_data()["namespaces"].get(module)
    return f"AWS::{namespace}::{cls[3:]}" if namespace is not None and re.fullmatch(r"Cfn[A-Z]\w*", cls) else None


@cache
def pointer(path: str) -> tuple[int, str] | None:
    """Position and name of the argument that names the resource for which an object stands."""
    name = short(path)
    rows = _resource_data()["pointers"]
    row = rows.get(name) or rows.get(name.rpartition(".")[0] + ".")
    return None if row is None else (row[0], row[1])


@cache
def makes_text(path: str) -> bool:
    """Whether a method's or function's result is a text with its arguments in it."""
    name = short(path)
    return any(name == made or name.endswith(f".{made}") for made in _resource_data()["texts"])


def is_other_attribute(name: str) -> bool:
    """Whether an attribute of a construct is another thing, such as its role."""
    return name.partition(".")[0] in _resource_data()["other_attributes"]


def is_beside_target(name: str) -> bool:
    """Whether a property of a connecting object names something else than its target."""
    return name in _resource_data()["beside_target"]


@cache
def delivers(path: str) -> bool:
    """Whether an object lets one resource deliver to another without a function between them."""
    return short(path).startswith(tuple(_resource_data()["deliveries"]))


def delivering_properties(path: str) -> Sequence[str]:
    """The properties in which a construct names what it delivers to."""
    return _properties("delivering", path)


def delivered_properties(path: str) -> Sequence[str]:
    """The properties in which a construct names what delivers to it."""
    return _properties("delivered", path)


def used_properties(path: str) -> Sequence[str]:
    """The properties in which a construct names what it cannot do without."""
    return _properties("uses", path)


def _properties(section: str, path: str) -> Sequence[str]:
    found: Sequence[str] = _resource_data()[section].get(short(path), ())
    return found


def outcomes() -> Mapping[str, str]:
    """Properties that say where failed and successful events go, with the kind of link."""
    found: Mapping[str, str] = _resource_data()["outcomes"]
    return found


def outcome_owner(path: str) -> str | None:
    """The property with the function whose outcomes a construct configures."""
    found: str | None = _resource_data()["outcome_owner"].get(short(path))
    return found


def granted(kind: str, method: str) -> Sequence[str] | None:
    """The actions that a grant method of a resource of that kind allows."""
    found: Sequence[str] | None = _resource_data()["grants"].get(kind, {}).get(method)
    return found


def adds_statement(method: str) -> bool:
    """Whether a method adds to what its owner is allowed."""
    return method in _resource_data()["statement_methods"]


def holds_statements(path: str) -> bool:
    """Whether a construct carries policy statements to roles."""
    return short(path) in _resource_data()["statement_holders"]


def is_role(path: str) -> bool:
    return short(path) in _resource_data()["roles"]


def arn_target(pattern: str) -> tuple[str, str] | None:
    """Kind and name of what an ARN names; parts that are not known are `*`."""
    parts = pattern.split(":", 5)
    kinds: Mapping[str, str] = (
        _resource_data()["arns"].get(parts[2], {}) if len(parts) == 6 and parts[0] == "arn" else {}
    )
    words = [part for part in re.split(r"[:/]", parts[5]) if part] if kinds else []
    kind = kinds.get(words[0]) if words else None
    if kind is None:
        kind = kinds.get("")
    else:
        words = words[1:]
    if kind is None or not words:
        return None
    name = "/" + "/".join(words) if kind == "parameter" else words[0]
    return None if "*" in name else (kind, name)


def name_properties(resource: str) -> Sequence[str]:
    """The properties that may fix the name of a resource of that type."""
    found: Sequence[str] = _resource_data()["names"].get(resource, ())
    return found


@dataclass(frozen=True, slots=True)
class ConstructSetting:
    """Where an L2 construct states a setting: in the first of `paths` that is given. `fixed` is what the class itself
    says; `undecided` the reason why nothing is known where nothing is given, None where the service's default holds."""

    name: str
    paths: tuple[str, ...] = ()
    form: str = "text"
    fixed: str | None = None
    undecided: str | None = None


@cache
def construct_settings(path: str) -> tuple[ConstructSetting, ...]:
    """The settings of an L2 construct."""
    name = short(path)
    rows = _resource_data()["settings"].get(name) or _resource_data()["settings"].get(name.rpartition(".")[0] + ".", {})
    return tuple(
        ConstructSetting(key, tuple(row.get("at", ())), row.get("as", "text"), row.get("is"), row.get("open"))
        for key, row in rows.items()
    )


def is_mapping(name: str) -> bool:
    """Whether an event source, by its class, is polled by Lambda."""
    return name in _resource_data()["mappings"]


@cache
def makes_targets(path: str) -> bool:
    """Whether a method of a listener makes a target group."""
    return path.endswith(".add_targets") and ".aws_elasticloadbalancingv2." in path


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
