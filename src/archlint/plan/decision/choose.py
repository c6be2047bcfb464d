"""Which target: what can work, then the least change that removes the real problem, then the cost."""

from __future__ import annotations

from dataclasses import dataclass

from archlint.knowledge.targets import PROBLEMS, Solution, Target
from archlint.plan.decision.costing import Costs, cheaper_by_far, worth_moving
from archlint.plan.decision.problems import Problem
from archlint.plan.decision.targets import Judged, solution
from archlint.plan.needs.requirements import Circumstances

STAY = "lambda-stay"


@dataclass(frozen=True, slots=True)
class Choice:
    """`answers` are the problems that the chosen target removes, with how; `left` are those that nothing removes."""

    target: str
    answers: tuple[tuple[Problem, Solution], ...] = ()
    left: tuple[Problem, ...] = ()
    ties: tuple[str, ...] = ()


def choose(case: Circumstances, judged: tuple[Judged, ...], present: tuple[Problem, ...], found: Costs) -> Choice:
    """Staying wins unless a problem is there and a target removes it."""
    for problem in present:
        hard = tuple(other for other in present if other.hard and other is not problem)
        ranked = _solvers(case, judged, problem, hard)
        if ranked:
            best = _cheapest(case, ranked, found)
            target = best[0]
            answers = [(problem, best[1])]
            answers += [(p, s) for p in present if p is not problem and (s := solution(target, p.name, case.facts))]
            return Choice(target.name, tuple(answers), ties=_ties(best, ranked, found))
        if problem.hard:
            return Choice(STAY, left=tuple(present))
    return _by_cost(case, judged, found)


def _solvers(
    case: Circumstances, judged: tuple[Judged, ...], problem: Problem, others: tuple[Problem, ...]
) -> list[tuple[Target, Solution]]:
    """Targets that remove the problem and every other hard one, the best fit first; where a hard problem has none that
    nothing speaks against, those with soft objections."""
    able = []
    for item in judged:
        row = solution(item.target, problem.name, case.facts)
        if row is None or item.impossible or not _removes(case, item.target, others):
            continue
        able.append((item, row))
    free = [(item.target, row) for item, row in able if not item.rejected]
    if not free and problem.hard:
        free = [(item.target, row) for item, row in able]
    return sorted(free, key=lambda pair: (pair[1].order, pair[0].rank))


def _removes(case: Circumstances, target: Target, others: tuple[Problem, ...]) -> bool:
    """A problem of size goes with the zip, whatever replaces it."""
    for other in others:
        if other.name == "too-large" and target.adapter not in ("none", "publish"):
            continue
        if other.name in ("too-long", "too-much-memory") and target.place != "lambda":
            continue
        if solution(target, other.name, case.facts) is None:
            return False
    return True


def _cheapest(
    case: Circumstances, ranked: list[tuple[Target, Solution]], found: Costs, *, floor_of_one: bool = True
) -> tuple[Target, Solution]:
    """The first one, unless a later one is cheaper by far. A second provider is never chosen for its price alone."""
    best = ranked[0]
    floor_of_one = floor_of_one and case.says("caller", "nobody")
    for other in ranked[1:]:
        if other[0].place == "elsewhere" and not case.says("second_cloud", "yes"):
            continue
        if cheaper_by_far(found, best[0], other[0], floor_of_one=floor_of_one):
            best = other
    return best


def _ties(best: tuple[Target, Solution], ranked: list[tuple[Target, Solution]], found: Costs) -> tuple[str, ...]:
    """Others that fit as well and are about as large a change, where no cost parts them."""
    mine = found.dollars(best[0].name)
    same = []
    for target, row in ranked:
        if target is best[0] or row.order != best[1].order or target.points != best[0].points:
            continue
        theirs = found.dollars(target.name)
        if mine is None or theirs is None or abs(mine - theirs) <= 0.1 * max(mine, theirs):
            same.append(target.name)
    return tuple(same)


def _by_cost(case: Circumstances, judged: tuple[Judged, ...], found: Costs) -> Choice:
    """For Python functions that are billed by the invocation today; nothing is known of other code."""
    if not case.says("python", "yes") or not case.says("provider", "no"):
        return Choice(STAY)
    rows = []
    for item in judged:
        row = solution(item.target, "cost", case.facts)
        if row is not None and not item.rejected and _may_for_cost(case, item.target):
            rows.append((item.target, row))
    rows.sort(key=lambda pair: (pair[1].order, pair[0].rank))
    worth = worth_moving(case, found, tuple(target for target, _ in rows))
    ranked = [(target, row) for target, row in rows if target in worth]
    if not ranked:
        return Choice(STAY)
    waits = case.says("bound_by", "waiting")
    best = ranked[0] if waits else _cheapest(case, ranked, found, floor_of_one=False)
    problem = Problem("cost", False, PROBLEMS["cost"])
    return Choice(best[0].name, ((problem, best[1]),), ties=_ties(best, ranked, found))


def _may_for_cost(case: Circumstances, target: Target) -> bool:
    """A function that runs on a CPU earns a GPU only where people say how much faster it is."""
    on_gpu = target.name.endswith("-gpu")
    stated = case.workload.gpu_speedup is not None
    return stated if on_gpu else not (stated and case.says("gpu", "required"))
