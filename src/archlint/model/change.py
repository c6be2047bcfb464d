"""How a function's settings, and with them its price, differ between two states of a repository."""

from __future__ import annotations

from dataclasses import dataclass

from archlint.values import Value


@dataclass(frozen=True, slots=True)
class Price:
    """US dollars on demand: of a million requests, of each second that all of these take on average, and of one
    provisioned environment a month, which is 0 where there are none."""

    requests: float
    second: float
    environment_month: float


@dataclass(frozen=True, slots=True)
class SettingChange:
    """`before` is None for a new function."""

    attribute: str
    before: Value[object] | None
    after: Value[object]


@dataclass(frozen=True, slots=True)
class Change:
    """`before` and `after` are None where a setting that the price needs is not known, `before` also for a new
    function. `priced_as_of` is the date of the price table, `region` the one whose prices they are."""

    function: str
    name: str
    new: bool
    settings: tuple[SettingChange, ...]
    before: Price | None
    after: Price | None
    region: str
    priced_as_of: str
