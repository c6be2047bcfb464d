"""A target's monthly cost as a function of the number of requests: a fixed part, a slope, and units that scale."""

from __future__ import annotations

import math
from dataclasses import dataclass

COMPUTE, REQUESTS, FLOOR, NETWORK, STORAGE = "compute", "requests", "idle floor", "network", "storage"
FREE_COMPUTE, FREE_REQUESTS, CREDIT = "free tier (compute)", "free tier (requests)", "credit"
_ORDER = (COMPUTE, REQUESTS, FLOOR, NETWORK, STORAGE)
MILLION = 1e6


@dataclass(frozen=True, slots=True)
class Rate:
    """One line of the bill: dollars a month and dollars a request."""

    line: str
    fixed: float = 0
    per_request: float = 0


@dataclass(frozen=True, slots=True)
class Units:
    """Tasks or instances that are paid for while they run."""

    name: str
    month: float
    """Dollars for one that runs all month."""
    least: float
    capacity: float
    """Requests a month that one works off at the utilisation planned for."""
    full: float
    """The same, never idle."""
    whole: bool = True
    """Only whole ones run; a service that scales by the minute has a fraction on average."""
    awake: float | None = None
    """Unit-months that one request alone keeps awake, where the fleet scales to zero."""

    def count(self, requests: float) -> float:
        scaled = requests / self.capacity
        running = max(self.least, math.ceil(scaled - 1e-9) if self.whole else scaled)
        return running if self.awake is None else min(running, requests * self.awake)


@dataclass(frozen=True, slots=True)
class OnDemand:
    """Lambda's own compute: GB-seconds of one request, prices by volume, and the GB-s and requests that are free."""

    gb_s: float
    tiers: tuple[tuple[float, float], ...]
    free_gb_s: float = 0
    free_requests: float = 0
    request: float = 0

    @property
    def slope(self) -> float:
        """Dollars a request, in the first tier."""
        return self.gb_s * self.tiers[0][1]

    def cost(self, gb_s: float) -> float:
        total, start = 0.0, 0.0
        for end, rate in self.tiers:
            total += max(0.0, min(gb_s, end) - start) * rate
            start = end
        return total


@dataclass(frozen=True, slots=True)
class CostFunction:
    rates: tuple[Rate, ...] = ()
    units: Units | None = None
    on_demand: OnDemand | None = None
    credit: float = 0

    @property
    def fixed(self) -> float:
        return sum(rate.fixed for rate in self.rates)

    @property
    def slope(self) -> float:
        """Dollars a request, without what the units cost."""
        own = self.on_demand.slope if self.on_demand else 0.0
        return own + sum(rate.per_request for rate in self.rates)

    def lines(self, requests: float) -> tuple[tuple[str, float], ...]:
        """(what, dollars a month); what is free or credited is a negative line of its own."""
        lines = dict.fromkeys(_ORDER, 0.0)
        for rate in self.rates:
            lines[rate.line] += rate.fixed + rate.per_request * requests
        if self.units:
            cost = self.units.month * self.units.count(requests)
            idle = self.units.month * self.units.least if self.units.awake is None else 0.0
            lines[FLOOR] += idle
            lines[COMPUTE] += cost - idle
        found = {line: dollars for line, dollars in lines.items() if dollars}
        if self.on_demand:
            found = {COMPUTE: 0.0, **found}
            gb_s = self.on_demand.gb_s * requests
            full = self.on_demand.cost(gb_s)
            found[COMPUTE] += full
            if self.on_demand.free_gb_s:
                found[FREE_COMPUTE] = self.on_demand.cost(max(0.0, gb_s - self.on_demand.free_gb_s)) - full
                found[FREE_REQUESTS] = -min(requests, self.on_demand.free_requests) * self.on_demand.request
        if self.credit:
            found[CREDIT] = -min(self.credit, sum(found.values()))
        return tuple(found.items())

    def cost(self, requests: float) -> float:
        """Dollars a month."""
        return math.fsum(dollars for _, dollars in self.lines(requests))
