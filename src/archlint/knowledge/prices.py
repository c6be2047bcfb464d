"""Prices by region and the assumptions of the cost model, each with its unit, source and date."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any

from archlint.knowledge.facts import Fact, fact_of
from archlint.knowledge.store import read_yaml

DATA = "prices.yaml"
STALE_DAYS = 90
SECONDS_PER_HOUR = 3600


class UnknownRegionError(Exception):
    """A region without prices; the message lists those that have some."""


@dataclass(frozen=True, slots=True)
class Range:
    """An assumption of the model; `low <= estimate <= high`."""

    low: float
    estimate: float
    high: float
    unit: str


@dataclass(frozen=True, slots=True)
class Gpu:
    """A GPU and the smallest instance type, or name, by which each service sells it; None where it does not."""

    name: str
    memory_gb: float
    ec2: str | None
    managed: str | None
    sagemaker: str | None
    modal: str | None
    count: int
    """How many of them one EC2 instance holds."""


@dataclass(frozen=True, slots=True)
class Prices:
    """The price table as one region sees it. `as_of` is the day on which the table was last gone through."""

    region: str
    as_of: str
    hours_per_month: float

    @property
    def seconds_per_month(self) -> float:
        return self.hours_per_month * SECONDS_PER_HOUR

    def get(self, key: str) -> Fact[float] | None:
        """A rate in the fact's unit; None where the region has no such price."""
        data = _data()
        row = data["regions"][self.region].get(key) or data["everywhere"].get(key)
        return None if row is None else fact_of(DATA, key, row, data["sources"])

    def note(self, today: date) -> str | None:
        """What to say of the table's age; None while it is fresh."""
        days = (today - date.fromisoformat(self.as_of)).days
        if days <= STALE_DAYS:
            return None
        return f"The prices are of {self.as_of}, {days} days old: compare them with AWS's price pages before deciding."


@cache
def _data() -> dict[str, Any]:
    data: dict[str, Any] = read_yaml(DATA)
    return data


def regions() -> tuple[str, ...]:
    """The regions that have prices."""
    return tuple(_data()["regions"])


def prices(region: str = "us-east-1") -> Prices:
    """Raises UnknownRegionError; prices of another region are never taken instead."""
    data = _data()
    if region not in data["regions"]:
        known = ", ".join(data["regions"])
        raise UnknownRegionError(f"there are no prices for the region {region!a}; there are for: {known}")
    return Prices(region, str(data["as_of"]), float(data["hours_per_month"]))


@cache
def assumption(name: str) -> Range:
    """By its key in the file's `assumptions`."""
    row = _data()["assumptions"][name]
    value = row["value"]
    low, estimate, high = value if isinstance(value, list) else (value, value, value)
    return Range(float(low), float(estimate), float(high), row["unit"])


@cache
def lambda_tiers(architecture: str) -> tuple[tuple[float, float], ...]:
    """(GB-s a month up to which it holds, USD per GB-s), the dearest first; the last one has no end."""
    rows = _data()["lambda_tiers"][architecture]["value"]
    return tuple((float("inf") if end is None else float(end), float(rate)) for end, rate in rows)


@cache
def fargate_sizes() -> tuple[tuple[float, tuple[float, ...]], ...]:
    """(vCPU, the GB that it can be had with), the smallest first."""
    sizes = []
    for vcpu, (first, last, step) in _data()["fargate_sizes"]["value"].items():
        count = int((last - first) / step) + 1
        sizes.append((float(vcpu), tuple(first + step * i for i in range(count))))
    return tuple(sorted(sizes))


@cache
def managed_instance_vcpus() -> tuple[int, ...]:
    """vCPU of the c6a sizes, the smallest first; each vCPU brings 2 GiB."""
    return tuple(_data()["managed_instance_vcpus"]["value"])


@cache
def gpus() -> tuple[str, ...]:
    """The names of the GPUs that have a price somewhere."""
    return tuple(_data()["gpus"]["value"])


@cache
def gpu(name: str) -> Gpu | None:
    """By the name of `gpus`, in any case; Modal's "A10" is AWS's "A10G"."""
    wanted = {"a10": "a10g", "a100": "a100-40gb"}.get(name.lower(), name.lower())
    for key, row in _data()["gpus"]["value"].items():
        if key.lower() == wanted:
            ec2, managed, sagemaker, modal = (row.get(name) for name in ("ec2", "lambda", "sagemaker", "modal"))
            return Gpu(key, float(row["memory_gb"]), ec2, managed, sagemaker, modal, int(row.get("count", 1)))
    return None
