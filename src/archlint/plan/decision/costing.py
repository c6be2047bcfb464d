"""The cost of each target for one function, and which of them is cheaper by enough to be worth a move."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache

from archlint.knowledge.limits import limit
from archlint.knowledge.prices import Prices, assumption
from archlint.knowledge.targets import Target
from archlint.plan.cost import as_traffic_grows, break_even, formula_text, monthly_cost
from archlint.plan.cost.workload import Workload
from archlint.plan.model import BreakEven, Cost, Figure
from archlint.plan.needs.requirements import Profile

FIXES_HALVE = ("model-load-in-handler", "model-download-at-invoke", "heavy-import-in-handler")
"""Findings whose repair shortens every run: counted as half of the time (one measured case; a judgement)."""

WAITING_CONCURRENCY = Figure(8, 16, 32, "default", "Lambda Managed Instances run 16 Python processes a vCPU by default")
"""Requests that one container works on at once where each only waits."""

MOST_REQUESTS = 1e11
"""Requests a month above which nothing is looked for."""

HALVINGS = 12
"""Enough for three digits."""

STAY = "lambda-stay"
NEVER_IDLE = "lambda-managed-instances-gpu"


@dataclass(frozen=True, slots=True)
class Costs:
    """`workload` is what the costs are of; targets without a cost are not in `by_target`."""

    workload: Workload
    prices: Prices
    by_target: Mapping[str, Cost]

    def dollars(self, name: str, *, floor_of_one: bool = False) -> float | None:
        """A month at the estimate; with `floor_of_one` a fleet of GPU instances is counted from one instance on."""
        cost = self.by_target.get(name)
        if cost is None:
            return None
        return cost.low if floor_of_one and name == NEVER_IDLE else cost.estimate

    def formula(self, name: str) -> str:
        return formula_text(name, self.workload, self.prices)

    def break_even(self, name: str) -> BreakEven | None:
        return break_even(name, self.workload, self.prices)


def costs(case: Profile, prices: Prices, names: tuple[str, ...]) -> Costs:
    """Of the named targets, as far as traffic and duration are known."""
    load = _adjusted(case)
    if load.monthly_requests is None or load.duration_s is None:
        return Costs(load, prices, {})
    found = {name: monthly_cost(name, load, prices) for name in names}
    return Costs(load, prices, {name: cost for name, cost in found.items() if cost is not None})


def _adjusted(case: Profile) -> Workload:
    """Work that only waits shares a container; what needs more memory than a function has, or a GPU, is priced with
    that."""
    load = case.workload
    needed = case.number("needed_memory_mb")
    if needed is not None and needed > limit("memory_max").value:
        load = replace(load, memory_mb=Figure.exact(needed, "declared"))
    if case.says("gpu", "required"):
        load = replace(load, needs_gpu=True)
    if case.says("front", "http"):
        load = replace(load, http=True)
    if load.concurrency is None and case.says("bound_by", "waiting"):
        return replace(load, concurrency=WAITING_CONCURRENCY)
    return load


def after_fixes(case: Profile, dollars: float) -> float:
    """Today's bill once the findings that shorten every run are mended."""
    halves = any(finding.rule in FIXES_HALVE for finding in case.findings)
    return dollars / 2 if halves else dollars


def worth_moving(case: Profile, found: Costs, candidates: tuple[Target, ...]) -> tuple[Target, ...]:
    """Those of the candidates that are cheaper by enough, in the order given."""
    today = found.dollars(STAY)
    if today is None:
        return ()
    left = after_fixes(case, today)
    return tuple(target for target in candidates if pays(found.dollars(target.name), left))


def worth_saving(today: float) -> float:
    """Dollars a month by which another target must be cheaper than a bill before a working function moves."""
    return max(assumption("worth_usd").estimate, assumption("worth_share").estimate * today)


def pays(dollars: float | None, today: float) -> bool:
    """Whether a month at so many dollars is worth a move from one at `today`."""
    return dollars is not None and today - dollars >= worth_saving(today)


def cheaper_by_far(found: Costs, one: Target, other: Target, *, floor_of_one: bool) -> bool:
    """Whether `other` is so much cheaper than `one` that the larger change is worth it."""
    first = found.dollars(one.name, floor_of_one=floor_of_one)
    second = found.dollars(other.name, floor_of_one=floor_of_one)
    if first is None or second is None:
        return False
    dearer, worth_usd = assumption("dearer_factor").estimate, assumption("worth_usd").estimate
    return first > dearer * second and first - second > worth_usd


def pays_from(case: Profile, found: Costs, target: Target) -> float | None:
    """The least requests a month at which a move to the target pays; None where it never does."""
    halved = after_fixes(case, 2) == 1
    load = replace(found.workload, monthly_requests=None)
    return _pays_from(target.cost, load, found.prices, halved)


@lru_cache(maxsize=4096)
def _pays_from(name: str, load: Workload, prices: Prices, halved: bool) -> float | None:
    """Cached: functions of one repository often have the same memory and duration."""

    today, there = as_traffic_grows(STAY, load, prices), as_traffic_grows(name, load, prices)
    if today is None or there is None:
        return None
    share = 0.5 if halved else 1.0
    return _first(lambda requests: pays(there(requests), share * today(requests)))


def used_from(found: Costs, managed: Target, task: Target) -> float | None:
    """The least runs a month from which the instances that always run are no longer dearer by far than tasks."""

    def used(requests: float) -> bool:
        at = replace(found.workload, monthly_requests=Figure.exact(requests, "default"))
        by_target = {one.name: monthly_cost(one.cost, at, found.prices) for one in (managed, task)}
        known = {name: cost for name, cost in by_target.items() if cost is not None}
        return not cheaper_by_far(Costs(at, found.prices, known), managed, task, floor_of_one=False)

    return _first(used)


def _first(enough: Callable[[float], bool]) -> float | None:
    """The least number of requests at which something holds, by halving."""
    low, high = 1.0, 10.0
    while not enough(high):
        low, high = high, high * 10
        if high > MOST_REQUESTS:
            return None
    for _ in range(HALVINGS):
        middle = (low * high) ** 0.5
        low, high = (low, middle) if enough(middle) else (middle, high)
    return high
