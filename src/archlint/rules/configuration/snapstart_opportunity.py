"""AL314: an init that a snapshot would save every caller."""

from __future__ import annotations

from collections.abc import Iterator

from archlint.code.reach import Phase
from archlint.finding import Hit, Step
from archlint.project import Project
from archlint.rulebook.page import Page
from archlint.rules.shared.ml_work import front, heavy_imports, is_kept_ready, model_work, snapstart_obstacle, waiting


def check(project: Project, page: Page) -> Iterator[Hit]:
    """Heavy imports at init without a model: with one, user-facing-ml-cold-start says the same and more."""
    for deployed, reach in project.python_functions():
        function = deployed.function
        trigger = waiting(function)
        if trigger is None or is_kept_ready(function) or function.durable or snapstart_obstacle(function) is not None:
            continue
        if model_work(deployed, reach) is not None:
            continue
        uses = [*heavy_imports(reach), *heavy_imports(reach, models=False)]
        slow = [use for use, phase in uses if phase is Phase.IMPORT]
        if not slow:
            continue
        names = ", ".join(use.library.name for use in slow)
        yield Hit(
            message=f"{front(trigger)} waits while a new environment imports {names}; as a zip package with Python"
            f" {function.python_version} the function can have SnapStart, which restores it from a snapshot",
            place=function.defined_at,
            function=function.id,
            confidence="medium" if deployed.by_name else None,
            trace=tuple(Step(use.place, f"imports {use.library.name}") for use in slow),
        )
