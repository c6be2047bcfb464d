"""What every picture of a graph shows: boxes in clusters, and arrows between them."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from archlint.finding import SEVERITIES, Finding
from archlint.graph.graph import Graph
from archlint.graph.model import DATA, EDGE_KINDS, Edge, Node
from archlint.report.visible import visible

LONGEST = 60
"""Characters of a label."""


@dataclass(frozen=True, slots=True)
class Mark:
    """The findings of a node: how many, and the worst severity, "" for none."""

    severity: str = ""
    count: int = 0

    @property
    def text(self) -> str:
        if not self.count:
            return ""
        return self.severity if self.count == 1 else f"{self.count} findings, worst {self.severity}"


@dataclass(frozen=True, slots=True)
class Box:
    """A node; `key` is its name inside the picture's source, free of anything that a repository says."""

    key: str
    node: Node
    label: str
    mark: Mark

    @property
    def kind(self) -> str:
        """The second line of a box."""
        if self.node.kind != "stack":
            return self.node.kind.replace("-", " ")
        return f"{self.node.size} function{'s' * (self.node.size != 1)}"


@dataclass(frozen=True, slots=True)
class Arrow:
    """Edges of one pair and style; `style` is solid (the source waits), dashed (it does not) or dotted (data)."""

    source: str
    target: str
    style: str
    label: str
    certain: bool


@dataclass(frozen=True, slots=True)
class Cluster:
    """A stack; the title is "" for what no stack holds."""

    title: str
    boxes: tuple[Box, ...]


@dataclass(frozen=True, slots=True)
class View:
    clusters: tuple[Cluster, ...]
    arrows: tuple[Arrow, ...]
    judged: bool
    """Whether findings were looked for."""


LEGEND = (
    ("solid", "invokes and waits"),
    ("dashed", "invokes, sends or delivers, and does not wait"),
    ("dotted", "reads, writes or uses; 'may': a permission allows it, no code shows it"),
)
COLORS: Mapping[str, str] = MappingProxyType({"error": "#f8c9c4", "warning": "#fbe3b4", "info": "#d3e5f7"})
"""By the worst severity: fills on which black text reads well."""

FUNCTION_COLOR = "#e3f1e1"
"""Of a function without findings."""


def marks(graph: Graph, findings: Iterable[Finding]) -> dict[str, Mark]:
    """By node; a collapsed stack has those of its functions."""
    homes = {node.stack: node.id for node in graph.nodes if node.kind == "stack"}
    found: dict[str, list[str]] = defaultdict(list)
    for finding in findings:
        for function in finding.functions:
            home = _home(function, homes)
            for id_ in {function, home} - {None}:
                found[str(id_)].append(finding.severity)
    return {id_: Mark(max(worst, key=SEVERITIES.index), len(worst)) for id_, worst in found.items()}


def _home(function: str, homes: Mapping[str, str]) -> str | None:
    """The stack that a function's id lies in: the longest of those that it begins with."""
    file = function.partition("#")[0]
    around = [stack for stack in homes if stack and (stack == file or function.startswith(f"{stack}/"))]
    return homes[max(around, key=len)] if around else None


def view(graph: Graph, found: Mapping[str, Mark], judged: bool = True) -> View:
    """Nodes are numbered in the order of the graph."""
    names = Counter((node.stack, node.name, node.kind) for node in graph.nodes)
    keys = {node.id: f"n{number}" for number, node in enumerate(graph.nodes)}
    stacks: dict[str, list[Box]] = defaultdict(list)
    for node in graph.nodes:
        label = node.name if names[node.stack, node.name, node.kind] == 1 else _longer(node)
        label = _without_root(label) if node.kind == "stack" else label
        box = Box(keys[node.id], node, _short(label), found.get(node.id, Mark()))
        stacks["" if node.kind == "stack" else node.stack].append(box)
    clusters = tuple(Cluster(visible(_without_root(stack)), tuple(boxes)) for stack, boxes in stacks.items())
    return View(clusters, tuple(_arrows(graph.edges, keys)), judged)


def _longer(node: Node) -> str:
    """The last two parts of a construct's path, where its id alone is not enough."""
    inner = node.id.partition("#")[2]
    return "/".join(inner.split("/")[-2:]) or node.name


def _without_root(stack: str) -> str:
    """An app at the top of the repository is not named."""
    return stack.removeprefix(".#")


def _short(text: str) -> str:
    shown = visible(text)
    return shown if len(shown) <= LONGEST else f"{shown[: LONGEST // 2 - 1]}…{shown[-LONGEST // 2 :]}"


def _arrows(edges: Iterable[Edge], keys: Mapping[str, str]) -> Iterable[Arrow]:
    groups: dict[tuple[str, str, str, bool], list[Edge]] = defaultdict(list)
    for edge in edges:
        groups[keys[edge.source], keys[edge.target], style(edge), edge.certain].append(edge)
    for (source, target, drawn, certain), group in groups.items():
        yield Arrow(source, target, drawn, _label(group), certain)


def style(edge: Edge) -> str:
    """How an edge is drawn."""
    return {"sync": "solid", "async": "dashed"}.get(edge.kind, "dotted")


def _label(group: list[Edge]) -> str:
    labels = [edge.label or (edge.kind if edge.kind in DATA else "") for edge in group]
    count = sum(edge.count for edge in group)
    if count > len(group):
        kinds = sorted({edge.kind for edge in group}, key=EDGE_KINDS.index)
        return f"{count} × {', '.join(kinds)}"
    return _short(", ".join(dict.fromkeys(label for label in labels if label)))
