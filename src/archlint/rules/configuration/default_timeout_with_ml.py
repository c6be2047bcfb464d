"""AL303: a model behind the shortest timeout, which nobody chose."""

from __future__ import annotations

from collections.abc import Iterator

from archlint.code.reach import Phase
from archlint.finding import Hit
from archlint.knowledge.limits import limit
from archlint.project import Project
from archlint.rulebook.page import Page
from archlint.rules.shared.ml_work import model_work


def check(project: Project, page: Page) -> Iterator[Hit]:
    """A small model that is loaded at import answers within the default, so it is only worth a note."""
    default = limit("timeout_default")
    for deployed, reach in project.python_functions():
        function = deployed.function
        if function.timeout_s.place is not None:
            continue
        work = model_work(deployed, reach)
        if work is None:
            continue
        seconds = project.known(page.name, function, "timeout_s", function.timeout_s.value)
        if seconds != default.value:
            continue
        small = work.phase is Phase.IMPORT and not work.large
        yield Hit(
            message=f"the timeout is the default of {default.value} s, and the function {work.text}: Lambda ends an"
            f" invocation that takes longer (default as of {default.as_of})",
            place=function.defined_at,
            function=function.id,
            severity="info" if small else None,
            confidence="medium" if deployed.by_name else None,
            trace=work.trace,
        )
