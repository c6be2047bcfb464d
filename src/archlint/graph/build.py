"""Builds the graph of a repository from what it declares and what its code calls."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Container, Iterable, Iterator, Sequence

from archlint.graph.coded import Coded, entries
from archlint.graph.graph import Graph
from archlint.graph.model import Edge, EdgeEvidence, Node
from archlint.graph.modules import Reaches, run_modules, shared_modules
from archlint.knowledge.resources import action_access
from archlint.model.deployed import Deployed
from archlint.model.function import Function
from archlint.model.resource import Architecture, Link

_SHOWN = 3
"""Actions that an evidence names."""

_PLAIN = {
    "delivers": ("async", "", "delivers"),
    "failure": ("async", "on failure", "failure destination"),
    "success": ("async", "on success", "success destination"),
    "mounts": ("shares", "", "mounted file system"),
    "uses": ("uses", "", "named by the declaration"),
}
_VERBS = {
    "invokes": ("uses", "invoke"),
    "starts": ("async", "start"),
    "sends": ("async", "send"),
    "writes": ("writes", "write"),
    "reads": ("reads", "read"),
}
"""By access, the strongest first: an invocation may wait or not, so that it is no sync and no async edge."""


def declared_edges(architecture: Architecture, nodes: Container[str]) -> Iterator[Edge]:
    """One edge for each pair and kind."""
    found: dict[tuple[str, str, str, str], list[EdgeEvidence]] = defaultdict(list)
    for link in architecture.links:
        if link.source in nodes and link.target in nodes and link.kind not in ("env", "grant"):
            kind, label, text = _meaning(link)
            found[link.source, link.target, kind, label].append(EdgeEvidence(link.place, text))
    for (source, target, kind, label), evidence in found.items():
        yield Edge(source, target, kind, label, tuple(dict.fromkeys(evidence)))


def _meaning(link: Link) -> tuple[str, str, str]:
    if link.kind in ("event", "invokes"):
        kind = "sync" if link.sync else "async"
        return (kind, "", "event source") if link.kind == "event" else (kind, "task", "task of the state machine")
    kind, label, text = _PLAIN[link.kind]
    return (kind, link.detail, text) if link.kind == "mounts" else (kind, label, text)


def permitted_edges(architecture: Architecture, nodes: Container[str], known: Iterable[Edge]) -> list[Edge]:
    """What a permission allows or an environment variable names, for pairs that nothing else joins."""
    joined = {(edge.source, edge.target) for edge in known}
    invoked_by = {(edge.target, edge.source) for edge in known if edge.kind in ("sync", "async")}
    grants: dict[tuple[str, str], list[Link]] = defaultdict(list)
    variables: dict[tuple[str, str], list[Link]] = defaultdict(list)
    for link in architecture.links:
        pair = (link.source, link.target)
        if link.kind in ("env", "grant") and pair not in joined and link.source in nodes and link.target in nodes:
            (grants if link.kind == "grant" else variables)[pair].append(link)
    edges = []
    for pair, links in grants.items():
        edge = _allowed(pair, links, pair in invoked_by)
        if edge is not None:
            edges.append(edge)
            joined.add(pair)
    for pair, links in variables.items():
        if pair not in joined:
            names = ", ".join(dict.fromkeys(link.detail for link in links if link.detail))
            shown = tuple(EdgeEvidence(link.place, f"environment variable {link.detail}") for link in links)
            edges.append(Edge(*pair, "uses", names, shown, certain=False))
    return edges


def _allowed(pair: tuple[str, str], links: list[Link], polls: bool) -> Edge | None:
    accesses: set[str] = set()
    evidence = []
    for link in links:
        actions = [action.strip() for action in link.detail.split(",") if action.strip()]
        found = {access for action in actions for access in action_access(action)}
        if found - {"polls"} or (found and not polls):
            accesses |= (found - {"polls"}) or {"reads"}
            shown = ", ".join(actions[:_SHOWN]) + (" …" if len(actions) > _SHOWN else "")
            evidence.append(EdgeEvidence(link.place, f"permission {shown}"))
    verbs = [(access, *_VERBS[access]) for access in _VERBS if access in accesses]
    if not verbs:
        return None
    label = "may " + " and ".join(verb for _, _, verb in verbs)
    return Edge(*pair, verbs[0][1], label, tuple(dict.fromkeys(evidence)), certain=False)


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
