"""Where a target costs what on-demand Lambda costs: in closed form, or why there is no such traffic."""

from __future__ import annotations

import math
from dataclasses import replace

from archlint.knowledge.prices import Prices
from archlint.plan.cost.corner import MissingError
from archlint.plan.cost.money import per_million, requests_text, usd
from archlint.plan.cost.shape import Shape, Units
from archlint.plan.cost.targets import TODAY, on_gpu, shape
from archlint.plan.cost.workload import Workload
from archlint.plan.model import BreakEven, Figure

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
    except MissingError:
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


def _line(found: Shape, today: Shape, speedup: float | None) -> BreakEven:
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


def _fleet(found: Shape, units: Units, today: Shape) -> BreakEven:
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


def _to_zero(found: Shape, units: Units, today: Shape, speedup: float | None) -> BreakEven:
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


def _needed_speedup(target: str, workload: Workload, prices: Prices, today: Shape) -> float | None:
    """s*: where one request costs the same on both sides. What a request costs is a + b/s."""
    if not on_gpu(target, workload):
        return None
    endless = _slope_at(target, workload, prices, math.inf)
    once = _slope_at(target, workload, prices, 1.0)
    return (once - endless) / (today.slope - endless) if today.slope > endless else None


def _by_speedup(target: str, found: Shape, today: Shape, workload: Workload, prices: Prices) -> BreakEven:
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
