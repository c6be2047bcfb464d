"""AL402: a function writes to what triggers it."""

from __future__ import annotations

import ast
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass

from archlint.code.calls import ServiceCall, service_calls
from archlint.code.origin import is_event_data, varies
from archlint.code.reach import Call, Reach
from archlint.code.units import Unit
from archlint.finding import Hit, Step
from archlint.graph.filters import Filter, filter_at
from archlint.graph.model import Edge, Node
from archlint.project import Project
from archlint.rulebook.page import Page

MAX_STEPS = 6
"""Edges of a loop."""

_CARRIERS = frozenset({"function", "queue", "topic", "bucket", "table", "stream"})
"""What hands on everything that reaches it. Rules, buses and state machines choose, so that a way through them proves
nothing."""

_REMOVES = ("delete", "tagging")


def check(project: Project, page: Page) -> Iterator[Hit]:
    """Only with a call that nothing in the code stands before, and along connections without a filter that could end
    the loop. A stream has no record of a write that changes nothing, so that a loop through a table may end."""
    loops = _Loops(project)
    for deployed, reach in project.python_functions():
        function = project.graph.node(deployed.function.id)
        if function is None or deployed.function.is_one_shot or not project.graph.in_edges(function.id, "async"):
            continue
        found = next(loops.of(function, reach), None)
        if found is not None:
            yield found


@dataclass(frozen=True, slots=True)
class _Write:
    """A call that certainly runs, and the id of what it writes to."""

    call: ServiceCall
    target: str


class _Loops:
    def __init__(self, project: Project) -> None:
        self.project = project
        self.graph = project.graph
        self.writes: dict[str, tuple[_Write, ...]] = {}
        self.filters: dict[Edge, Filter] = {}

    def of(self, function: Node, reach: Reach) -> Iterator[Hit]:
        for write in self.written(function.id, reach):
            target = self.graph.node(write.target)
            way = self.way(write, function.id) if target is not None and target.kind in _CARRIERS else ()
            if target is None or not way:
                continue
            yield Hit(
                message=f"{function.name} writes to the {target.kind} {target.name}, which "
                + ("invokes it" if len(way) == 1 else f"leads back to it in {len(way)} steps")
                + " again: each run starts the next one",
                place=write.call.place,
                function=function.id,
                severity="warning" if target.kind == "table" else None,
                confidence="low" if target.kind == "table" else None,
                trace=(*write.call.way, *self.steps(way)),
            )

    def written(self, function: str, reach: Reach | None = None) -> tuple[_Write, ...]:
        """The unconditional writes of a function, in order of place."""
        if function not in self.writes:
            reach = reach or (self.project.reach(function) if function in self.project.linked else None)
            self.writes[function] = tuple(self._written(function, reach)) if reach is not None else ()
        return self.writes[function]

    def _written(self, function: str, reach: Reach) -> Iterator[_Write]:
        edges = [e for e in self.graph.out_edges(function, "async", "writes") if not e.declared]
        triggering = [e.source for e in self.graph.in_edges(function, "async") if self._kind(e.source) == "bucket"]
        if not edges and len(triggering) != 1:
            return
        sites = {reach_call.site.unit.module.place(reach_call.node): reach_call for reach_call in reach.calls()}
        for call in service_calls(reach):
            site = sites.get(call.place)
            if call.access not in ("sends", "writes", "invokes") or call.sync or site is None:
                continue
            if not call.every_invocation or _is_conditional(site, reach):
                continue
            named = [e.target for e in edges if any(shown.place == call.place for shown in e.evidence)]
            for target in named:
                yield _Write(call, target)
            if not named and call.kind == "bucket" and len(triggering) == 1 and _is_notified(site, reach):
                yield _Write(call, triggering[0])

    def way(self, write: _Write, goal: str) -> tuple[Edge, ...]:
        """The fewest edges from what is written to back to the function."""
        queue: deque[tuple[str, tuple[Edge, ...]]] = deque([(write.target, ())])
        seen = {write.target}
        while queue:
            current, taken = queue.popleft()
            for edge in self.onward(current, write if not taken else None):
                if edge.target == goal:
                    return (*taken, edge)
                if edge.target not in seen and len(taken) + 2 < MAX_STEPS:
                    seen.add(edge.target)
                    queue.append((edge.target, (*taken, edge)))
        return ()

    def onward(self, id_: str, write: _Write | None) -> Iterator[Edge]:
        """The edges along which what arrives here certainly goes on."""
        function = self._kind(id_) == "function"
        targets = {found.target for found in self.written(id_)} if function else set()
        for edge in self.graph.out_edges(id_, "async", "writes"):
            if self._kind(edge.target) not in _CARRIERS or not edge.certain or edge.label.startswith("on "):
                continue
            if function and (edge.declared or edge.target not in targets):
                continue
            if function or self._lets_through(edge, write):
                yield edge

    def _lets_through(self, edge: Edge, write: _Write | None) -> bool:
        if edge not in self.filters:
            declared = [filter_at(shown.place, self.project.tree) for shown in edge.evidence]
            self.filters[edge] = declared[0] if len(declared) == 1 else Filter(closed=True)
        found = self.filters[edge]
        if self._kind(edge.source) != "bucket":
            return not found.closed
        removes = write is None or any(word in write.call.operation for word in _REMOVES)
        return found.created and not removes and found.passes(write.call.key if write else None)

    def steps(self, way: tuple[Edge, ...]) -> Iterator[Step]:
        for edge in way:
            source, target = self.graph.node(edge.source), self.graph.node(edge.target)
            if source is not None and target is not None and edge.evidence:
                yield Step(edge.evidence[0].place, f"{source.name} → {target.name}")

    def _kind(self, id_: str) -> str:
        node = self.graph.node(id_)
        return node.kind if node is not None else ""


