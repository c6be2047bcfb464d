"""AL211: model weights inside a zip package, or a Git LFS pointer in place of a model."""

from __future__ import annotations

from collections.abc import Iterator

from archlint.finding import Hit
from archlint.model.deployed import Deployed
from archlint.model.place import Place
from archlint.model.size import ModelFile, Size
from archlint.project import Project
from archlint.rulebook.page import Page
from archlint.rules.packaging.package_too_large_for_zip import sized
from archlint.rules.shared.package_words import MIB, megabytes

NOTABLE = 10 * MIB
"""Bytes of weights that are reported where the package is near its limit or beyond it."""


def check(project: Project, page: Page) -> Iterator[Hit]:
    """Small pickles are fine in a package; pointers never are."""
    large = project.limits.get("model_mb")
    for deployed, size in sized(project):
        for model in size.models:
            if model.lfs_stated_bytes is not None:
                yield _pointer(deployed, size, model, model.lfs_stated_bytes)
        weights = [model for model in size.models if model.lfs_stated_bytes is None]
        total = sum(model.bytes for model in weights)
        tight = size.verdict in ("near", "over")
        least = large.value * MIB
        if total >= (min(NOTABLE, least) if tight else least):
            yield _weights(deployed, size, weights, total, large.aside)


def _pointer(deployed: Deployed, size: Size, model: ModelFile, stated: int) -> Hit:
    whole = size.low_bytes - model.bytes + stated
    beyond = f"; with the file itself the package would pass {size.limit_bytes / MIB:.0f} MB"
    return Hit(
        message=f"{model.path} is a Git LFS pointer of {model.bytes} bytes here: deployed like this, the package has no"
        f" model (the file has {megabytes(stated)}){beyond if whole > size.limit_bytes else ''}",
        place=Place(model.path),
        function=deployed.function.id,
        severity="warning",
        confidence="medium",
        help="Run `git lfs pull` before the build, in CI as well (`lfs: true` of actions/checkout), or fetch the model"
        " from S3.",
    )


def _weights(deployed: Deployed, size: Size, weights: list[ModelFile], total: int, aside: str) -> Hit:
    names = ", ".join(f"{model.path} {megabytes(model.bytes)}" for model in weights[:3])
    more = f" and {len(weights) - 3} more" if len(weights) > 3 else ""
    share = total / size.limit_bytes
    return Hit(
        message=f"model weights take {megabytes(total)}, {share:.0%} of what a zip package may have: {names}{more}"
        f"{aside}",
        place=deployed.function.defined_at,
        function=deployed.function.id,
        severity="warning" if size.verdict in ("near", "over") else None,
    )
