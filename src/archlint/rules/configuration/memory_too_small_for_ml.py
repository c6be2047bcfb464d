"""AL304: less memory than the libraries need before any model is loaded."""

from __future__ import annotations

from collections.abc import Iterator

from archlint.code.ml import libraries_in_use
from archlint.finding import Hit, Step
from archlint.knowledge import ml
from archlint.knowledge.limits import limit
from archlint.project import Project
from archlint.rulebook.page import Page


def check(project: Project, page: Page) -> Iterator[Hit]:
    """Compares the memory with the largest lower bound among the libraries that the code imports."""
    for deployed, reach in project.python_functions():
        function = deployed.function
        uses = libraries_in_use(reach, deployed.distributions)
        needs = [(use.library.min_memory_mb, use) for use in uses if use.library.min_memory_mb]
        if not needs:
            continue
        memory = project.known(page.name, function, "memory_mb", function.memory_mb.value)
        least, use = max(needs, key=lambda need: need[0] or 0)
        if memory is None or least is None or memory >= least:
            continue
        share = memory / limit("memory_per_vcpu").value
        yield Hit(
            message=f"{memory:,} MB is too little for {use.library.name}: allow at least {least:,} MB (an estimate of"
            f" {ml.as_of()}); {memory:,} MB also means {share:.2f} vCPU",
            place=function.memory_mb.place or function.defined_at,
            function=function.id,
            confidence="medium" if deployed.by_name else None,
            trace=(Step(use.place, f"{'imports' if use.imported else 'unpickles a model of'} {use.library.name}"),),
            help=f"Set the memory to {least:,} MB or more, then measure: Max Memory Used in the REPORT line should stay"
            " below 80 %.",
        )
