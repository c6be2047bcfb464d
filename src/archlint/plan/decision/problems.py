"""Why a function would have to change its target: what cannot work, and what is worth a move."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from archlint.knowledge.limits import limit
from archlint.knowledge.prices import assumption
from archlint.knowledge.targets import PROBLEMS
from archlint.plan.model import Evidence
from archlint.plan.needs.requirements import Profile

_OUTGROWN = "on a current runtime its libraries no longer fit a zip"

TMP_MB = 512
"""SnapStart takes no more /tmp than every function has."""


@dataclass(frozen=True, slots=True)
class ReasonToMove:
    """One reason to move; a hard one leaves today's function no way to work."""

    name: str
    hard: bool
    text: str
    evidence: Evidence | None = None


def problems(case: Profile) -> tuple[ReasonToMove, ...]:
    """Worst first. What is not known is no problem; cost is judged elsewhere."""
    found = [*_hard(case), *_soft(case)]
    order = list(PROBLEMS)
    return tuple(sorted(found, key=lambda problem: order.index(problem.name)))


def _hard(case: Profile) -> Iterator[ReasonToMove]:
    function = case.deployed.function
    if case.says("gpu", "required") and not function.accelerator:
        yield _problem(case, "no-gpu", "gpu", hard=True)
    if not function.capacity_provider:
        if _surely_over(case, "duration_s", limit("timeout_max").value):
            yield _problem(case, "too-long", "duration_s", hard=True)
        if _surely_over(case, "needed_memory_mb", limit("memory_max").value):
            yield _problem(case, "too-much-memory", "needed_memory_mb", hard=True)
    outgrown = case.says("zip_fit", "outgrown") and case.says("runtime", "blocked") and case.says("efs", "none")
    if case.says("package", "zip") and (case.says("zip_fit", "over") or outgrown):
        yield _problem(case, "too-large", "zip_fit", hard=True, text=_OUTGROWN if outgrown else "")


def _surely_over(case: Profile, name: str, bound: float) -> bool:
    fact = case.fact(name)
    number = fact.number if fact.low is None else fact.low
    return number is not None and number > bound


def _soft(case: Profile) -> Iterator[ReasonToMove]:
    if _cannot_be_renewed(case):
        yield _problem(case, "too-large", "zip_fit", text=_OUTGROWN)
    if case.says("efs", "libraries") and case.says("runtime", "deprecated", "blocked"):
        yield _problem(case, "hand-filled-libraries", "efs")
    if case.says("index", "refreshed") and case.says("caller", "waits") and case.says("contract", "no"):
        yield _problem(case, "moving-state", "index")
    if _trains_long(case):
        said = case.says("training_size", "large")
        guess = "it trains a deep network with a timeout at the limit of a function, and nobody waits"
        yield _problem(case, "heavy-training", "training", text="you say that its training is large" if said else guess)
    if _meets_cold_starts(case):
        within = case.number("answer_within_s")
        text = f"the service waits {within:g} s for the answer, and a start takes seconds of them" if within else ""
        yield _problem(case, "cold-users", "init", text=text)
    if _pays_for_waiting(case):
        yield _problem(case, "paid-waiting", "wait")


def _cannot_be_renewed(case: Profile) -> bool:
    """A zip whose runtime is out of support, and whose libraries no longer fit a zip on a current one."""
    zipped = case.says("package", "zip") and case.says("efs", "none")
    return zipped and case.says("zip_fit", "outgrown") and case.says("runtime", "deprecated")


def _trains_long(case: Profile) -> bool:
    """A fit that people say is large, or a deep network trained with all the time that there is, and nobody waits.
    "It trains" alone moves nothing."""
    if not case.says("training", "yes") or not case.says("caller", "nobody") or case.says("training_size", "small"):
        return False
    if case.says("training_size", "large"):
        return True
    seconds = case.number("timeout_s")
    long = seconds is not None and seconds >= limit("timeout_at_wall").value
    return long and case.says("init", "heavy")


def _meets_cold_starts(case: Profile) -> bool:
    """A start of some seconds is worth a snapshot, which costs little; only a long one is worth warm environments."""
    function = case.deployed.function
    if function.snapstart or function.provisioned_concurrency or function.capacity_provider:
        return False
    within = case.number("answer_within_s")
    if within is not None and within < assumption("short_answer_s").estimate and case.says("init", "heavy", "medium"):
        return True
    if not case.says("caller", "waits") or not case.says("training", "no") or not case.says("demand", "sparse"):
        return False
    return case.says("init", "heavy") or (case.says("init", "medium") and _takes_snapshots(case))


def _takes_snapshots(case: Profile) -> bool:
    zipped = case.says("package", "zip") and not case.says("zip_fit", "over", "outgrown")
    return (
        zipped
        and case.says("snapstart_runtime", "yes")
        and case.says("efs", "none")
        and (case.number("ephemeral_mb") or TMP_MB) <= TMP_MB
    )


def _pays_for_waiting(case: Profile) -> bool:
    """Sleeping for minutes, in a function that has the time for it."""
    function = case.deployed.function
    if not case.says("wait", "long") or function.durable or function.is_one_shot or case.says("caller", "waits"):
        return False
    seconds, durable_wait_s = case.number("timeout_s"), assumption("durable_wait_s").estimate
    return seconds is not None and seconds >= durable_wait_s and case.says("contract", "no")


def _problem(case: Profile, name: str, fact: str, *, hard: bool = False, text: str = "") -> ReasonToMove:
    evidence = next(iter(case.fact(fact).evidence), None)
    return ReasonToMove(name, hard, text or PROBLEMS[name], evidence)
