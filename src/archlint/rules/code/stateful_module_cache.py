"""AL106: module state that one invocation leaves behind for the next."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass

from archlint.code.abstract import Abstract, ClassValue, Container, External
from archlint.code.call_path import way_to
from archlint.code.reach import Phase, Reach, Reached
from archlint.code.sites import Site
from archlint.code.units import Module, Unit
from archlint.finding import Hit
from archlint.project import Project
from archlint.rulebook.page import Page

GROWING = frozenset("append extend insert add appendleft extendleft add_row add_rows".split())
"""Methods that make a container larger."""

EMPTYING = frozenset("clear pop popleft popitem remove discard clear_rows".split())
BOUNDED = ("cachetools.", "collections.deque", "functools.")
_PURE = ("pandas.", "numpy.", "polars.", "boto3.", "logging.")


@dataclass(frozen=True, slots=True, eq=False)
class StateChange:
    """A change of lasting state on the invocation path; `how` completes "the module's NAME …"."""

    name: str
    how: str
    node: ast.AST
    """Where it is changed; for a name that is bound anew, the `global` statement that makes it last."""
    site: Site
    reached: Reached


def changes(reach: Reach) -> Iterator[StateChange]:
    """Counters that count, and containers that only grow."""
    emptied = _emptied(reach)
    for reached in list(reach.best.values()):
        for site in reach.sites_in(reached.unit):
            if reach.phase_of(site, reached) is not Phase.INVOKE:
                continue
            change = _counted(site, reached, reach) or _grown(site, reached, reach, emptied)
            if change is not None:
                yield change


def _counted(site: Site, reached: Reached, reach: Reach) -> StateChange | None:
    """`count += 1`, `count = count + 1`, `Class.count += 1`, `counts[key] += 1` on something made at import."""
    node = site.node
    target: ast.expr | None = None
    if isinstance(node, ast.AugAssign):
        target = node.target
    elif isinstance(node, ast.Assign) and isinstance(node.value, ast.BinOp) and isinstance(node.targets[0], ast.Name):
        names = {child.id for child in ast.walk(node.value) if isinstance(child, ast.Name)}
        target = node.targets[0] if node.targets[0].id in names else None
    if target is None:
        return None
    name = ast.unparse(target)
    if isinstance(target, ast.Name):
        lasting = target.id in site.unit.shared_names and target.id in site.unit.module.body.bindings
    elif isinstance(target, ast.Attribute):
        owners = reach.evaluator.values(target.value, site.unit)
        lasting = any(isinstance(owner, ClassValue) for owner in owners)
    else:
        lasting = isinstance(target, ast.Subscript) and _lasting(target.value, site, reach) is not None
    if not lasting:
        return None
    shared = _global_statement(target.id, site.unit) if isinstance(target, ast.Name) else None
    return StateChange(name, "keeps counting across the invocations", shared or node, site, reached)


def _global_statement(name: str, unit: Unit) -> ast.Global | None:
    body = unit.node.body if isinstance(unit.node, ast.FunctionDef | ast.AsyncFunctionDef) else []
    found = (node for statement in body for node in ast.walk(statement) if isinstance(node, ast.Global))
    return next((node for node in found if name in node.names), None)


def _grown(site: Site, reached: Reached, reach: Reach, emptied: set[int]) -> StateChange | None:
    """`items.append(x)` on a list, set, deque or table made at import that nothing empties."""
    node = site.node
    if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute) or node.func.attr not in GROWING:
        return None
    made = _lasting(node.func.value, site, reach)
    if made is None or id(made) in emptied:
        return None
    return StateChange(ast.unparse(node.func.value), "grows with every invocation", node, site, reached)


def _lasting(expression: ast.expr, site: Site, reach: Reach) -> ast.expr | None:
    """The expression that made an object at import, where this can only be such an object."""
    values = reach.evaluator.values(expression, site.unit)
    made = {id(node): node for value in values if (node := _made_at_import(value, reach)) is not None}
    return next(iter(made.values())) if len(made) == 1 and len(values) == 1 else None


def _made_at_import(value: Abstract, reach: Reach) -> ast.expr | None:
    if isinstance(value, Container) and not value.kind.startswith("deque"):
        node: ast.expr = value.node
    elif isinstance(value, External) and value.call is not None and value.unit is not None:
        if value.path.startswith((*BOUNDED, *_PURE)) or not value.path.endswith("()"):
            return None
        node = value.call
    else:
        return None
    return node if any(id(node) in _module_values(module) for module in reach.imported) else None


def _module_values(module: Module) -> frozenset[int]:
    """The expressions whose results module-level names and class bodies hold."""
    values = {id(b.value) for bindings in module.body.bindings.values() for b in bindings if b.kind == "value"}
    for cls in module.classes.values():
        for given in cls.attributes.values():
            values |= {id(expression) for expression, unit in given if unit.is_module}
    return frozenset(values)


def _emptied(reach: Reach) -> set[int]:
    """The objects that some reached code empties or replaces."""
    found: set[int] = set()
    for reached in list(reach.best.values()):
        if reached.phase is not Phase.INVOKE:
            continue
        for site in reach.sites_in(reached.unit):
            node = site.node
            expressions: list[ast.expr] = []
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in EMPTYING:
                expressions = [node.func.value]
            elif isinstance(node, ast.Delete):
                expressions = [target.value for target in node.targets if isinstance(target, ast.Subscript)]
            elif isinstance(node, ast.Assign):
                expressions = [t for t in node.targets if isinstance(t, ast.Name) and t.id in site.unit.shared_names]
                expressions += [
                    t.value for t in node.targets if isinstance(t, ast.Subscript) and isinstance(t.slice, ast.Slice)
                ]
            for expression in expressions:
                values = reach.evaluator.values(expression, site.unit)
                found |= {id(made) for value in values if (made := _made_at_import(value, reach)) is not None}
    return found


def check(project: Project, page: Page) -> Iterator[Hit]:
    """Counters and containers made at import that invocations change and never reset."""
    for deployed, reach in project.python_functions():
        if deployed.function.is_one_shot or deployed.function.tenant_isolation:
            continue
        for change in changes(reach):
            yield Hit(
                message=f"{change.name}, made at import, {change.how} of the same environment",
                place=change.site.unit.module.place(change.node),
                function=deployed.function.id,
                confidence="medium" if deployed.by_name else None,
                trace=way_to(change.reached),
            )
