"""The graph as JSON, with the lines that show each edge."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from archlint.graph.graph import Graph
from archlint.graph.model import Edge, Node
from archlint.model.place import Place
from archlint.report.document import rendered
from archlint.report.graph.view import Mark

SCHEMA = "archlint/graph/v1"


def schema() -> Any:
    """JSON Schema of the document."""
    return json.loads(Path(__file__).with_name("graph.v1.schema.json").read_bytes())


def render_json(graph: Graph, found: Mapping[str, Mark], judged: bool = True) -> str:
    """`severity` and `findings` are null where nobody looked."""
    document = {
        "schema": SCHEMA,
        "nodes": [_node(node, found.get(node.id, Mark()), judged) for node in graph.nodes],
        "edges": [_edge(edge) for edge in graph.edges],
        "cycles": [list(group) for group in graph.cycles()],
    }
    return rendered(document)


def _node(node: Node, mark: Mark, judged: bool) -> dict[str, Any]:
    return {
        "id": node.id,
        "name": node.name,
        "kind": node.kind,
        "stack": node.stack or None,
        **_place(node.place),
        "functions": node.size if node.kind == "stack" else None,
        "findings": mark.count if judged else None,
        "severity": mark.severity or None,
    }


def _edge(edge: Edge) -> dict[str, Any]:
    return {
        "source": edge.source,
        "target": edge.target,
        "kind": edge.kind,
        "label": edge.label,
        "declared": edge.declared,
        "certain": edge.certain,
        "count": edge.count,
        "evidence": [{**_place(evidence.place), "text": evidence.text} for evidence in edge.evidence],
    }


def _place(place: Place | None) -> dict[str, Any]:
    return {"path": place.path if place else None, "line": place.line if place else None}
