"""AL313: SnapStart together with what it does not support."""

from __future__ import annotations

from collections.abc import Iterator

from archlint.finding import Hit
from archlint.knowledge.limits import limit, statement
from archlint.model.function import Function
from archlint.project import Project
from archlint.rulebook.page import Page
from archlint.rules.shared.ml_work import NEEDS_VERSION
from archlint.values import Known


def check(project: Project, page: Page) -> Iterator[Hit]:
    """Neither cfn-lint 1.58 nor SAM's translator 1.115 reports these pairs."""
    for deployed in project.functions:
        function = deployed.function
        reasons = list(_obstacles(project, page, function)) if function.snapstart else []
        if not reasons:
            continue
        known = statement("snapstart")
        yield Hit(
            message=f"SnapStart is on, but {' and '.join(reasons)}; {known.value} (as of {known.as_of})",
            place=function.places.get("snapstart", function.defined_at),
            function=function.id,
        )


def _obstacles(project: Project, page: Page, function: Function) -> Iterator[str]:
    if function.package == Known("image"):
        yield "the function is a container image"
    version = function.python_version
    if version is not None and tuple(int(part) for part in version.split(".") if part.isdigit()) < NEEDS_VERSION:
        yield f"the runtime is Python {version}"
    if function.efs_mounts:
        yield f"the function mounts {', '.join(function.efs_mounts)}"
    ephemeral = project.known(page.name, function, "ephemeral_mb", function.ephemeral_mb.value)
    if ephemeral is not None and ephemeral > limit("snapstart_ephemeral_max").value:
        yield f"its /tmp has {ephemeral} MB"
    if function.provisioned_concurrency:
        yield "it has provisioned concurrency"
