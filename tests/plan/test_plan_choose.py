"""The choice of a target, on targets and costs that stand for any: first what can work, then fit, then cost."""

from __future__ import annotations

from dataclasses import replace

import pytest

from archlint.knowledge.prices import prices
from archlint.knowledge.targets import Condition, Solution, Target
from archlint.plan.cost.workload import Workload
from archlint.plan.decision.choose import STAY, Judged, TargetChoice, choose
from archlint.plan.decision.costing import Costs
from archlint.plan.decision.problems import ReasonToMove
from archlint.plan.model import Cost, Figure, Reason
from archlint.plan.needs.facts import FunctionFact
from archlint.plan.needs.requirements import Profile
from archlint.values import Known
from samples import make_deployed

GPU_INSTANCES = "lambda-managed-instances-gpu"
NO_GPU = ReasonToMove("no-gpu", True, "no GPU")
LONG = ReasonToMove("too-long", True, "too long")
MEMORY = ReasonToMove("too-much-memory", True, "too much memory")
LARGE = ReasonToMove("too-large", True, "too large")
COLD = ReasonToMove("cold-users", False, "cold")
WAITING = ReasonToMove("paid-waiting", False, "waiting")
ANY = Condition(())


def solves(problem: str, order: int = 0) -> Solution:
    return Solution(problem, order, f"solves {problem}", ANY)


def target(
    name: str,
    *rows: Solution,
    against: str = "",
    place: str = "aws",
    adapter: str = "image",
    rank: int = 10,
    points: int = 3,
) -> Judged:
    """`against` is "hard" or "soft" where something speaks against it."""
    found = Target(name, name, "+", rank, place, points, adapter, name, (), (), {}, (), rows)
    return Judged(found, (Reason(against, "it does not fit"),) if against else ())


def chosen(
    judged: list[Judged],
    present: list[ReasonToMove],
    costs: dict[str, float] | None = None,
    *,
    speedup: float | None = None,
    **facts: str,
) -> TargetChoice:
    """With dollars a month by target; a fleet of GPU instances costs a third where it has one instance."""
    load = Workload(gpu_speedup=None if speedup is None else Figure.exact(speedup, "declared"))
    case = Profile(make_deployed(), {name: FunctionFact(Known(word)) for name, word in facts.items()}, load, ())
    by_target = {name: Cost(dollars / 3, dollars, dollars) for name, dollars in (costs or {}).items()}
    return choose(case, tuple(judged), tuple(present), Costs(load, prices(), by_target))


def test_without_a_problem_or_a_bill_it_stays() -> None:
    assert chosen([target("a", solves("no-gpu"), solves("cost"))], []) == TargetChoice(STAY)


# --- what can work ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("other", "item", "removes"),
    [
        (COLD, target("a", solves("no-gpu")), True),
        (LARGE, target("a", solves("no-gpu"), adapter="http-server"), True),
        (LARGE, target("a", solves("no-gpu"), adapter="none"), False),
        (LARGE, target("a", solves("no-gpu"), adapter="publish"), False),
        (LARGE, target("a", solves("no-gpu"), solves("too-large"), adapter="none"), True),
        (LONG, target("a", solves("no-gpu")), True),
        (LONG, target("a", solves("no-gpu"), place="elsewhere"), True),
        (LONG, target("a", solves("no-gpu"), place="lambda"), False),
        (LONG, target("a", solves("no-gpu"), solves("too-long"), place="lambda"), True),
        (MEMORY, target("a", solves("no-gpu")), True),
        (MEMORY, target("a", solves("no-gpu"), place="lambda"), False),
        (MEMORY, target("a", solves("no-gpu"), solves("too-much-memory"), place="lambda"), True),
        (replace(WAITING, hard=True), target("a", solves("no-gpu")), False),
        (replace(WAITING, hard=True), target("a", solves("no-gpu"), solves("paid-waiting")), True),
    ],
)
def test_a_target_has_to_remove_every_hard_problem(other: ReasonToMove, item: Judged, removes: bool) -> None:
    found = chosen([item], [NO_GPU, other])
    assert found.target == ("a" if removes else STAY)
    assert found.left == (() if removes else (NO_GPU, other))


def test_each_of_several_hard_problems_counts() -> None:
    here = target("here", solves("no-gpu"), place="lambda", adapter="http-server")
    assert chosen([here], [NO_GPU, LARGE]).target == "here"
    assert chosen([here], [NO_GPU, LARGE, MEMORY]).target == STAY
    there = target("there", solves("no-gpu"), adapter="none")
    assert chosen([there], [NO_GPU, LONG, MEMORY]).target == "there"
    assert chosen([there], [NO_GPU, LONG, LARGE]).target == STAY
    assert chosen([here, there], [NO_GPU, LONG]).target == "there"


