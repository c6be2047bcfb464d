"""AL109: a search index that lives in the memory of every environment."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from archlint.code.abstract import External
from archlint.code.call_path import way_to
from archlint.code.ml import model_calls
from archlint.code.origin import text_of
from archlint.code.reach import Call, Phase, Reach
from archlint.finding import Hit
from archlint.knowledge import ml
from archlint.project import Project
from archlint.rulebook.page import Page

_EMBEDDINGS = re.compile(r"embeddings?|vectors?(?!or|iz)")


def check(project: Project, page: Page) -> Iterator[Hit]:
    """Indexes and embeddings that outlive an invocation; one that is built and searched within it is data like any."""
    for deployed, reach in project.python_functions():
        seen: set[str] = set()
        for call, what in _indexes(reach):
            if what in seen:
                continue
            seen.add(what)
            yield Hit(
                message=f"every environment holds its own {what} in memory and loads it at each cold start (libraries"
                f" as of {ml.as_of()})",
                place=call.site.unit.module.place(call.node),
                function=deployed.function.id,
                trace=way_to(call.reached),
            )


def _indexes(reach: Reach) -> Iterator[tuple[Call, str]]:
    for found in model_calls(reach, "load", "infer"):
        is_index = found.meaning.category == "index"
        if is_index and (found.meaning.kind == "load" or _is_kept(found.call, reach)):
            yield found.call, f"{found.meaning.library} index"
    for call in reach.calls():
        if call.path == "numpy.load" and call.node.args and call.phase is not Phase.INVOKE:
            text = text_of(call.node.args[0], call.site.unit, call.reached, reach.evaluator)
            if text is not None and _EMBEDDINGS.search(text.lower()):
                yield call, "embeddings"


def _is_kept(call: Call, reach: Reach) -> bool:
    """Whether what is searched was made at import or once, not in this invocation."""
    receiver = call.node.func.value if isinstance(call.node.func, ast.Attribute) else call.node.func
    made = (v.unit for v in reach.evaluator.values(receiver, call.site.unit) if isinstance(v, External) and v.unit)
    return any((known := reach.best.get(unit)) is not None and known.phase is not Phase.INVOKE for unit in made)
