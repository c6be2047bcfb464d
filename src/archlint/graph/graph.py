"""The graph and the questions that rules, plans and pictures ask of it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import TYPE_CHECKING

from archlint.graph.model import FLOW, Edge, Node

if TYPE_CHECKING:
    from networkx import MultiDiGraph

SHARED_STORES = frozenset({"file-system", "table", "database"})
"""Kinds of resources that hold what functions may change under each other."""


class Graph:
    """Nodes by id and edges, each in a fixed order. networkx, which takes a third of a second to import, is loaded
    when a path, a cycle or an order is first asked for."""

    def __init__(
        self, nodes: Iterable[Node], edges: Iterable[Edge], mentions: frozenset[tuple[str, str]] = frozenset()
    ) -> None:
        self.mentions = mentions
        """Kinds and names of the resources that code names."""
        self._nodes = {node.id: node for node in sorted(nodes, key=lambda node: (node.stack, node.id))}
        known = (edge for edge in edges if edge.source in self._nodes and edge.target in self._nodes)
        self.edges: tuple[Edge, ...] = tuple(sorted(known, key=lambda edge: edge.sort_key))
        self._out: dict[str, list[Edge]] = defaultdict(list)
        self._in: dict[str, list[Edge]] = defaultdict(list)
        for edge in self.edges:
            self._out[edge.source].append(edge)
            self._in[edge.target].append(edge)
        self._directed: dict[tuple[str, ...], MultiDiGraph[str]] = {}

    @property
    def nodes(self) -> tuple[Node, ...]:
        return tuple(self._nodes.values())

    def node(self, id_: str) -> Node | None:
        return self._nodes.get(id_)

    def functions(self) -> tuple[Node, ...]:
        """Those that the repository declares."""
        return tuple(node for node in self._nodes.values() if node.is_function)

    def out_edges(self, id_: str, *kinds: str) -> tuple[Edge, ...]:
        return tuple(edge for edge in self._out.get(id_, ()) if not kinds or edge.kind in kinds)

    def in_edges(self, id_: str, *kinds: str) -> tuple[Edge, ...]:
        return tuple(edge for edge in self._in.get(id_, ()) if not kinds or edge.kind in kinds)

    def callers(self, id_: str) -> tuple[str, ...]:
        """Who waits for its answer: functions, state machines, APIs."""
        return tuple(dict.fromkeys(edge.source for edge in self.in_edges(id_, "sync")))

    def neighbours(self, id_: str, *kinds: str) -> tuple[str, ...]:
        """In both directions."""
        found = [edge.target for edge in self.out_edges(id_, *kinds)]
        found += [edge.source for edge in self.in_edges(id_, *kinds)]
        return tuple(sorted(set(found)))

    def shared_with(self, function: str) -> tuple[tuple[str, str], ...]:
        """(other function, resource) for every file system, table and database that both use and one of them may
        change."""
        found: set[tuple[str, str]] = set()
        for edge in self._out.get(function, ()):
            store = self._nodes[edge.target]
            if store.kind not in SHARED_STORES:
                continue
            users = [other for other in self._in[store.id] if self._nodes[other.source].is_function]
            changing = {other.source for other in users if other.kind in ("writes", "shares")}
            for other in users:
                if other.source != function and changing & {function, other.source}:
                    found.add((other.source, store.id))
        return tuple(sorted(found))

    def path(self, source: str, target: str, *kinds: str) -> tuple[str, ...]:
        """The ids of a shortest way along certain edges of these kinds, both ends included; () where there is none."""
        import networkx as nx

        directed = self._of(kinds)
        if source not in directed or target not in directed or not nx.has_path(directed, source, target):
            return ()
        return tuple(nx.shortest_path(directed, source, target))

    def components(self, *kinds: str) -> tuple[tuple[str, ...], ...]:
        """The groups of nodes that reach each other along certain edges, callees before their callers; most are single
        nodes. Without kinds along sync and async edges."""
        import networkx as nx

        directed = self._of(kinds or FLOW)
        groups = nx.condensation(directed)
        names = {number: tuple(sorted(groups.nodes[number]["members"])) for number in groups}
        ordered = nx.lexicographical_topological_sort(groups.reverse(), key=lambda number: names[number])
        return tuple(names[number] for number in ordered)

    def cycles(self, *kinds: str) -> tuple[tuple[str, ...], ...]:
        """The groups with more than one node, or with one that leads to itself."""
        wanted = kinds or FLOW
        looped = {e.source for e in self.edges if e.source == e.target and e.kind in wanted and e.certain}
        return tuple(group for group in self.components(*kinds) if len(group) > 1 or group[0] in looped)

    def _of(self, kinds: tuple[str, ...]) -> MultiDiGraph[str]:
        if kinds not in self._directed:
            import networkx as nx

            directed: MultiDiGraph[str] = nx.MultiDiGraph()
            directed.add_nodes_from(self._nodes)
            for edge in self.edges:
                if edge.kind in kinds and edge.certain:
                    directed.add_edge(edge.source, edge.target)
            self._directed[kinds] = directed
        return self._directed[kinds]
