from __future__ import annotations

from archlint.graph.graph import Graph
from archlint.graph.model import Edge, Node
from archlint.model.place import Place
from archlint.model.resource import Architecture, Link
from archlint.plan.model import Wave
from archlint.plan.ties import Ties, ties
from archlint.plan.waves import Schedule, schedule
from planning import function, unit
from samples import make_deployed


def ids(*names: str) -> tuple[str, ...]:
    return tuple(f"template.yaml#{name}" for name in names)


def id_(name: str) -> str:
    return f"template.yaml#{name}"


def plain(found: Schedule) -> list[tuple[str, list[str]]]:
    return [(wave.kind, [unit.partition("#")[2] for unit in wave.units]) for wave in found.waves]


def wave(found: Schedule, kind: str) -> Wave:
    return next(wave for wave in found.waves if wave.kind == kind)


def test_nothing_to_do_has_no_wave() -> None:
    assert schedule([unit("A"), unit("B")], Ties()).waves == ()
    assert schedule([], Ties()).waves == ()


def test_fixes_alone_are_wave_one() -> None:
    found = schedule([unit("A"), unit("B")], Ties(), ids("B"))
    assert [(one.n, one.kind, one.units) for one in found.waves] == [(1, "mend", ids("B"))]
    assert "any order" in found.waves[0].reason


def test_one_move_is_no_pilot() -> None:
    found = schedule([unit("A", "lambda-image")], Ties())
    assert plain(found) == [("base", ["A"]), ("move", ["A"]), ("clean-up", ["A"])]
    assert [one.n for one in found.waves] == [0, 1, 2]


def test_what_changes_in_place_leaves_nothing_to_clean_up() -> None:
    assert plain(schedule([unit("A", "lambda-provisioned")], Ties())) == [("base", ["A"]), ("move", ["A"])]


def test_fixes_come_before_moves() -> None:
    found = schedule([unit("A", "lambda-image"), unit("B")], Ties(), ids("A", "B"))
    assert plain(found)[1:3] == [("mend", ["A", "B"]), ("move", ["A"])]
    assert found.moves == {id_("A"): 2}
    assert "moves mended" in wave(found, "mend").reason


def test_the_pilot_is_asynchronous_and_keeps_its_failures() -> None:
    units = [unit(name, "lambda-image") for name in ("Api", "Topic", "Queue")]
    found = schedule(units, Ties(awaited=frozenset(ids("Api")), safe=frozenset(ids("Queue"))))
    assert plain(found)[1:3] == [("pilot", ["Queue"]), ("move", ["Topic", "Api"])]
    assert "smallest blast radius" in wave(found, "pilot").reason
    assert "failed events are kept" in wave(found, "pilot").reason


def test_callees_come_before_their_callers() -> None:
    units = [unit(name, "lambda-image") for name in ("Front", "Middle", "Back")]
    calls = {id_("Back"): ids("Middle"), id_("Middle"): ids("Front")}
    found = schedule(units, Ties(callers=calls, awaited=frozenset(ids("Front", "Middle", "Back"))))
    assert plain(found)[1:4] == [("pilot", ["Back"]), ("move", ["Middle"]), ("move", ["Front"])]


def test_callers_that_stay_do_not_count() -> None:
    units = [unit("Front"), unit("Back", "lambda-image")]
    found = schedule(units, Ties(callers={id_("Back"): ids("Front")}))
    assert plain(found)[1] == ("move", ["Back"])


def test_a_circle_moves_together() -> None:
    units = [unit(name, "lambda-image") for name in ("A", "B", "C")]
    found = schedule(units, Ties(callers={id_("A"): ids("B"), id_("B"): ids("A")}))
    assert plain(found)[1:3] == [("pilot", ["C"]), ("move", ["A", "B"])]
    assert "call each other in a circle" in found.waves[2].reason


def test_shared_data_moves_together() -> None:
    units = [unit(name, "lambda-image") for name in ("A", "B", "C")]
    found = schedule(units, Ties(shared=(("Jobs", ids("A", "C")),)))
    assert plain(found)[1:3] == [("pilot", ["B"]), ("move", ["A", "C"])]
    assert "A, C change Jobs and move together." in found.waves[2].reason


def test_a_long_chain_is_no_recursion() -> None:
    units = [unit(f"F{n}", "lambda-image") for n in range(1500)]
    calls = {id_(f"F{n + 1}"): ids(f"F{n}") for n in range(1499)}
    found = schedule(units, Ties(callers=calls))
    assert [one.units for one in found.waves if one.kind in ("pilot", "move")][:2] == [ids("F1499"), ids("F1498")]


def test_the_order_does_not_depend_on_chance() -> None:
    units = [unit(name, "lambda-image") for name in ("D", "B", "A", "C")]
    assert schedule(units, Ties()) == schedule(units, Ties())


class Repository:
    """What ties() asks of a project."""

    def __init__(self, graph: Graph, links: tuple[Link, ...], *names: tuple[str, ...]) -> None:
        self.graph = graph
        self.architecture = Architecture(links=links)
        self.functions = tuple(make_deployed(function(name, *kinds, sync="api" in kinds)) for name, *kinds in names)


def node(name: str, kind: str = "function") -> Node:
    return Node(id_(name), name, kind, "template.yaml", Place("template.yaml"))


def test_ties_come_from_the_graph() -> None:
    nodes = [node("A"), node("B"), node("C"), node("Api", "api"), node("Jobs", "table")]
    edges = [
        Edge(id_("A"), id_("B"), "sync"),
        Edge(id_("C"), id_("Api"), "sync"),
        Edge(id_("Api"), id_("A"), "sync"),
        Edge(id_("B"), id_("Jobs"), "writes"),
        Edge(id_("C"), id_("Jobs"), "reads"),
    ]
    links = (Link(id_("C"), id_("Dlq"), "failure", Place("template.yaml")),)
    found = ties(Repository(Graph(nodes, edges), links, ("A", "api"), ("B", "sqs"), ("C", "s3")))
    assert found.callers == {id_("B"): ids("A"), id_("A"): ids("C")}
    assert found.shared == (("Jobs", ids("B", "C")),)
    assert found.awaited == frozenset(ids("A", "B"))
    assert found.safe == frozenset(ids("B", "C"))