def _is_conditional(call: Call, reach: Reach) -> bool:
    """Whether something decides if the call is made: an `if` or `except` around it or around a call on the way to it;
    or an `if`, a comprehension's `if` or a `filter` in one of the functions on the way that looks at the event."""
    way = call.reached.way()
    sites = [call.site, *(step.via for step in way if step.via is not None)]
    if any(site.context.conditions or site.context.guards or site.context.in_handler for site in sites):
        return True
    return any(
        varies(test, step.unit, step, reach.evaluator)
        for step in way
        if not step.unit.is_module
        for test in _tests(step.unit)
    )


def _tests(unit: Unit) -> Iterator[ast.expr]:
    for node in ast.walk(unit.node):
        if isinstance(node, ast.If | ast.IfExp | ast.While):
            yield node.test
        elif isinstance(node, ast.Match):
            yield node.subject
        elif isinstance(node, ast.comprehension):
            yield from node.ifs
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "filter":
            yield from node.args


def _is_notified(call: Call, reach: Reach) -> bool:
    """Whether the bucket that a call names is the one in the notification: `record["s3"]["bucket"]["name"]`."""
    given = [keyword.value for keyword in call.node.keywords if keyword.arg in ("Bucket", "bucket", "bucket_name")]
    if not given and len(call.node.args) > 1 and call.path.endswith((".upload_file", ".upload_fileobj")):
        given = [call.node.args[1]]
    if len(given) != 1 or not is_event_data(given[0], call.site.unit, call.reached, reach.evaluator):
        return False
    words = _words(given[0], call.site.unit)
    return {"bucket", "name"} <= words


def _words(node: ast.expr, unit: Unit) -> set[str]:
    """The keys and attributes that lead to a value, through names that are bound once."""
    found: set[str] = set()
    for _ in range(MAX_STEPS):
        for part in ast.walk(node):
            if isinstance(part, ast.Attribute):
                found.add(part.attr)
            elif isinstance(part, ast.Constant) and isinstance(part.value, str):
                found.add(part.value)
        root = node
        while isinstance(root, ast.Attribute | ast.Subscript):
            root = root.value
        bindings = unit.bindings.get(root.id, []) if isinstance(root, ast.Name) else []
        if len(bindings) != 1 or bindings[0].value is None or bindings[0].kind != "value":
            return found
        node = bindings[0].value
    return found
