"""Paths, cycles and orders of hand-made graphs, and the parts of them that fit a picture."""

from __future__ import annotations

from archlint.graph.filters import Filter
from archlint.graph.graph import Graph
from archlint.graph.model import Edge, Node
from archlint.graph.select import around, by_stack, connected, should_collapse
from archlint.knowledge.resources import action_access
from archlint.model.place import Place


def node(name: str, kind: str = "function", stack: str = "s") -> Node:
    return Node(name, name, kind, stack, Place("template.yaml"))


def graph(*edges: tuple[str, str, str], names: str = "abcd") -> Graph:
    return Graph([node(name) for name in names], [Edge(*edge) for edge in edges])


def test_callees_come_before_their_callers() -> None:
    made = graph(("a", "b", "sync"), ("b", "c", "sync"), ("d", "a", "async"))
    order = [group[0] for group in made.components("sync")]
    assert order.index("c") < order.index("b") < order.index("a")


def test_a_circle_is_one_group() -> None:
    made = graph(("a", "b", "sync"), ("b", "a", "sync"), ("c", "a", "sync"))
    assert made.components("sync")[:2] == (("a", "b"), ("c",))
    assert made.cycles() == (("a", "b"),)


def test_a_function_that_calls_itself() -> None:
    assert graph(("a", "a", "async")).cycles() == (("a",),)


def test_an_edge_that_is_not_certain_makes_no_cycle() -> None:
    made = Graph([node("a"), node("b")], [Edge("a", "b", "async"), Edge("b", "a", "async", certain=False)])
    assert made.cycles() == ()
    assert made.path("b", "a", "async") == ()
    assert made.path("a", "b", "async") == ("a", "b")


def test_edges_to_nowhere_are_dropped() -> None:
    assert graph(("a", "gone", "sync")).edges == ()


def test_the_surroundings_of_a_function_end_at_what_is_only_used() -> None:
    nodes = [node(name) for name in "abc"] + [node("layer", "layer"), node("queue", "queue")]
    edges = [
        Edge("a", "layer", "uses"),
        Edge("b", "layer", "uses"),
        Edge("a", "queue", "async"),
        Edge("queue", "c", "async"),
    ]
    assert [n.id for n in around(Graph(nodes, edges), ["a"], 2).nodes] == ["a", "c", "layer", "queue"]
    assert [n.id for n in around(Graph(nodes, edges), ["a"], 1).nodes] == ["a", "layer", "queue"]


def test_resources_that_nothing_refers_to_are_not_drawn() -> None:
    made = Graph([node("a"), node("lonely", "bucket")], [])
    assert [n.id for n in connected(made).nodes] == ["a"]


def test_stacks_as_boxes() -> None:
    made = Graph(
        [node("a", stack="x"), node("b", stack="x"), node("c", stack="y"), node("m", "model", "")],
        [Edge("a", "b", "sync"), Edge("a", "c", "async"), Edge("b", "c", "async"), Edge("c", "m", "sync")],
    )
    small = by_stack(made)
    assert [(n.name, n.kind, n.size) for n in small.nodes] == [("m", "model", 1), ("x", "stack", 2), ("y", "stack", 1)]
    assert [(e.source, e.target, e.count) for e in small.edges] == [("stack#x", "stack#y", 2), ("stack#y", "m", 1)]


def test_many_stacks_alone_are_one_box() -> None:
    made = Graph([node(f"f{n}", stack=f"s{n}") for n in range(80)], [])
    assert should_collapse(made)
    (only,) = by_stack(made).nodes
    assert (only.name, only.size) == ("80 stacks that stand alone", 80)


def test_what_actions_allow() -> None:
    assert action_access("s3:GetObject") == {"reads"}
    assert action_access("dynamodb:PutItem") == {"writes"}
    assert action_access("lambda:InvokeFunction") == {"invokes"}
    assert action_access("sqs:SendMessage*") == {"sends"}
    assert action_access("sqs:ReceiveMessage") == {"polls"}
    assert action_access("sqs:*") == {"sends"}
    assert action_access("s3:*") == {"reads", "writes"}
    assert action_access("s3:Frobnicate") == frozenset()


def test_which_keys_pass_a_filter() -> None:
    assert Filter().passes(None)
    assert not Filter(closed=True).passes("a")
    assert Filter("in/", ".jpg").passes("in/{}.jpg")
    assert not Filter("in/").passes("{}in/")
    assert not Filter("in/").passes(None)
    assert not Filter(suffix=".jpg").passes("a.txt")
