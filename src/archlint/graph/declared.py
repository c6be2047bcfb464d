"""Edges that declarations show: events, tasks, deliveries, mounts, layers, and what permissions allow."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Container, Iterable, Iterator

from archlint.graph.model import Edge, Evidence
from archlint.knowledge.graph import action_access
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
    found: dict[tuple[str, str, str, str], list[Evidence]] = defaultdict(list)
    for link in architecture.links:
        if link.source in nodes and link.target in nodes and link.kind not in ("env", "grant"):
            kind, label, text = _meaning(link)
            found[link.source, link.target, kind, label].append(Evidence(link.place, text))
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
            shown = tuple(Evidence(link.place, f"environment variable {link.detail}") for link in links)
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
            evidence.append(Evidence(link.place, f"permission {shown}"))
    verbs = [(access, *_VERBS[access]) for access in _VERBS if access in accesses]
    if not verbs:
        return None
    label = "may " + " and ".join(verb for _, _, verb in verbs)
    return Edge(*pair, verbs[0][1], label, tuple(dict.fromkeys(evidence)), certain=False)
