from __future__ import annotations

import pytest

from archlint.graph.graph import Graph
from archlint.graph.model import Edge, Node
from archlint.model.place import Place
from archlint.model.resource import Architecture, Link
from archlint.plan.model import Wave
from archlint.plan.waves import Schedule, Ties, schedule, ties
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
    assert [(one.n, one.title) for one in found.waves] == [
        (0, "Prepare what the moves share"),
        (1, "Move A"),
        (2, "Clean up"),
    ]
    assert found.waves[2].reason.startswith("Removing is the point of no return")


def test_waves_follow_each_other() -> None:
    units = [unit("A", "lambda-image"), unit("B", "ecs-gpu"), unit("C")]
    found = schedule(units, Ties(awaited=frozenset(ids("A"))), ids("C"))
    assert [(one.n, one.kind) for one in found.waves] == [
        (0, "base"),
        (1, "mend"),
        (2, "pilot"),
        (3, "move"),
        (4, "clean-up"),
    ]
    assert found.waves[0].reason == (
        "What ecs-gpu, lambda-image needs, with its lead times, and today's figures to compare with."
    )
    assert found.waves[1].title == "Mend code and configuration"


def test_what_changes_in_place_leaves_nothing_to_clean_up() -> None:
    assert plain(schedule([unit("A", "lambda-provisioned")], Ties())) == [("base", ["A"]), ("move", ["A"])]


def test_fixes_come_before_moves() -> None:
    found = schedule([unit("A", "lambda-image"), unit("B")], Ties(), ids("A", "B"))
    assert plain(found)[1:3] == [("mend", ["A", "B"]), ("move", ["A"])]
    assert found.moves == {id_("A"): 2}
    assert "moves mended" in wave(found, "mend").reason


def test_the_pilot_is_asynchronous_and_keeps_its_failures() -> None:
    units = [unit(name, "lambda-image") for name in ("Api", "Alarm", "Queue")]
    found = schedule(units, Ties(awaited=frozenset(ids("Api")), safe=frozenset(ids("Queue"))))
    assert plain(found)[1:3] == [("pilot", ["Queue"]), ("move", ["Alarm", "Api"])]


@pytest.mark.parametrize(
    ("known", "risk", "radius"),
    [
        (Ties(), 2, "no caller that waits is declared, failed events are not kept"),
        (Ties(awaited=frozenset(ids("A"))), 1, "no caller that waits is declared, failed events are not kept"),
        (Ties(safe=frozenset(ids("B"))), 1, "no caller that waits is declared, failed events are kept"),
        (
            Ties(awaited=frozenset(ids("A")), safe=frozenset(ids("A"))),
            1,
            "no caller that waits is declared, failed events are not kept",
        ),
        (
            Ties(callers={id_("A"): ids("X", "Y"), id_("B"): ids("X")}, awaited=frozenset(ids("A", "B"))),
            1,
            "somebody waits for it, failed events are not kept, 1 function calls it",
        ),
        (
            Ties(callers={id_("A"): ids("X", "Y", "Z"), id_("B"): ids("X", "Y")}, safe=frozenset(ids("A", "B"))),
            1,
            "no caller that waits is declared, failed events are kept, 2 functions call it",
        ),
        (
            Ties(shared=(("Jobs", ids("A", "C")),)),
            1,
            "no caller that waits is declared, failed events are not kept",
        ),
    ],
)
def test_the_pilot_has_the_smallest_blast_radius(known: Ties, risk: int, radius: str) -> None:
    """It is B, though A comes first: what counts is who waits, then lost events, callers, size and risk."""
    units = [unit(name, "lambda-image", risk=risk if name == "A" else 1) for name in ("ABC" if known.shared else "AB")]
    found = schedule(units, known)
    assert wave(found, "pilot").units == ids("B")
    assert wave(found, "pilot").title == "Pilot: B"
    assert wave(found, "pilot").reason == f"The smallest blast radius: {radius}."


def test_all_of_a_group_have_to_keep_their_failed_events() -> None:
    units = [unit(name, "lambda-image") for name in ("A", "B", "C", "D")]
    shared = (("Jobs", ids("A", "B")), ("Runs", ids("C", "D")))
    found = schedule(units, Ties(shared=shared, safe=frozenset(ids("A", "C", "D")), awaited=frozenset()))
    assert plain(found)[1:3] == [("pilot", ["C", "D"]), ("move", ["A", "B"])]


def test_callees_come_before_their_callers() -> None:
    units = [unit(name, "lambda-image") for name in ("Front", "Middle", "Back")]
    calls = {id_("Back"): ids("Middle"), id_("Middle"): ids("Front")}
    found = schedule(units, Ties(callers=calls, awaited=frozenset(ids("Front", "Middle", "Back"))))
    assert plain(found)[1:4] == [("pilot", ["Back"]), ("move", ["Middle"]), ("move", ["Front"])]
    later = "They wait for units of earlier waves, which answer from their new place by now."
    assert [one.reason for one in found.waves if one.kind == "move"] == [later, later]


def test_callers_that_stay_do_not_count() -> None:
    units = [unit("Front"), unit("Back", "lambda-image")]
    found = schedule(units, Ties(callers={id_("Back"): ids("Front")}))
    assert plain(found)[1] == ("move", ["Back"])
    assert wave(found, "move").title == "Move Back"
    assert wave(found, "move").reason == "It waits for no other unit that moves."


def test_a_target_to_which_nothing_moves_has_no_wave() -> None:
    assert schedule([unit("A", "elsewhere"), unit("B")], Ties()).waves == ()
    assert schedule([unit("A", "elsewhere"), unit("B", "lambda-image")], Ties()).moves == {id_("B"): 1}


def test_more_than_three_are_counted() -> None:
    known = Ties(awaited=frozenset(ids("B", "C", "D", "E")))
    for names, title in (("ABCD", "Move B, C, D"), ("ABCDE", "Move B, C, D and 1 more")):
        found = schedule([unit(name, "lambda-image") for name in names], known)
        assert wave(found, "move").title == title
        assert wave(found, "move").reason == "None of them waits for another unit that moves."


def test_a_circle_moves_together() -> None:
    units = [unit(name, "lambda-image") for name in ("A", "B", "C")]
    found = schedule(units, Ties(callers={id_("A"): ids("B"), id_("B"): ids("A")}))
    assert plain(found)[1:3] == [("pilot", ["C"]), ("move", ["A", "B"])]
    reasons = [one.reason for one in found.waves[1:3]]
    assert "together" not in reasons[0]
    assert reasons[1] == (
        "None of them waits for another unit that moves. A, B call each other in a circle and move together."
    )


def test_shared_data_moves_together() -> None:
    units = [unit(name, "lambda-image") for name in ("A", "B", "C")]
    found = schedule(units, Ties(shared=(("Jobs", ids("A", "C")),)))
    assert plain(found)[1:3] == [("pilot", ["B"]), ("move", ["A", "C"])]
    reasons = [one.reason for one in found.waves[1:3]]
    assert "together" not in reasons[0]
    assert reasons[1] == "None of them waits for another unit that moves. A, C change Jobs and move together."


def test_data_shared_with_what_stays_holds_nothing_together() -> None:
    units = [unit("A", "lambda-image"), unit("B"), unit("C", "lambda-image")]
    found = schedule(units, Ties(shared=(("Jobs", ids("A", "B")), ("Runs", ids("B")))))
    assert [one.units for one in found.waves] == [ids("A", "C"), ids("A"), ids("C"), ids("A", "C")]
    assert not any("together" in one.reason for one in found.waves)


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
