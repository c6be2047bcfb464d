"""Which target: what can work, then the least change that removes the real problem, then the cost."""

from __future__ import annotations

from dataclasses import dataclass

from archlint.knowledge.targets import PROBLEMS, Rejection, Solution, Target
from archlint.model.function import Function
from archlint.plan.decision.costing import Costs, cheaper_by_far, worth_moving
from archlint.plan.decision.problems import ReasonToMove
from archlint.plan.model import Evidence, Reason
from archlint.plan.needs.facts import Facts, filled, holds
from archlint.plan.needs.requirements import Profile
from archlint.values import Known

TODAY_TEXT = "this is what it is today"


@dataclass(frozen=True, slots=True)
class Judged:
    """A target with everything that speaks against it."""

    target: Target
    against: tuple[Reason, ...] = ()

    @property
    def impossible(self) -> bool:
        return any(reason.kind == "hard" for reason in self.against)

    @property
    def rejected(self) -> bool:
        return bool(self.against)


def judge(target: Target, facts: Facts) -> Judged:
    found = [_reason(item, facts) for item in target.rejects if holds(item.when, facts)]
    texts: dict[str, Reason] = {}
    for reason in sorted(found, key=lambda one: one.kind != "hard"):
        texts.setdefault(reason.text, reason)
    return Judged(target, tuple(texts.values()))


def _reason(item: Rejection, facts: Facts) -> Reason:
    return Reason(item.kind, filled(item.text, facts), _evidence(item, facts))


def _evidence(item: Rejection, facts: Facts) -> Evidence | None:
    """Where the first fact with a place stands, and the source and date of the limit."""
    tests = [test for test in item.when.all_tests() if test.fact in facts]
    limits = [test.limit for test in tests if test.limit is not None]
    source = item.source or (limits[0].url or limits[0].title if limits else None)
    as_of = item.as_of or (limits[0].as_of if limits else None)
    found = [piece for test in tests for piece in facts[test.fact].evidence]
    best = next((piece for piece in found if piece.rule), None) or next((p for p in found if p.place), None)
    best = best or next(iter(found), None)
    if best is None:
        return Evidence("the kind of function", source=source, as_of=as_of) if source else None
    return Evidence(best.text, best.rule, best.place, source or best.source, as_of or best.as_of)


def solution(target: Target, problem: str, facts: Facts) -> Solution | None:
    """How well the target removes a problem: the best of its rows whose condition holds."""
    rows = [row for row in target.solves if row.problem == problem and holds(row.when, facts)]
    return min(rows, key=lambda row: row.order, default=None)


def equals_today(function: Function) -> frozenset[str]:
    """The targets that the function already is, beside lambda-stay."""
    found = set()
    if function.package == Known("image"):
        found.add("lambda-image")
    if function.efs_mounts:
        found.add("lambda-efs")
    if function.snapstart:
        found.add("lambda-snapstart")
    if function.provisioned_concurrency:
        found.add("lambda-provisioned")
    if function.durable:
        found.add("lambda-durable")
    if function.capacity_provider:
        found.add("lambda-managed-instances-gpu" if function.accelerator else "lambda-managed-instances")
    return frozenset(found)


STAY = "lambda-stay"


@dataclass(frozen=True, slots=True)
class TargetChoice:
    """`answers` are the problems that the chosen target removes, with how; `left` are those that nothing removes."""

    target: str
    answers: tuple[tuple[ReasonToMove, Solution], ...] = ()
    left: tuple[ReasonToMove, ...] = ()
    ties: tuple[str, ...] = ()


def choose(case: Profile, judged: tuple[Judged, ...], present: tuple[ReasonToMove, ...], found: Costs) -> TargetChoice:
    """Staying wins unless a problem is there and a target removes it."""
    for problem in present:
        hard = tuple(other for other in present if other.hard and other is not problem)
        ranked = _solvers(case, judged, problem, hard)
        if ranked:
            best = _cheapest(case, ranked, found)
            target = best[0]
            answers = [(problem, best[1])]
            answers += [(p, s) for p in present if p is not problem and (s := solution(target, p.name, case.facts))]
            return TargetChoice(target.name, tuple(answers), ties=_ties(best, ranked, found))
        if problem.hard:
            return TargetChoice(STAY, left=tuple(present))
    return _by_cost(case, judged, found)


def _solvers(
    case: Profile, judged: tuple[Judged, ...], problem: ReasonToMove, others: tuple[ReasonToMove, ...]
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


def _removes(case: Profile, target: Target, others: tuple[ReasonToMove, ...]) -> bool:
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
    case: Profile, ranked: list[tuple[Target, Solution]], found: Costs, *, floor_of_one: bool = True
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


def _by_cost(case: Profile, judged: tuple[Judged, ...], found: Costs) -> TargetChoice:
    """For Python functions that are billed by the invocation today; nothing is known of other code."""
    if not case.says("python", "yes") or not case.says("provider", "no"):
        return TargetChoice(STAY)
    rows = []
    for item in judged:
        row = solution(item.target, "cost", case.facts)
        if row is not None and not item.rejected and _may_for_cost(case, item.target):
            rows.append((item.target, row))
    rows.sort(key=lambda pair: (pair[1].order, pair[0].rank))
    worth = worth_moving(case, found, tuple(target for target, _ in rows))
    ranked = [(target, row) for target, row in rows if target in worth]
    if not ranked:
        return TargetChoice(STAY)
    waits = case.says("bound_by", "waiting")
    best = ranked[0] if waits else _cheapest(case, ranked, found, floor_of_one=False)
    problem = ReasonToMove("cost", False, PROBLEMS["cost"])
    return TargetChoice(best[0].name, ((problem, best[1]),), ties=_ties(best, ranked, found))


def _may_for_cost(case: Profile, target: Target) -> bool:
    """A function that runs on a CPU earns a GPU only where people say how much faster it is."""
    on_gpu = target.name.endswith("-gpu")
    stated = case.workload.gpu_speedup is not None
    return stated if on_gpu else not (stated and case.says("gpu", "required"))
