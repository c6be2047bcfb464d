"""The sizes of packages for programs, as size.v1.schema.json beside this file describes them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from archlint.model.size import Part, Size
from archlint.report.document import rendered
from archlint.report.size import Sized
from archlint.values import known_or_none

SCHEMA = "archlint/size/v1"


def render_json(found: Sequence[Sized]) -> str:
    """Functions in the order of the scan; all numbers of bytes, unzipped, end in `_bytes`."""
    document = {"schema": SCHEMA, "functions": [_function(one) for one in found]}
    return rendered(document)


def _function(one: Sized) -> dict[str, Any]:
    function = one.deployed.function
    return {
        "id": function.id,
        "name": function.name,
        "defined_at": {"path": function.defined_at.path, "line": function.defined_at.line},
        "package": known_or_none(function.package),
        "size": None if one.size is None else _size(one.size),
        "advice": one.advice or None,
    }


def _size(size: Size) -> dict[str, Any]:
    return {
        "estimate_bytes": size.estimate_bytes,
        "low_bytes": size.low_bytes,
        "high_bytes": size.high_bytes,
        "limit_bytes": size.limit_bytes,
        "compiled_bytes": size.compiled_bytes,
        "compiles": size.compiles,
        "method": size.method,
        "as_of": size.as_of,
        "verdict": size.verdict,
        "unknown_packages": list(size.unknown_packages),
        "evidence": list(size.evidence),
        "models": [
            {"path": model.path, "deployed_bytes": model.bytes, "lfs_stated_bytes": model.lfs_stated_bytes}
            for model in size.models
        ],
        "parts": [_part(part) for part in size.parts],
    }


def _part(part: Part) -> dict[str, Any]:
    return {
        "name": part.name,
        "kind": part.kind,
        "estimate_bytes": part.estimate_bytes,
        "low_bytes": part.low_bytes,
        "high_bytes": part.high_bytes,
        "strippable_bytes": part.strippable_bytes,
        "compiled_bytes": part.compiled_bytes,
    }
