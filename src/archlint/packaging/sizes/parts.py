"""Contributions to a package put together."""

from __future__ import annotations

from archlint.model.size import SizePart
from archlint.packaging.sizes.code import Contents
from archlint.packaging.sizes.table import Estimate

METHODS = ("table", "lock", "online", "folder")
"""Weakest first: a size is named after the weakest method that it rests on."""

MAX_PARTS = 2_000
"""Parts that are kept apart; the rest is one part."""

REST = "everything else"


def exact(name: str, size: int, kind: str = "code") -> Estimate:
    """One part whose bytes were counted."""
    return Estimate((SizePart(name, size, size, size, kind),), method="folder")


def content_parts(name: str, found: Contents, kind: str) -> Estimate:
    """A folder as it lies there: its models and installed packages apart from the rest."""
    models = tuple(SizePart(m.path, m.bytes, m.bytes, m.bytes, "model") for m in found.models)
    own = SizePart(name, found.own_bytes, found.own_bytes, found.own_bytes, kind)
    return Estimate((own, *models, *found.installed), method="folder", models=found.models)


def joined(estimates: list[Estimate]) -> Estimate:
    """Several contributions as one; a package that lies in two places counts twice, as it does in Lambda."""
    merged: dict[str, SizePart] = {}
    for part in (part for one in estimates for part in one.parts):
        name = part.name if part.name in merged or len(merged) < MAX_PARTS else REST
        held = merged.get(name)
        merged[name] = SizePart(name, *_sum(held, part)) if held is not None else _renamed(part, name)
    return Estimate(
        tuple(merged.values()),
        tuple(dict.fromkeys(name for one in estimates for name in one.unknown)),
        tuple(dict.fromkeys(path for one in estimates for path in one.evidence)),
        min((one.method for one in estimates), key=METHODS.index, default="folder"),
        any(one.unsure for one in estimates),
        tuple({model.path: model for one in estimates for model in one.models}.values()),
        min((one.resolved_on for one in estimates if one.resolved_on is not None), default=None),
    )


def _sum(held: SizePart, part: SizePart) -> tuple[int, int, int, str, int, int]:
    return (
        held.low_bytes + part.low_bytes,
        held.estimate_bytes + part.estimate_bytes,
        held.high_bytes + part.high_bytes,
        held.kind,
        held.strippable_bytes + part.strippable_bytes,
        held.compiled_bytes + part.compiled_bytes,
    )


def _renamed(part: SizePart, name: str) -> SizePart:
    if part.name == name:
        return part
    return SizePart(
        name,
        part.low_bytes,
        part.estimate_bytes,
        part.high_bytes,
        part.kind,
        part.strippable_bytes,
        part.compiled_bytes,
    )
