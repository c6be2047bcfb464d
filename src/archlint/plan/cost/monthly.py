"""Dollars a month with their range, and the formula for people where the traffic is not known."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace

from archlint.knowledge.prices import Prices
from archlint.plan.cost.corner import MissingFigureError
from archlint.plan.cost.money import per_million, requests_text, usd
from archlint.plan.cost.shape import CostFunction, Units
from archlint.plan.cost.targets import TODAY, on_gpu, shape
from archlint.plan.cost.workload import Workload
from archlint.plan.model import BreakEven, Cost, Figure

SPEEDUP_DECIDES = "Memory size and speed-up decide, not the request count"


def break_even(target: str, workload: Workload, prices: Prices) -> BreakEven | None:
    """Against `lambda-stay` without its free tier, at the estimates. None where the duration, the memory or a price
    is not known, for what is billed as today, and for a function that is not on demand today."""
    if workload.today != TODAY:
        return None
    if workload.duration_s is None or workload.duration_s.estimate <= 0:
        return None
    paid = replace(workload, free_tier=False)
    try:
        today, _ = shape(TODAY, paid, prices, "estimate")
        found, _ = shape(target, paid, prices, "estimate")
    except MissingFigureError:
        return None
    found = replace(found, credit=0)
    if found == today:
        return None
    if on_gpu(target, workload) and workload.gpu_speedup is None:
        return _by_speedup(target, found, today, paid, prices)
    if found.units is None:
        return _line(found, today, _needed_speedup(target, paid, prices, today))
    if found.units.awake is not None:
        return _to_zero(found, found.units, today, _needed_speedup(target, paid, prices, today))
    return _fleet(found, found.units, today)


def _line(found: CostFunction, today: CostFunction, speedup: float | None) -> BreakEven:
    """No fleet: a fixed part and a slope on either side."""
    gain, fixed = today.slope - found.slope, found.fixed - today.fixed
    because = f"{SPEEDUP_DECIDES}: from {speedup:.1f} times as fast on a GPU it is cheaper" if speedup else ""
    if gain <= 0:
        more = f"a million requests cost {per_million(found.slope)} there and {per_million(today.slope)} on Lambda"
        return BreakEven(False, because or f"No traffic makes it cheaper: {more}", speedup=speedup)
    if fixed <= 0:
        return BreakEven(True, because or "Cheaper from the first request on", 0.0, speedup=speedup)
    return _from(fixed / gain, None, speedup)


def _from(requests: float, utilisation: float | None, speedup: float | None = None) -> BreakEven:
    busy = f", where it is busy {utilisation:.0%} of its time" if utilisation is not None else ""
    text = f"Cheaper from about {requests_text(requests)} requests a month on{busy}"
    return BreakEven(True, text, requests, utilisation, speedup)


def _fleet(found: CostFunction, units: Units, today: CostFunction) -> BreakEven:
    """First the least number of units, then more of them; each regime has at most one crossing."""
    gain, fixed = today.slope - found.slope, found.fixed - today.fixed
    if gain <= 0:
        more = f"a request costs {usd(found.slope)} there before any {units.name}, and {usd(today.slope)} on Lambda"
        return BreakEven(False, f"No traffic makes it cheaper: {more}")
    utilisation = units.month / (gain * units.full)
    floor = (units.least * units.month + fixed) / gain
    if floor <= units.least * units.capacity:
        return _from(max(0.0, floor), utilisation)
    each = gain * units.capacity - units.month
    if each <= 0:
        reached = units.capacity / units.full
        text = (
            f"No break-even at any traffic: it would have to be busy {utilisation:.0%} of its time, above {reached:.0%}"
        )
        return BreakEven(False, text, utilisation=utilisation)
    if units.whole:
        count = max(units.least, math.ceil(fixed / each))
        return _from((count * units.month + fixed) / gain, utilisation)
    return _from(fixed / (gain - units.month / units.capacity), utilisation)


def _to_zero(found: CostFunction, units: Units, today: CostFunction, speedup: float | None) -> BreakEven:
    """Where one request alone is cheaper than on Lambda, every number of them is; else a fleet that never stops."""
    gain = today.slope - found.slope - (units.awake or 0.0) * units.month
    fixed = found.fixed - today.fixed
    if gain > 0 and fixed <= 0:
        return BreakEven(True, f"{SPEEDUP_DECIDES}: cheaper from the first request on", 0.0, speedup=speedup)
    always = _fleet(found, replace(units, awake=None), today)
    if gain > 0 and (always.monthly_requests is None or fixed / gain < always.monthly_requests):
        return _from(fixed / gain, None, speedup)
    text = f"{always.text} (at low traffic the start-up of instances makes it dearer)"
    return replace(always, text=text, speedup=speedup)


def _slope_at(target: str, workload: Workload, prices: Prices, speedup: float) -> float:
    found, _ = shape(target, replace(workload, gpu_speedup=Figure.exact(speedup, "default")), prices, "estimate")
    awake = found.units.awake * found.units.month if found.units and found.units.awake is not None else 0.0
    return found.slope + awake


def _needed_speedup(target: str, workload: Workload, prices: Prices, today: CostFunction) -> float | None:
    """s*: where one request costs the same on both sides. What a request costs is a + b/s."""
    if not on_gpu(target, workload):
        return None
    endless = _slope_at(target, workload, prices, math.inf)
    once = _slope_at(target, workload, prices, 1.0)
    return (once - endless) / (today.slope - endless) if today.slope > endless else None


def _by_speedup(target: str, found: CostFunction, today: CostFunction, workload: Workload, prices: Prices) -> BreakEven:
    """The speed-up is not stated, so what it has to be is the answer."""
    alone = None
    if found.units is None or found.units.awake is not None:
        alone = _needed_speedup(target, workload, prices, today)
    if found.units is None:
        text = f"{SPEEDUP_DECIDES}: it is cheaper if the GPU is {alone:.1f} times as fast" if alone else SPEEDUP_DECIDES
        return BreakEven(False, text, speedup=alone)
    units, gain = found.units, today.slope - found.slope
    if gain <= 0:
        return BreakEven(False, "No traffic makes it cheaper: each request alone costs as much as on Lambda")
    requests = (units.least * units.month + found.fixed - today.fixed) / gain
    speedup = max(1.0, requests / (units.least * units.capacity))
    text = (
        f"Cheaper from about {requests_text(requests)} requests a month on, if the GPU is {speedup:.1f} times as fast"
    )
    if alone is not None and alone > speedup:
        text += f" ({alone:.1f} times: from the first request on)"
    return BreakEven(True, text, requests, units.month / (gain * units.full), speedup)


ANY_SPEEDUP = 1e9


def missing(target: str, workload: Workload, prices: Prices) -> tuple[str, ...]:
    """What has to be known before `target` has a cost: keys of the usage file, or what the price table lacks."""
    return _missing(target, workload, prices) if monthly_cost(target, workload, prices) is None else ()


def _missing(target: str, workload: Workload, prices: Prices) -> tuple[str, ...]:
    found = []
    if workload.monthly_requests is None:
        found.append("monthly_requests")
    if workload.duration_s is None:
        found.append("request_duration_ms")
    if on_gpu(target, workload) and workload.gpu_speedup is None:
        found.append("gpu_speedup")
    try:
        shape(target, workload, prices, "estimate")
    except MissingFigureError as error:
        found.append(str(error))
    return tuple(found)


def monthly_cost(target: str, workload: Workload, prices: Prices) -> Cost | None:
    """None where something is missing; `missing` says what. Raises KeyError for a name that is no target."""
    requests = workload.monthly_requests
    if requests is None or workload.duration_s is None:
        return None
    if on_gpu(target, workload) and workload.gpu_speedup is None:
        return _whatever_the_speedup(target, workload, prices)
    try:
        low, _ = shape(target, workload, prices, "low")
        middle, assumed = shape(target, workload, prices, "estimate")
        high, _ = shape(target, workload, prices, "high")
    except MissingFigureError:
        return None
    n = requests.estimate
    return Cost(
        low.cost(requests.low),
        middle.cost(n),
        high.cost(requests.high),
        middle.lines(n),
        at_3x=middle.cost(3 * n),
        at_10x=middle.cost(10 * n),
        assumptions=assumed,
    )


def as_traffic_grows(target: str, workload: Workload, prices: Prices) -> Callable[[float], float] | None:
    """Dollars a month at the estimates, by requests a month; for targets whose size does not follow a peak. None where
    something is missing."""
    if workload.duration_s is None or (on_gpu(target, workload) and workload.gpu_speedup is None):
        return None
    try:
        return shape(target, workload, prices, "estimate")[0].cost
    except MissingFigureError:
        return None


def _whatever_the_speedup(target: str, workload: Workload, prices: Prices) -> Cost | None:
    """A fleet that always runs costs the same for every GPU that is not slower, while its least number is enough."""
    either = [
        monthly_cost(target, replace(workload, gpu_speedup=Figure.exact(speedup, "default")), prices)
        for speedup in (1, ANY_SPEEDUP)
    ]
    slow, fast = either
    if slow is None or fast is None or (slow.low, slow.estimate, slow.high) != (fast.low, fast.estimate, fast.high):
        return None
    return replace(
        slow,
        at_3x=slow.at_3x if slow.at_3x == fast.at_3x else None,
        at_10x=slow.at_10x if slow.at_10x == fast.at_10x else None,
    )


def formula_text(target: str, workload: Workload, prices: Prices) -> str:
    """The cost as a function of traffic; "" where the function's memory or a price is not known."""
    gpu_seconds = on_gpu(target, workload) and workload.gpu_speedup is None
    if gpu_seconds:
        workload = replace(workload, duration_s=None)
    try:
        found, _ = shape(target, workload, prices, "estimate")
        floor, _ = shape(target, workload, prices, "low")
    except MissingFigureError:
        return ""
    seconds = workload.duration_s.estimate if workload.duration_s else 1.0
    of = f" of {seconds:g} s" + (" on the GPU" if gpu_seconds else "")
    parts = [_slope(found, of)] if found.slope else []
    if found.units:
        other = floor.units.least if floor.units and floor.units.least != found.units.least else None
        parts.insert(0, _scaled(found.units, of, other))
    if found.fixed:
        parts.insert(0, f"{usd(found.fixed)} a month")
    text = " + ".join(parts) or "$0"
    return f"{text} - {usd(found.credit)} credit" if found.credit else text


def _slope(found: CostFunction, of: str) -> str:
    """The dearer rates apart: "$0.20 + $16.67 per million requests of 1 s"."""
    rates = [rate.per_request for rate in found.rates if rate.per_request]
    if found.on_demand:
        rates.append(found.on_demand.slope)
    return " + ".join(per_million(rate) for rate in rates) + f" per million requests{of}"


def _scaled(units: Units, of: str, other: float | None) -> str:
    each = per_million(units.month / units.capacity)
    if units.awake is not None:
        alone = per_million(units.awake * units.month)
        return f"{alone} per million requests{of}, and at most {usd(units.month)} for each {units.name} running"
    floor = f"{usd(units.month * units.least)} a month for {units.least:g} × {units.name}"
    if other is not None:
        floor += f" (with {other:g}: {usd(units.month * other)})"
    upto = requests_text(units.capacity * units.least)
    return f"{floor}, enough for {upto} requests{of}, then {each} per million more"
