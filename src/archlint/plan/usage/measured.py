"""What exported logs and tuning runs say of functions, as the text of a usage file."""

from __future__ import annotations

import json
import math
import random
from collections.abc import Iterable
from dataclasses import dataclass, field

from archlint.plan.usage.exports import RecordedInvocation, Tuning

DAY_S = 24 * 3600
MONTH_S = 730 * 3600
SAMPLE = 10_000
MAX_FUNCTIONS = 10_000
MAX_KNOWN = 1_000_000
"""Invocations that are remembered, so that overlapping exports are counted once."""

LEAST_SPAN_S = 3600
"""A shorter export says nothing about a month."""

UNSURE = ((7 * DAY_S, 1.2), (DAY_S, 1.5), (0, 3.0))
"""(from a span of that many seconds on, the factor by which a month may differ): a judgement about weekly and daily
rhythm."""


class NothingMeasuredError(Exception):
    """Files without anything to use; the message says what was looked for."""


@dataclass(slots=True)
class _Mean:
    """A running mean with its variance (Welford), and a sample for the median."""

    count: int = 0
    mean: float = 0.0
    squares: float = 0.0
    sample: list[float] = field(default_factory=list)
    chance: random.Random = field(default_factory=lambda: random.Random(0))

    def add(self, value: float) -> None:
        self.count += 1
        delta = value - self.mean
        self.mean += delta / self.count
        self.squares += delta * (value - self.mean)
        if len(self.sample) < SAMPLE:
            self.sample.append(value)
        elif (place := self.chance.randrange(self.count)) < SAMPLE:
            self.sample[place] = value

    def quantile(self, share: float) -> float:
        ordered = sorted(self.sample)
        return ordered[min(len(ordered) - 1, int(share * len(ordered)))]

    @property
    def margin(self) -> float:
        """Half the width of the mean's 95 % interval; nothing is known of it with one value."""
        return 1.96 * math.sqrt(self.squares / (self.count - 1) / self.count) if self.count > 1 else self.mean


@dataclass(slots=True)
class _Function:
    duration: _Mean = field(default_factory=_Mean)
    init: _Mean = field(default_factory=_Mean)
    restored: int = 0
    most_mb: int = 0
    sizes: dict[int, None] = field(default_factory=dict)
    first: float = math.inf
    last: float = -math.inf
    undated: int = 0

    def add(self, one: RecordedInvocation) -> None:
        self.duration.add(one.duration_ms)
        if one.init_ms is not None:
            self.init.add(one.init_ms)
        self.restored += one.restored
        self.most_mb = max(self.most_mb, one.max_memory_mb or 0)
        if one.memory_mb and len(self.sizes) < 20:
            self.sizes[one.memory_mb] = None
        if one.at is None:
            self.undated += 1
        else:
            self.first, self.last = min(self.first, one.at), max(self.last, one.at)


class MeasuredUsage:
    """Collects what the files say; its size does not grow with the logs."""

    def __init__(self, function: str | None = None, days: float | None = None) -> None:
        self.function = function
        """Whose records they are where a record does not say."""
        self.days = days
        """The time that the logs cover, where that is known better than from the first and last record."""
        self._functions: dict[str, _Function] = {}
        self._tunings: dict[str, Tuning] = {}
        self._known: set[int] = set()
        self.nameless = 0
        self.twice = 0

    def add(self, found: Iterable[RecordedInvocation | Tuning]) -> None:
        for one in found:
            name = one.function or self.function
            if name is None:
                self.nameless += 1
            elif isinstance(one, Tuning):
                self._tunings[name] = one
            elif self._is_new(name, one) and (name in self._functions or len(self._functions) < MAX_FUNCTIONS):
                self._functions.setdefault(name, _Function()).add(one)

    def _is_new(self, name: str, one: RecordedInvocation) -> bool:
        """A retry has its first try's request id, but hardly its duration."""
        if not one.request_id:
            return True
        key = hash((name, one.request_id, one.duration_ms, one.billed_ms))
        if key in self._known:
            self.twice += 1
            return False
        if len(self._known) < MAX_KNOWN:
            self._known.add(key)
        return True

    def text(self, command: str = "archlint usage") -> str:
        """A usage file. Raises NothingMeasuredError."""
        names = sorted({*self._functions, *self._tunings})
        if not names:
            raise NothingMeasuredError(self._nothing())
        total = sum(function.duration.count for function in self._functions.values())
        head = [f"# Written by `{command}` from {total:,} invocations. Ranges hold the true mean, not single requests."]
        if self.twice:
            head.append(f"# {self.twice:,} records were there twice and count once.")
        if self.nameless:
            head.append(f"# {self.nameless:,} records do not name their function; --function would.")
        return "\n".join([*head, "functions:", *(line for name in names for line in self._entry(name))]) + "\n"

    def _nothing(self) -> str:
        if self.nameless:
            return f"{self.nameless:,} records do not say whose they are; name the function with --function"
        return (
            "found no REPORT line, no platform.report event and no Lambda Power Tuning result; export them with "
            "`aws logs filter-log-events --log-group-name /aws/lambda/NAME --filter-pattern REPORT`"
        )

    def _entry(self, name: str) -> list[str]:
        lines = [f"  {json.dumps(name)}:", "    provenance: measured"]
        if name in self._functions:
            function = self._functions[name]
            lines += _requests(function, self.days) + _times(function)
        tuning = self._tunings.get(name)
        if tuning is not None:
            lines += _tuned(tuning)
        return lines


