"""What speaks against a target and for it, given a function's facts."""

from __future__ import annotations

from dataclasses import dataclass

from archlint.knowledge.targets import Rejection, Solution, Target
from archlint.model.function import Function
from archlint.plan.model import Evidence, Reason
from archlint.plan.needs.facts import Facts, filled, holds
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
