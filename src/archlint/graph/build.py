"""Builds the graph of a repository from what it declares and what its code calls."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from archlint.graph.coded import Coded
from archlint.graph.declared import declared_edges, permitted_edges
from archlint.graph.entries import entries
from archlint.graph.graph import Graph
from archlint.graph.model import Edge, Node
from archlint.graph.modules import Reaches, run_modules, shared_modules
from archlint.model.deployed import Deployed
from archlint.model.function import Function
from archlint.model.resource import Architecture

FOLDED = frozenset({"mapping"})
"""Kinds of resources that are edges, not nodes."""


def build_graph(functions: Sequence[Deployed], architecture: Architecture, reaches: Reaches) -> Graph:
    """Everything but modules. A function or resource whose id is taken is left out."""
    nodes = {node.id: node for node in _nodes((d.function for d in functions), architecture)}
    edges = list(declared_edges(architecture, nodes))
    coded = Coded(architecture, nodes)
    for deployed in functions:
        reach = reaches(deployed.function.id)
        if reach is not None:
            coded.read(deployed.function, reach)
    found = [*edges, *coded.edges()]
    found += permitted_edges(architecture, nodes, found)
    for node, edge in entries((d.function for d in functions), nodes, found):
        nodes.setdefault(node.id, node)
        found.append(edge)
    return Graph([*nodes.values(), *coded.made.values()], found, frozenset(coded.mentions))


def with_modules(graph: Graph, functions: Sequence[Deployed], reaches: Reaches) -> Graph:
    """The graph with the repository's modules that several functions import."""
    nodes: list[Node] = []
    edges: list[Edge] = []
    for shared in shared_modules(run_modules(functions, reaches)):
        nodes.append(shared.node())
        edges += shared.edges()
    return Graph([*graph.nodes, *nodes], [*graph.edges, *edges], graph.mentions)


def _nodes(functions: Iterable[Function], architecture: Architecture) -> Iterable[Node]:
    stacks: dict[str, set[str]] = {}
    for resource in architecture.resources:
        stacks.setdefault(resource.id.partition("#")[0], set()).add(resource.stack)
    for resource in architecture.resources:
        if resource.kind not in FOLDED:
            name = resource.name.rpartition("/")[2] or resource.name
            kind = resource.kind
            place = resource.place if resource.type else None
            yield Node(resource.id, name, kind, _named(resource.id, resource.stack), place)
    for function in functions:
        yield Node(function.id, function.name, "function", _stack(function, stacks), function.defined_at)


def _stack(function: Function, stacks: dict[str, set[str]]) -> str:
    """Resources name their stack; a function's is the longest of those that its construct path lies in."""
    home, _, inner = function.id.partition("#")
    path = function.construct_path
    if path is None:
        return home
    around = [stack for stack in stacks.get(home, ()) if path.startswith(f"{stack}/")]
    return _named(function.id, max(around, key=len, default=inner.partition("/")[0]))


def _named(id_: str, stack: str) -> str:
    """With the file or folder of the app, because two apps may name their stacks alike."""
    home = id_.partition("#")[0]
    return home if stack == home else f"{home}#{stack}"
