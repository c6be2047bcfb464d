"""Which resources the constructs of the AWS CDK declare and how they refer to each other (cdk_resources.yaml)."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from archlint.knowledge.cdk import short
from archlint.knowledge.store import read_yaml


@cache
def _data() -> Mapping[str, Any]:
    data: Mapping[str, Any] = read_yaml("cdk_resources.yaml")
    return data


@cache
def resource_type(path: str) -> str | None:
    """The CloudFormation type that a construct declares."""
    name = short(path)
    found: str | None = _data()["constructs"].get(name)
    if found is not None:
        return found
    module, _, cls = name.rpartition(".")
    namespace = _data()["namespaces"].get(module)
    return f"AWS::{namespace}::{cls[3:]}" if namespace is not None and re.fullmatch(r"Cfn[A-Z]\w*", cls) else None


@cache
def pointer(path: str) -> tuple[int, str] | None:
    """Position and name of the argument that names the resource for which an object stands."""
    name = short(path)
    rows = _data()["pointers"]
    row = rows.get(name) or rows.get(name.rpartition(".")[0] + ".")
    return None if row is None else (row[0], row[1])


@cache
def makes_text(path: str) -> bool:
    """Whether a method's or function's result is a text with its arguments in it."""
    name = short(path)
    return any(name == made or name.endswith(f".{made}") for made in _data()["texts"])


def is_other_attribute(name: str) -> bool:
    """Whether an attribute of a construct is another thing, such as its role."""
    return name.partition(".")[0] in _data()["other_attributes"]


def is_beside_target(name: str) -> bool:
    """Whether a property of a connecting object names something else than its target."""
    return name in _data()["beside_target"]


@cache
def delivers(path: str) -> bool:
    """Whether an object lets one resource deliver to another without a function between them."""
    return short(path).startswith(tuple(_data()["deliveries"]))


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
    found: Sequence[str] = _data()[section].get(short(path), ())
    return found


def outcomes() -> Mapping[str, str]:
    """Properties that say where failed and successful events go, with the kind of link."""
    found: Mapping[str, str] = _data()["outcomes"]
    return found


def outcome_owner(path: str) -> str | None:
    """The property with the function whose outcomes a construct configures."""
    found: str | None = _data()["outcome_owner"].get(short(path))
    return found


def granted(kind: str, method: str) -> Sequence[str] | None:
    """The actions that a grant method of a resource of that kind allows."""
    found: Sequence[str] | None = _data()["grants"].get(kind, {}).get(method)
    return found


def adds_statement(method: str) -> bool:
    """Whether a method adds to what its owner is allowed."""
    return method in _data()["statement_methods"]


def holds_statements(path: str) -> bool:
    """Whether a construct carries policy statements to roles."""
    return short(path) in _data()["statement_holders"]


def is_role(path: str) -> bool:
    return short(path) in _data()["roles"]


def arn_target(pattern: str) -> tuple[str, str] | None:
    """Kind and name of what an ARN names; parts that are not known are `*`."""
    parts = pattern.split(":", 5)
    kinds: Mapping[str, str] = _data()["arns"].get(parts[2], {}) if len(parts) == 6 and parts[0] == "arn" else {}
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
    found: Sequence[str] = _data()["names"].get(resource, ())
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
    rows = _data()["settings"].get(name) or _data()["settings"].get(name.rpartition(".")[0] + ".", {})
    return tuple(
        ConstructSetting(key, tuple(row.get("at", ())), row.get("as", "text"), row.get("is"), row.get("open"))
        for key, row in rows.items()
    )


def is_mapping(name: str) -> bool:
    """Whether an event source, by its class, is polled by Lambda."""
    return name in _data()["mappings"]


@cache
def makes_targets(path: str) -> bool:
    """Whether a method of a listener makes a target group."""
    return path.endswith(".add_targets") and ".aws_elasticloadbalancingv2." in path