def _requests(found: _Function, days: float | None) -> list[str]:
    count = found.duration.count
    dated = count - found.undated
    if days is not None:
        span, seen = days * DAY_S, count
    else:
        span, seen = found.last - found.first, dated - 1
    if not (math.isfinite(span) and span >= LEAST_SPAN_S and seen > 0):
        why = "the records bear no time" if not dated else "the records cover less than an hour"
        return [f"    # {count:,} invocations; {why}, so write monthly_requests yourself, or give --days"]
    factor = MONTH_S / span
    estimate = seen * factor
    rhythm = next(unsure for least, unsure in UNSURE if span >= least)
    noise = 1.96 / math.sqrt(seen)
    low, high = estimate / rhythm * max(0.0, 1 - noise), estimate * rhythm * (1 + noise)
    length = f"{span / DAY_S:.1f} days" if span >= DAY_S else f"{span / 3600:.1f} hours"
    return [
        f"    # {count:,} invocations in {length}, times {factor:.3g} for a month of 730 hours",
        f"    monthly_requests: {_range(math.floor(low), round(estimate), math.ceil(high))}",
    ]


def _times(found: _Function) -> list[str]:
    duration = found.duration
    spread = f"median {duration.quantile(0.5):,.0f} ms, 95 % below {duration.quantile(0.95):,.0f} ms"
    lines = [f"    # {spread}", f"    request_duration_ms: {_around(duration)}"]
    if found.init.count:
        lines.append(f"    init_ms: {_around(found.init)}")
    if found.restored:
        lines.append(
            f"    # {found.restored:,} of the cold starts restored a SnapStart snapshot; they are not in init_ms"
        )
    cold = found.init.count + found.restored
    share = cold / duration.count
    margin = 1.96 * math.sqrt(share * (1 - share) / duration.count)
    low, high = max(0.0, share - margin), min(1.0, share + max(margin, 0 if cold else 3 / duration.count))
    lines.append(f"    cold_share: {_range(low, share, high)}")
    if found.most_mb:
        sizes = ", ".join(f"{size:,}" for size in sorted(found.sizes))
        lines += [f"    # of {sizes} MB" if sizes else "    # used at most", f"    max_memory_mb: {found.most_mb}"]
    return lines


def _tuned(tuning: Tuning) -> list[str]:
    sizes = ", ".join(f"{memory}: {_number(ms)}" for memory, ms in sorted(tuning.duration_ms.items()))
    return [
        f"    # Lambda Power Tuning found {tuning.best_mb:,} MB best; the plan takes the time at the configured memory",
        f"    duration_by_memory_ms: {{{sizes}}}",
    ]


def _around(mean: _Mean) -> str:
    return _range(max(mean.mean - mean.margin, min(mean.sample), 0.001), max(mean.mean, 0.001), mean.mean + mean.margin)


def _range(low: float, estimate: float, high: float) -> str:
    low, high = min(low, estimate), max(high, estimate)
    return f"{{low: {_number(low)}, estimate: {_number(estimate)}, high: {_number(high)}}}"


def _number(value: float) -> str:
    """Plain digits, four significant ones behind the point; YAML reads no exponent without a point as a number."""
    if value == int(value) or abs(value) >= 1000:
        return f"{value:.0f}"
    return f"{value:.{max(1, 3 - math.floor(math.log10(abs(value))))}f}".rstrip("0").rstrip(".")
