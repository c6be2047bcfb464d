"""Own rules about what may call, feed or use what."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from archlint.finding import Hit, Step
from archlint.graph.model import EDGE_KINDS, Edge, Node
from archlint.model.resource import KINDS
from archlint.rulebook.custom.bounds import fits
from archlint.rulebook.custom.fields import Fields
from archlint.rulebook.custom.message import filled

if TYPE_CHECKING:
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
