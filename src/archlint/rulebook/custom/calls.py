"""Own rules about what handlers call."""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from archlint.finding import Hit, Step
from archlint.graph.model import EDGE_KINDS, Edge, Node
from archlint.model.coverage import NotEvaluated
from archlint.model.resource import KINDS
from archlint.rulebook.custom.bounds import fits
from archlint.rulebook.custom.fields import Fields, filled

if TYPE_CHECKING:
    from archlint.code.reach import Call, Reach
    from archlint.model.function import Function
    from archlint.project import Project
    from archlint.rulebook.page import Page


ANY = "any"
_NODES = tuple(kind for kind in KINDS if kind != "mapping")
_EDGES = tuple(kind for kind in EDGE_KINDS if kind != "imports")
_VERBS = {
    "sync": "calls",
    "async": "invokes",
    "reads": "reads",
    "writes": "writes to",
    "shares": "mounts",
    "uses": "uses",
}
_MOST_STEPS = 5


@dataclass(frozen=True, slots=True)
class End:
    """One end of an edge; empty kinds mean all of them."""

    kinds: tuple[str, ...] = ()
    names: tuple[str, ...] = ("*",)
    stacks: tuple[str, ...] = ("*",)

    def takes(self, node: Node) -> bool:
        return (
            (not self.kinds or node.kind in self.kinds)
            and fits(node.name, self.names)
            and fits(node.stack, self.stacks)
        )


@dataclass(frozen=True, slots=True)
class EdgeCheck:
    """`edges` are kinds of edges, as in graph.model."""

    source: End
    target: End
    edges: tuple[str, ...]
    message: str = ""

    def __call__(self, project: Project, _: Page) -> Iterator[Hit]:
        """What a permission allows and nothing shows to happen does not count."""
        graph = project.graph
        for edge in graph.edges:
            source, target = graph.node(edge.source), graph.node(edge.target)
            if source is None or target is None or not edge.certain or edge.kind not in self.edges:
                continue
            if self.source.takes(source) and self.target.takes(target):
                hit = self._hit(edge, source, target)
                if hit is not None:
                    yield hit

    def _hit(self, edge: Edge, source: Node, target: Node) -> Hit | None:
        places = [evidence.place for evidence in edge.evidence]
        place = next((found for found in (*places, source.place, target.place) if found is not None), None)
        if place is None:
            return None
        default = f"{source.kind} {source.name} {_VERBS[edge.kind]} {target.kind} {target.name}, which is not allowed"
        return Hit(
            message=filled(self.message, default, name=source.name, value=target.name, limit=edge.kind),
            place=place,
            function=next((node.id for node in (source, target) if node.is_function), None),
            trace=tuple(Step(one.place, one.text) for one in reversed(edge.evidence[:_MOST_STEPS])),
        )


def read_edge(fields: Fields, message: str) -> EdgeCheck:
    """`check.edge`; raises CustomRuleError."""
    fields.only(("from", "to", "edge", "allow"), ("from", "to"))
    if "allow" in fields and fields.flag("allow"):
        raise fields.error("allow", "must be false: a rule forbids, and what no rule forbids is allowed")
    kinds = fields.texts("edge", (ANY,))
    for kind in kinds:
        if kind not in (*_EDGES, ANY):
            raise fields.error("edge", f"must be among {', '.join((*_EDGES, ANY))}, not {kind!a:.60}")
    source, target = _end(fields.below("from")), _end(fields.below("to"))
    if source == target == End():
        raise fields.error("from", "and `to` mean everything; give a kind, a name or a stack")
    return EdgeCheck(source, target, _EDGES if ANY in kinds else kinds, message)


def _end(fields: Fields) -> End:
    fields.only(("kind", "name", "stack"))
    kinds = fields.texts("kind")
    for kind in kinds:
        if kind not in _NODES:
            raise fields.error("kind", f"must be among {', '.join(_NODES)}, not {kind!a:.60}")
    return End(kinds, fields.globs("name"), fields.globs("stack"))


PHASES = ("any", "init", "once", "invoke")
"""init: when the module is imported; once: behind a guard that lets it through once; invoke: on every invocation."""

_WHEN = ("at import", "at most once per environment", "on every invocation")
"""In the order of `reach.Phase`."""

_SHOWN = 3


@dataclass(frozen=True, slots=True)
class CallCheck:
    """`calls` are patterns for dotted paths, such as "requests.*" and "boto3.client().put_item"."""

    calls: tuple[str, ...]
    phase: str = "any"
    names: tuple[str, ...] = ("*",)
    keywords: tuple[str, ...] = ()
    """A call that gives one of these is allowed."""
    message: str = ""

    def __call__(self, project: Project, page: Page) -> Iterator[Hit]:
        """Calls that certainly go to what the rule names: a receiver that is not known never counts, and where a name
        may stand for several things all of them have to match."""
        for deployed, reach in project.python_functions():
            function = deployed.function
            if not fits(function.name, self.names):
                continue
            for call in self._found(reach):
                verdict = self._excused(call.node)
                if verdict is None:
                    reason = f"the arguments of {call.path} at line {call.node.lineno} are passed on with **"
                    project.not_evaluated.add(NotEvaluated(page.name, function.id, "keyword arguments", reason))
                elif not verdict:
                    yield self._hit(call, function, "medium" if deployed.by_name else None)

    def _found(self, reach: Reach) -> Iterator[Call]:
        by_node: dict[tuple[int, int], list[Call]] = defaultdict(list)
        for call in reach.calls():
            by_node[id(call.node), id(call.reached)].append(call)
        for group in by_node.values():
            first = group[0]
            if self.phase not in ("any", PHASES[first.phase + 1]):
                continue
            if all(self._means(call.path) for call in group):
                yield first

    def _means(self, path: str) -> bool:
        """A wildcard stands for names and dots, never for a call: "requests.*" is not "requests.get().json"."""
        made = path.count("()")
        return not path.startswith("?") and fits(path, tuple(p for p in self.calls if p.count("()") == made))

    def _excused(self, node: ast.Call) -> bool | None:
        """Whether it gives one of the keywords; None where that is open."""
        if any(keyword.arg in self.keywords for keyword in node.keywords):
            return True
        return None if self.keywords and any(keyword.arg is None for keyword in node.keywords) else False

    def _hit(self, call: Call, function: Function, confidence: str | None) -> Hit:
        from archlint.code.call_path import way_to

        without = f" without {' or '.join(self.keywords[:_SHOWN])}" if self.keywords else ""
        default = f"{call.path} is called{without} {_WHEN[call.phase]}"
        limit = ", ".join(self.calls)
        return Hit(
            message=filled(self.message, default, name=function.name, value=call.path, limit=limit),
            place=call.site.unit.module.place(call.node),
            function=function.id,
            confidence=confidence,
            trace=way_to(call.reached),
        )


def read_call(fields: Fields, message: str) -> CallCheck:
    """`check.call`; raises CustomRuleError."""
    fields.only(("call", "phase", "name", "unless"), ("call",))
    calls = fields.globs("call")
    for pattern in calls:
        if not any(char.isalnum() for char in pattern):
            raise fields.error("call", f"has the pattern {pattern!a:.60}, which means every call; name a module")
    keywords: tuple[str, ...] = ()
    if "unless" in fields:
        unless = fields.below("unless")
        unless.only(("keyword",), ("keyword",))
        keywords = unless.texts("keyword")
    return CallCheck(calls, fields.one_of("phase", PHASES, "any"), fields.globs("name"), keywords, message)
