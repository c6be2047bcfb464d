"""archlint's limits and runtimes against the schemas that cfn-lint ships: whoever is behind shows here.

A difference stays only with its reason; a reason without a difference has to go.
"""

from __future__ import annotations

import importlib
import json
from pathlib import Path
from typing import Any

import pytest

from archlint.knowledge.limits import limit
from archlint.knowledge.store import read_yaml

BUNDLED = Path(importlib.import_module("cfnlint").__file__ or "").parent / "data"

EXPLAINED_RUNTIMES: dict[str, str] = {}
"""Differences of dates, by "<runtime> <our name of the date>"."""

EXPLAINED_NEWER = {
    "python3.15": "the schema of cfn-lint 1.58.0 lists it, AWS's schedule in the same release has no dates for it",
}
"""Runtimes without a row of ours."""

EXPLAINED_LIMITS = {
    "memory_max": "the schema's maximum is that of Managed Instances, which have no row of their own in it",
    "ephemeral_max": "the schema's maximum is that of functions with an accelerator",
    "timeout_max": "the schema gives the range of Managed Instances (up to 5,400 s when nobody waits)",
}
"""Differences of limits, by our name."""

LIMITS = {
    "memory_max": ("MemorySize", "maximum"),
    "memory_managed_max": ("MemorySize", "maximum"),
    "ephemeral_max": ("EphemeralStorage", "maximum"),
    "ephemeral_accelerator_max": ("EphemeralStorage", "maximum"),
    "ephemeral_default": ("EphemeralStorage", "minimum"),
    "timeout_max": ("Timeout", "maximum"),
    "timeout_managed_async_max": ("Timeout", "maximum"),
    "layers_max": ("Layers", "maxItems"),
}
"""Our name, the property of AWS::Lambda::Function, the keyword of its schema."""


@pytest.fixture(scope="module")
def function_schema() -> dict[str, Any]:
    manager = importlib.import_module("cfnlint.schema").PROVIDER_SCHEMA_MANAGER
    found: dict[str, Any] = manager.get_resource_schema("us-east-1", "AWS::Lambda::Function").schema
    return found


def bundled_limit(schema: dict[str, Any], name: str) -> int | None:
    key, keyword = LIMITS[name]
    found = schema["properties"][key]
    if "$ref" in found:
        found = schema["definitions"][found["$ref"].rsplit("/", 1)[-1]]["properties"]["Size"]
    value: int | None = found.get(keyword)
    return value


@pytest.mark.parametrize("name", LIMITS)
def test_a_limit_is_the_schemas_or_the_difference_is_explained(function_schema: dict[str, Any], name: str) -> None:
    theirs = bundled_limit(function_schema, name)
    assert theirs is not None, "the schema has no such limit any more: find out why"
    assert (limit(name).value == theirs) is not (name in EXPLAINED_LIMITS), (limit(name), theirs)


def runtimes() -> dict[str, dict[str, str]]:
    table = json.loads((BUNDLED / "AdditionalSpecs/LmbdRuntimeLifecycle.json").read_text(encoding="utf-8"))
    return {name: row for name, row in table.items() if name.startswith("python")}


DATES = (("deprecated", "deprecated"), ("block_create", "create-block"), ("block_update", "update-block"))


def test_the_same_runtimes_with_the_same_dates() -> None:
    theirs, ours = runtimes(), read_yaml("runtimes.yaml")["runtimes"]
    differing = {
        f"{name} {mine}": (ours[name][mine], theirs[name][other])
        for name in ours.keys() & theirs.keys()
        for mine, other in DATES
        if ours[name][mine] != theirs[name][other]
    }
    alone = dict.fromkeys(ours.keys() ^ theirs.keys(), "only one table has it")
    assert {**differing, **alone}.keys() == EXPLAINED_RUNTIMES.keys(), {**differing, **alone}


def test_the_schema_knows_no_newer_python(function_schema: dict[str, Any]) -> None:
    enum = {name for name in function_schema["properties"]["Runtime"]["enum"] if name.startswith("python")}
    assert enum ^ read_yaml("runtimes.yaml")["runtimes"].keys() == EXPLAINED_NEWER.keys()
