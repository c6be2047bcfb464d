"""AL111: loading at import that probably takes longer than Lambda's init phase."""

from __future__ import annotations

from collections.abc import Iterator

from archlint.code.call_path import way_to
from archlint.code.ml import model_calls
from archlint.code.reach import Phase
from archlint.finding import Hit
from archlint.knowledge import ml
from archlint.knowledge.limits import limit
from archlint.project import Project
from archlint.rulebook.page import Page

LARGE_MB = 1536
"""Libraries whose lower bound of memory is at least this load models of hundreds of megabytes."""


def check(project: Project, page: Page) -> Iterator[Hit]:
    """Large models at module scope with less than two vCPU; SnapStart and provisioned concurrency wait longer."""
    for deployed, reach in project.python_functions():
        function = deployed.function
        if function.snapstart or function.provisioned_concurrency or function.capacity_provider:
            continue
        loads = [found for found in model_calls(reach, "load") if found.call.phase is Phase.IMPORT]
        heavy = [found for found in loads if _memory(found.call.path) >= LARGE_MB]
        if not heavy:
            continue
        memory = project.known(page.name, function, "memory_mb", function.memory_mb.value)
        if memory is None or memory >= 2 * limit("memory_per_vcpu").value:
            continue
        share = memory / limit("memory_per_vcpu").value
        longest = limit("init_max")
        yield Hit(
            message=f"{heavy[0].meaning.library} loads a model at import with {share:.2f} vCPU: init over"
            f" {longest.value} s is cut off and run again inside the first invocation (limit as of {longest.as_of})",
            place=heavy[0].call.site.unit.module.place(heavy[0].call.node),
            function=function.id,
            trace=way_to(heavy[0].call.reached),
        )


def _memory(path: str) -> int:
    library = ml.library_of_import(path.split("(", 1)[0])
    return library.min_memory_mb or 0 if library is not None else 0
