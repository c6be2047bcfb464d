"""One corner of what is known: every figure at the end that makes the bill low, or high, or at its estimate."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from archlint.knowledge.prices import Prices, assumption
from archlint.plan.cost.workload import Workload
from archlint.plan.model import Figure

Side = Literal["low", "estimate", "high"]
_OTHER: dict[Side, Side] = {"low": "high", "estimate": "estimate", "high": "low"}
MB_PER_GB = 1024
MB_PER_GIB = 1024


class MissingFigureError(Exception):
    """What the formula needs and nobody has said; the message is a key of the usage file, or says what there is not."""


def _at(figure: Figure, side: Side) -> float:
    return figure.low if side == "low" else figure.high if side == "high" else figure.estimate


@dataclass(slots=True)
class Corner:
    """Costs rise with every figure that is asked for with `up` and fall with `down`; so the corners bound the cost.
    What a formula takes for granted is collected in `assumed`."""

    workload: Workload
    prices: Prices
    side: Side
    assumed: dict[str, None] = field(default_factory=dict)

    def up(self, figure: Figure) -> float:
        return _at(figure, self.side)

    def down(self, figure: Figure) -> float:
        return _at(figure, _OTHER[self.side])

    def need(self, figure: Figure | None, key: str) -> Figure:
        if figure is None:
            raise MissingFigureError(key)
        return figure

    def assume(self, text: str) -> None:
        self.assumed[text] = None

    def price(self, key: str | None, what: str = "") -> float:
        """Raises MissingError where the region has no such price."""
        found = self.prices.get(key) if key else None
        if found is None:
            raise MissingFigureError(f"a price for {what or key} in {self.prices.region}")
        if found.estimate:
            self.assume(f"the price {found.key} ({found.value:g} {found.unit}) is an estimate: no source was read")
        return found.value

    def taken(self, name: str, own: Figure | None = None) -> float:
        """The deployment's own figure, or the model's assumption, which raises the cost where it is large."""
        if own is not None:
            return self.up(own)
        found = assumption(name)
        return _at(Figure(found.low, found.estimate, found.high, "default"), self.side)

    @property
    def seconds(self) -> float:
        """Of a month."""
        return self.prices.seconds_per_month

    @property
    def hours(self) -> float:
        return self.prices.hours_per_month

    @property
    def memory_mb(self) -> float:
        """The configured memory; sizes of containers follow from it."""
        return self.need(self.workload.memory_mb, "memory_mb").estimate

    @property
    def gb(self) -> float:
        return self.up(self.need(self.workload.memory_mb, "memory_mb")) / MB_PER_GB

    @property
    def architecture(self) -> str:
        """Where the template leaves it open, the cheap end is arm64."""
        if self.workload.architecture is None:
            self.assume("the architecture is not known: priced as x86_64")
            return "arm64" if self.side == "low" else "x86_64"
        return self.workload.architecture

    @property
    def arm(self) -> str:
        """As the keys of the price table name it."""
        return "arm" if self.architecture == "arm64" else "x86"

    @property
    def duration(self) -> float:
        """Seconds; one second where no duration is known, which only formulas for people use."""
        return self.up(self.workload.duration_s) if self.workload.duration_s else 1.0

    @property
    def speedup(self) -> float:
        return self.down(self.workload.gpu_speedup) if self.workload.gpu_speedup else 1.0

    @property
    def vcpus_of_lambda(self) -> float:
        return self.memory_mb / assumption("mb_per_vcpu").estimate

    @property
    def utilisation(self) -> float:
        chosen = self.workload.choices.utilisation
        return assumption("utilisation").estimate if chosen is None else chosen

    @property
    def fleet_utilisation(self) -> float:
        """Of instances that follow peaks slowly: at the dear end they are sized for the peak."""
        peak = self.workload.peak_factor
        if self.side != "high" or peak is None:
            return self.utilisation
        return min(self.utilisation, 1 / max(1.0, peak.high))

    @property
    def cold(self) -> float:
        """Share of requests that start an environment."""
        if self.workload.cold_share is not None:
            return self.up(self.workload.cold_share)
        requests = self.workload.monthly_requests
        sparse = requests is not None and requests.estimate * assumption("cold_gap_s").estimate < self.seconds
        name = "cold_share_sparse" if sparse else "cold_share_steady"
        found = assumption(name)
        self.assume(f"between {found.low:.0%} and {found.high:.0%} of the requests start cold (not measured)")
        return self.taken(name)

    @property
    def init(self) -> float:
        """Billed seconds of one cold start; above the init phase's limit the dear end counts it twice."""
        if self.workload.init_s is None:
            self.assume("the time of a cold start is not known and not counted")
            return 0.0
        seconds = self.up(self.workload.init_s)
        limit = assumption("init_phase_max_s").estimate
        return seconds + limit if self.side == "high" and seconds > limit else seconds

    @property
    def payload_gb(self) -> float:
        return self.up(self.workload.payload_mb) / MB_PER_GB if self.workload.payload_mb else 0.0