def test_what_cannot_work_is_never_chosen() -> None:
    impossible = target("a", solves("no-gpu"), solves("cold-users"), against="hard")
    assert chosen([impossible], [NO_GPU]) == TargetChoice(STAY, left=(NO_GPU,))
    assert chosen([impossible], [COLD]) == TargetChoice(STAY)
    assert chosen([impossible, target("b", solves("no-gpu"), rank=20)], [NO_GPU]).target == "b"


def test_an_objection_counts_unless_nothing_else_removes_a_hard_problem() -> None:
    disliked = target("a", solves("no-gpu"), solves("cold-users"), against="soft")
    assert chosen([disliked, target("b", solves("no-gpu", 5))], [NO_GPU]).target == "b"
    assert chosen([disliked], [NO_GPU]).target == "a"
    assert chosen([disliked], [COLD]) == TargetChoice(STAY)


def test_a_hard_problem_that_nothing_removes_ends_the_search() -> None:
    assert chosen([target("a", solves("cold-users"))], [LONG, COLD]) == TargetChoice(STAY, left=(LONG, COLD))


def test_a_soft_problem_that_nothing_removes_leaves_the_next_one() -> None:
    found = chosen([target("a", solves("paid-waiting"))], [COLD, WAITING])
    assert (found.target, found.left) == ("a", ())
    assert [problem.name for problem, _ in found.answers] == ["paid-waiting"]


# --- the better fit --------------------------------------------------------------------------------------------------


def test_the_lowest_order_and_then_the_smallest_move() -> None:
    late = target("late", solves("no-gpu", 1), rank=1)
    large = target("large", solves("no-gpu"), rank=30)
    small = target("small", solves("no-gpu"), rank=20)
    assert chosen([late, large, small], [NO_GPU]).target == "small"
    assert chosen([late, large], [NO_GPU]).target == "large"


def test_the_answers_name_every_problem_that_goes() -> None:
    item = target("a", solves("no-gpu", 1), solves("no-gpu", 3), solves("paid-waiting"))
    found = chosen([item], [NO_GPU, COLD, WAITING])
    assert [(problem.name, row.order) for problem, row in found.answers] == [("no-gpu", 1), ("paid-waiting", 0)]


@pytest.mark.parametrize(
    ("other", "costs", "ties"),
    [
        (target("b", solves("no-gpu"), rank=11), {}, ("b",)),
        (target("b", solves("no-gpu"), rank=11), {"a": 1000}, ("b",)),
        (target("b", solves("no-gpu"), rank=11), {"b": 1000}, ("b",)),
        (target("b", solves("no-gpu"), rank=11), {"a": 1000, "b": 1000}, ("b",)),
        (target("b", solves("no-gpu"), rank=11), {"a": 1000, "b": 900}, ("b",)),
        (target("b", solves("no-gpu"), rank=11), {"a": 900, "b": 1000}, ("b",)),
        (target("b", solves("no-gpu"), rank=11), {"a": 1000, "b": 899}, ()),
        (target("b", solves("no-gpu"), rank=11), {"a": 899, "b": 1000}, ()),
        (target("b", solves("no-gpu", 1), rank=11), {}, ()),
        (target("b", solves("no-gpu"), rank=11, points=5), {}, ()),
        (target("b", solves("no-gpu"), rank=11, against="soft"), {}, ()),
        (target("b", solves("cold-users"), rank=11), {}, ()),
    ],
)
def test_what_is_as_good_a_fit_and_about_as_dear_is_a_tie(
    other: Judged, costs: dict[str, float], ties: tuple[str, ...]
) -> None:
    found = chosen([target("a", solves("no-gpu")), other], [NO_GPU], costs)
    assert (found.target, found.ties) == ("a", ties)
    between = target("between", solves("no-gpu", 1))
    assert chosen([target("a", solves("no-gpu")), between, other], [NO_GPU], costs).ties == ties


# --- cost among those that fit ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("costs", "best"),
    [
        ({"a": 1000, "b": 600}, "b"),
        ({"a": 1000, "b": 667}, "a"),
        ({"a": 290, "b": 189}, "b"),
        ({"a": 290, "b": 190}, "a"),
        ({"a": 1000}, "a"),
        ({"b": 1}, "a"),
        ({"a": 1000, "b": 600, "c": 300}, "c"),
        ({"a": 1000, "b": 600, "c": 450}, "b"),
    ],
)
def test_a_larger_change_wins_where_it_is_cheaper_by_far(costs: dict[str, float], best: str) -> None:
    """By a third, and by more than a hundred dollars a month."""
    judged = [target(name, solves("no-gpu"), rank=rank) for rank, name in enumerate("abc")]
    assert chosen(judged, [NO_GPU], costs).target == best


