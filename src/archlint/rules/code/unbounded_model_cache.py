"""AL110: a cache of models that only ever grows."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from archlint.code.abstract import Container
from archlint.code.call_path import way_to
from archlint.code.ml import ModelCall, model_calls
from archlint.code.origin import varies
from archlint.code.reach import Phase, Reach
from archlint.code.units import Unit
from archlint.finding import Hit
from archlint.project import Project
from archlint.rulebook.page import Page

_DICTS = ("dict", "defaultdict", "OrderedDict")
_EVICTORS = {"pop", "popitem", "clear"}


def check(project: Project, page: Page) -> Iterator[Hit]:
    """Models kept by a key that comes from the event, in a dict that nothing is taken out of or an unbounded cache."""
    for deployed, reach in project.python_functions():
        for found in model_calls(reach, "load"):
            if found.call.phase is Phase.ONCE and (_in_growing_dict(found, reach) or _in_unbounded_cache(found, reach)):
                yield Hit(
                    message="one more model stays in memory for every key that requests bring, until the function runs"
                    " out of it",
                    place=found.call.site.unit.module.place(found.call.node),
                    function=deployed.function.id,
                    trace=way_to(found.call.reached),
                )


def _in_growing_dict(found: ModelCall, reach: Reach) -> bool:
    """`cache[key] = …` in the unit of the load, where `cache` is a plain dict and `key` comes from the event."""
    unit = found.call.site.unit
    for site in reach.sites_in(unit):
        targets = site.node.targets if isinstance(site.node, ast.Assign) else []
        for target in targets:
            if isinstance(target, ast.Subscript) and varies(target.slice, unit, found.call.reached, reach.evaluator):
                dicts = _dicts(target.value, unit, reach)
                if dicts and not dicts & _emptied(reach):
                    return True
    return False


def _dicts(node: ast.expr, unit: Unit, reach: Reach) -> set[int]:
    """The plain dicts that an expression may be, by the expressions that make them."""
    values = reach.evaluator.values(node, unit)
    return {id(value.node) for value in values if isinstance(value, Container) and value.kind in _DICTS}


def _emptied(reach: Reach) -> set[int]:
    """The dicts that some code takes something out of."""
    found: set[int] = set()
    for reached in reach.best.values():
        for site in reach.sites_in(reached.unit):
            node = site.node
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in _EVICTORS:
                found |= _dicts(node.func.value, site.unit, reach)
            elif isinstance(node, ast.Delete):
                owners = (target.value for target in node.targets if isinstance(target, ast.Subscript))
                found = found.union(*(_dicts(owner, site.unit, reach) for owner in owners))
    return found


def _in_unbounded_cache(found: ModelCall, reach: Reach) -> bool:
    """`@cache` or `@lru_cache(maxsize=None)` on the way to a load whose arguments come from the event."""
    call = found.call
    if not any(_is_unbounded(step.unit, reach) for step in call.reached.way()):
        return False
    given = [*call.node.args, *(keyword.value for keyword in call.node.keywords)]
    return any(varies(value, call.site.unit, call.reached, reach.evaluator) for value in given)


def _is_unbounded(unit: Unit, reach: Reach) -> bool:
    for decorator in unit.decorators:
        function = decorator.func if isinstance(decorator, ast.Call) else decorator
        path = reach.evaluator.path(function, unit.parent or unit)
        if path == "functools.cache":
            return True
        if path == "functools.lru_cache" and isinstance(decorator, ast.Call):
            given = [*decorator.args[:1], *(k.value for k in decorator.keywords if k.arg == "maxsize")]
            return any(isinstance(size, ast.Constant) and size.value is None for size in given)
    return False
