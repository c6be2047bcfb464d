"""Parts of a graph that fit a picture."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from archlint.graph.graph import Graph
from archlint.graph.model import Edge, Node

MOST_NODES = 60
"""A picture with more is collapsed by stack, unless asked otherwise."""

MOST_ALONE = 20
"""More stacks without any edge to another one are drawn together."""


def connected(graph: Graph) -> Graph:
    """Without resources that nothing refers to."""
    joined = {end for edge in graph.edges for end in (edge.source, edge.target)}
    return Graph((node for node in graph.nodes if node.is_function or node.id in joined), graph.edges)


def around(graph: Graph, ids: Iterable[str], depth: int) -> Graph:
    """What is at most `depth` edges away, in either direction. Nothing is looked for behind what is only used, such as
    a layer: many functions share it without having to do with each other."""
    found = set(ids)
    border = set(found)
    for _ in range(depth):
        reached: set[str] = set()
        for id_ in border:
            outward = {edge.target for edge in graph.out_edges(id_)}
            passive = id_ not in ids and all(edge.kind in ("uses", "imports") for edge in graph.in_edges(id_))
            reached |= outward if passive else outward | {edge.source for edge in graph.in_edges(id_)}
        border = reached - found
        found |= border
    return Graph((node for node in graph.nodes if node.id in found), graph.edges)


def by_stack(graph: Graph) -> Graph:
    """One node for each stack, with its functions counted, and one edge for each pair and kind; what no stack holds
    stays as it is, and many stacks that have to do with no other one are one node together."""
    functions = Counter(node.stack for node in graph.nodes if node.is_function)
    homes = {node.id: _id(node.stack) if node.stack else node.id for node in graph.nodes}
    counts: Counter[tuple[str, str, str, bool]] = Counter()
    for edge in graph.edges:
        source, target = homes[edge.source], homes[edge.target]
        if source != target:
            counts[source, target, edge.kind, edge.certain] += 1
    joined = {end for source, target, _, _ in counts for end in (source, target)}
    stacks = list(dict.fromkeys(node.stack for node in graph.nodes if node.stack))
    alone = [stack for stack in stacks if _id(stack) not in joined]
    if len(alone) > MOST_ALONE:
        stacks = [stack for stack in stacks if _id(stack) in joined]
    nodes = [node for node in graph.nodes if not node.stack]
    nodes += [Node(_id(stack), stack, "stack", stack, size=functions[stack]) for stack in stacks]
    if len(alone) > MOST_ALONE:
        size = sum(functions[stack] for stack in alone)
        nodes.append(Node(_id("*"), f"{len(alone)} stacks that stand alone", "stack", "*", size=size))
    edges = (
        Edge(source, target, kind, certain=certain, count=count)
        for (source, target, kind, certain), count in counts.items()
    )
    return Graph(nodes, edges)


def should_collapse(graph: Graph) -> bool:
    """Too many nodes, in several stacks."""
    return len(graph.nodes) > MOST_NODES and len({node.stack for node in graph.nodes}) > 1


def _id(stack: str) -> str:
    return f"stack#{stack}"
