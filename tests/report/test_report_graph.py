"""The four formats of a graph, on plain and on hostile names."""

from __future__ import annotations

import json
import re

import pytest
from jsonschema import Draft202012Validator

from archlint.finding import Finding
from archlint.graph.graph import Graph
from archlint.graph.model import Edge, EdgeEvidence, Node
from archlint.model.place import Place
from archlint.report.graph.dot import render_dot
from archlint.report.graph.json import render_json, schema
from archlint.report.graph.mermaid import render_mermaid
from archlint.report.graph.tree import render_tree
from archlint.report.graph.view import marks, view

PLACE = Place("template.yaml", 3)
HOSTILE = '"];x-->y["<b>\x1b[31m\n`%%{init}%%`\\N&lt;#quot;'


def two(name: str = "Front") -> Graph:
    return Graph(
        [Node("t#A", name, "function", "t", PLACE), Node("t#Q", "Queue", "queue", "t", PLACE)],
        [
            Edge("t#A", "t#Q", "async", "send_message", (EdgeEvidence(PLACE, "calls"),), declared=False),
            Edge("t#Q", "t#A", "async"),
        ],
    )


def finding(severity: str, function: str = "t#A") -> Finding:
    return Finding("r", "AL999", severity, "high", "m", PLACE, "f", (function,))


def test_mermaid() -> None:
    graph = two()
    text = render_mermaid(view(graph, marks(graph, [finding("info"), finding("error")])))
    assert text.startswith("flowchart LR\n")
    assert 'n0("Front<br/>function<br/>2 findings, worst error"):::error' in text
    assert 'n1[["Queue<br/>queue"]]' in text
    assert 'n0 -.->|"send#95;message"| n1' in text


def test_dot() -> None:
    graph = two()
    text = render_dot(view(graph, {}, judged=False))
    assert 'n0 -> n1 [style=dashed, label="send_message"];' in text
    assert "worst finding" not in text


def test_tree() -> None:
    assert render_tree(view(two(), {})).splitlines()[:4] == [
        "t",
        "  Front (function)",
        "  └┄┄▷ send_message: Queue (queue)",
        "       └┄┄▷ Front (function) (see above)",
    ]


def test_a_tree_of_nothing() -> None:
    assert "Nothing" in render_tree(view(Graph([], []), {}))


def test_json_fits_its_schema() -> None:
    graph = two(HOSTILE)
    document = json.loads(render_json(graph, marks(graph, [finding("error")])))
    Draft202012Validator(schema()).validate(document)
    assert document["nodes"][0]["severity"] == "error"
    assert document["edges"][0]["evidence"] == [{"path": "template.yaml", "line": 3, "text": "calls"}]
    assert document["cycles"] == [["t#A", "t#Q"]]
    Draft202012Validator(schema()).validate(json.loads(render_json(Graph([], []), {}, judged=False)))


def test_hostile_names_stay_inside_their_quotes() -> None:
    graph = two(HOSTILE)
    drawn = view(graph, {})
    mermaid = next(line for line in render_mermaid(drawn).splitlines() if line.strip().startswith("n0("))
    assert re.fullmatch(r'    n0\("[\w /:,.()×…#;<>-]*<br/>function"\):::function', mermaid)
    dot = next(line for line in render_dot(drawn).splitlines() if line.strip().startswith("n0 ["))
    assert re.match(r'    n0 \[label="(?:[^"\\]|\\.)*", fillcolor="#e3f1e1"\];$', dot)
    for text in (render_mermaid(drawn), render_dot(drawn), render_tree(drawn)):
        assert "\x1b" not in text


@pytest.mark.parametrize("name", ["- item", "1. item", "12. item", "__init__", "*bold*"])
def test_mermaid_reads_no_markdown(name: str) -> None:
    text = render_mermaid(view(two(name), {}))
    assert name not in text


def test_a_lone_surrogate_is_valid_json() -> None:
    json.loads(render_json(two("\ud800"), {}).encode("utf-8"))


def test_same_graph_same_bytes() -> None:
    graph = two()
    turned = Graph(reversed(graph.nodes), reversed(graph.edges))
    assert render_dot(view(graph, {})) == render_dot(view(turned, {}))


def test_a_collapsed_stack_has_the_findings_of_its_functions() -> None:
    stacks = Graph([Node("stack#t", "t", "stack", "t"), Node("stack#.#S", ".#S", "stack", ".#S")], [])
    found = marks(stacks, [finding("error"), finding("info", ".#S/Api/F")])
    assert (found["stack#t"].severity, found["stack#.#S"].severity) == ("error", "info")
