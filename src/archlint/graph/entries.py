"""Where events enter that come from outside of what the repository declares."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping

from archlint.graph.model import FLOW, Edge, Evidence, Node
from archlint.knowledge.graph import trigger_source
from archlint.model.function import Function, Trigger


def entries(
    functions: Iterable[Function], nodes: Mapping[str, Node], edges: Iterable[Edge]
) -> Iterator[tuple[Node, Edge]]:
    """For each trigger that no declared resource accounts for: a node, one a stack and name, and its edge."""
    kinds: dict[str, set[str]] = defaultdict(set)
    for edge in edges:
        if edge.kind in FLOW and edge.certain:
            kinds[edge.target].add(nodes[edge.source].kind if edge.source in nodes else "other")
    for function in functions:
        node = nodes[function.id]
        open_triggers: dict[tuple[str, bool], list[Trigger]] = defaultdict(list)
        for trigger in function.triggers:
            if not trigger_source(trigger.type).kinds & kinds[function.id]:
                open_triggers[trigger.type, trigger.sync].append(trigger)
        for (type_, sync), triggers in open_triggers.items():
            source = trigger_source(type_)
            entry = Node(f"{node.stack}#trigger:{type_}", source.name, source.kind, node.stack)
            shown = tuple(Evidence(trigger.place, f"{type_} trigger") for trigger in triggers)
            yield entry, Edge(entry.id, function.id, "sync" if sync else "async", "", shown)
