"""Dollars a month with their range, and the formula for people where the traffic is not known."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from archlint.knowledge.prices import Prices
from archlint.plan.cost.corner import MissingError
from archlint.plan.cost.money import per_million, requests_text, usd
from archlint.plan.cost.shape import Shape, Units
from archlint.plan.cost.targets import on_gpu, shape
from archlint.plan.cost.workload import Workload
from archlint.plan.model import Cost, Figure

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
    except MissingError as error:
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
    except MissingError:
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
    except MissingError:
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
    except MissingError:
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


def _slope(found: Shape, of: str) -> str:
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