def test_a_second_provider_is_not_chosen_for_its_price_alone() -> None:
    judged = [
        target("a", solves("no-gpu")),
        target("away", solves("no-gpu"), place="elsewhere", rank=20),
        target("c", solves("no-gpu"), rank=30),
    ]
    costs = {"a": 1000.0, "away": 100.0, "c": 400.0}
    assert chosen(judged, [NO_GPU], costs).target == "c"
    assert chosen(judged, [NO_GPU], costs, second_cloud="no").target == "c"
    assert chosen(judged, [NO_GPU], costs, second_cloud="yes").target == "away"
    assert chosen(judged[1:2], [NO_GPU], costs).target == "away"


@pytest.mark.parametrize(("caller", "best"), [("nobody", GPU_INSTANCES), ("waits", "b"), ("", "b")])
def test_gpu_instances_are_counted_from_one_where_nobody_waits(caller: str, best: str) -> None:
    judged = [target(GPU_INSTANCES, solves("no-gpu")), target("b", solves("no-gpu"), rank=20)]
    assert chosen(judged, [NO_GPU], {GPU_INSTANCES: 1200, "b": 300}, caller=caller).target == best


# --- cost alone ------------------------------------------------------------------------------------------------------

PYTHON = {"python": "yes", "provider": "no"}


@pytest.mark.parametrize(
    ("facts", "moves"),
    [
        (PYTHON, True),
        ({"python": "no", "provider": "no"}, False),
        ({"python": "yes", "provider": "yes"}, False),
        ({"python": "yes"}, False),
        ({"provider": "no"}, False),
    ],
)
def test_python_that_is_billed_by_the_invocation_moves_for_cost(facts: dict[str, str], moves: bool) -> None:
    found = chosen([target("a", solves("cost"))], [], {STAY: 1000, "a": 100}, **facts)
    assert found.target == ("a" if moves else STAY)
    assert [(problem.name, problem.hard, problem.text) for problem, _ in found.answers] == (
        [("cost", False, "another target does the same for clearly less")] if moves else []
    )


def test_what_is_not_clearly_cheaper_or_disliked_is_no_move() -> None:
    costs = {STAY: 1000.0, "a": 701.0}
    assert chosen([target("a", solves("cost"))], [], costs, **PYTHON) == TargetChoice(STAY)
    assert chosen([target("a", solves("cost"))], [], {**costs, "a": 700.0}, **PYTHON).target == "a"
    for against in ("soft", "hard"):
        disliked = target("a", solves("cost"), against=against)
        assert chosen([disliked], [], {**costs, "a": 1.0}, **PYTHON) == TargetChoice(STAY)
    assert chosen([target("a", solves("cold-users"))], [], {**costs, "a": 1.0}, **PYTHON) == TargetChoice(STAY)


def test_of_those_that_pay_the_smallest_move_unless_another_is_cheaper_by_far() -> None:
    judged = [target("b", solves("cost"), rank=20), target("a", solves("cost")), target("z", solves("cost", 1), rank=1)]
    costs = {STAY: 1000.0, "a": 500.0, "b": 480.0, "z": 350.0}
    found = chosen(judged, [], costs, **PYTHON)
    assert (found.target, found.ties) == ("a", ("b",))
    costs["b"] = 300.0
    assert chosen(judged, [], costs, **PYTHON).target == "b"
    assert chosen(judged, [], costs, bound_by="cpu", **PYTHON).target == "b"
    assert chosen(judged, [], costs, bound_by="waiting", **PYTHON).target == "a"


def test_for_cost_gpu_instances_are_counted_as_they_come() -> None:
    judged = [target(GPU_INSTANCES, solves("cost")), target("b", solves("cost"), rank=20)]
    costs = {STAY: 3000.0, GPU_INSTANCES: 1200.0, "b": 450.0}
    found = chosen(judged, [], costs, speedup=10, caller="nobody", **PYTHON)
    assert found.target == "b"


@pytest.mark.parametrize(
    ("name", "speedup", "gpu", "moves"),
    [
        ("ecs-gpu", None, "optional", False),
        ("ecs-gpu", None, "required", False),
        ("ecs-gpu", 10, "none", True),
        ("ecs-gpu", 10, "required", True),
        ("fargate-service", None, "none", True),
        ("fargate-service", None, "required", True),
        ("fargate-service", 10, "none", True),
        ("fargate-service", 10, "required", False),
    ],
)
def test_a_gpu_is_earned_by_a_stated_speed_up(name: str, speedup: float | None, gpu: str, moves: bool) -> None:
    found = chosen([target(name, solves("cost"))], [], {STAY: 1000, name: 1}, speedup=speedup, gpu=gpu, **PYTHON)
    assert found.target == (name if moves else STAY)
