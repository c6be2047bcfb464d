"""What a branch changes in the settings of its functions that cost money, and what that does to their price."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from archlint.knowledge.prices import Prices, prices
from archlint.model.change import Change, Price, SettingChange
from archlint.model.deployed import Deployed
from archlint.model.function import Function
from archlint.plan.cost.corner import MissingFigureError
from archlint.plan.cost.shape import MILLION
from archlint.plan.cost.targets import shape
from archlint.plan.cost.workload import Workload
from archlint.plan.model import Figure
from archlint.values import Known, Unknown, Value

ARCHITECTURES = ("x86_64", "arm64")


def changes(before: Sequence[Deployed], after: Sequence[Deployed]) -> tuple[Change, ...]:
    """Of functions that are new or whose memory, timeout, architecture, temporary storage or provisioned concurrency
    differ, in the order of `after`. A function whose template has moved is known by its name."""
    table = prices()
    pairs = _pairs([d.function for d in before], [d.function for d in after])
    found = (_change(old, new, table) for old, new in pairs)
    return tuple(change for change in found if change is not None)


def _pairs(before: Sequence[Function], after: Sequence[Function]) -> Iterator[tuple[Function | None, Function]]:
    known = {function.id: function for function in before}
    ids = {function.id for function in after}
    moved = _unique(function for function in before if function.id not in ids)
    arrived = _unique(function for function in after if function.id not in known)
    for function in after:
        old = known.get(function.id)
        if old is None and arrived.get(function.name) is function:
            old = moved.get(function.name)
        yield old, function


def _unique(functions: Iterable[Function]) -> dict[str, Function]:
    found = list(functions)
    counts = Counter(function.name for function in found)
    return {function.name: function for function in found if counts[function.name] == 1}


def _change(old: Function | None, new: Function, table: Prices) -> Change | None:
    settings = tuple(_differing(old, new))
    if not settings:
        return None
    before = None if old is None else price(old, table)
    return Change(new.id, new.name, old is None, settings, before, price(new, table), table.region, table.as_of)


def _differing(old: Function | None, new: Function) -> Iterator[SettingChange]:
    earlier = {} if old is None else dict(_settings(old))
    for attribute, after in _settings(new):
        before = earlier.get(attribute)
        if before is None or not _same(before, after):
            yield SettingChange(attribute, before, after)


def _same(before: Value[object], after: Value[object]) -> bool:
    """Two unknown values are not told apart."""
    if isinstance(before, Known) and isinstance(after, Known):
        return before.value == after.value
    return isinstance(before, Unknown) and isinstance(after, Unknown)


def _settings(function: Function) -> Iterator[tuple[str, Value[object]]]:
    yield "memory_mb", function.memory_mb.value
    yield "timeout_s", function.timeout_s.value
    yield "architecture", function.architecture.value
    yield "ephemeral_mb", function.ephemeral_mb.value
    yield "provisioned_concurrency", Known(function.provisioned_concurrency)


def price(function: Function, table: Prices) -> Price | None:
    """On demand, or with provisioned concurrency where the function has it; without cold starts and any free tier. None
    where a setting or a price is missing, and for what is billed in another way (Managed Instances, durable steps)."""
    memory, architecture, storage = (
        function.memory_mb.value,
        function.architecture.value,
        function.ephemeral_mb.value,
    )
    if function.capacity_provider or function.durable or not isinstance(memory, Known):
        return None
    if not isinstance(storage, Known) or not isinstance(architecture, Known):
        return None
    if architecture.value not in ARCHITECTURES:
        return None
    load = Workload(
        memory_mb=Figure.exact(memory.value, "derived"),
        ephemeral_mb=Figure.exact(storage.value, "derived"),
        architecture=architecture.value,
    )
    target = "lambda-provisioned" if function.provisioned_concurrency else "lambda-stay"
    try:
        found, _ = shape(target, load, table, "estimate")
    except MissingFigureError:
        return None
    requests = table.get("lambda_request")
    if requests is None:
        return None
    idle = found.units.month if found.units else 0.0
    return Price(requests.value, found.slope * MILLION - requests.value, idle)
