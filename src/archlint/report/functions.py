"""The functions of a scan as a table, and what is not known about them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence

from rich.table import Table
from rich.text import Text

from archlint.model.deployed import Deployed
from archlint.model.size import Size
from archlint.report.visible import visible
from archlint.values import Known, Unknown, Value

OPEN = "?"
_MOST_NOTES = 10
_NARROW = 100
"""Cells from which a function's nine values have room beside each other."""
_PAIRS = (
    ("function", "defined at"),
    ("package", "runtime"),
    ("memory", "timeout"),
    ("triggers", "handler"),
    ("size", ""),
)
_MIB = 1_048_576
"""What AWS calls a MB: the limit of 250 MB is 262,144,000 bytes."""


def functions_table(functions: Sequence[Deployed], width: int) -> Table:
    """One row a function, in few `width` cells one of two lines; `?` is a value that is not known."""
    table = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False, header_style="bold")
    if width < _NARROW:
        for above, below in _PAIRS:
            table.add_column(f"{above}\n{below}".rstrip(), overflow="fold", min_width=8)
        for deployed in functions:
            cells = (*_cells(deployed), "")
            pairs = zip(cells[::2], cells[1::2], strict=True)
            table.add_row(*(Text(f"{above}\n{below}".rstrip()) for above, below in pairs))
        return table
    for heading in ("function", "defined at"):
        table.add_column(heading, overflow="fold", min_width=8)
    for heading in ("package", "runtime"):
        table.add_column(heading, no_wrap=True)
    for heading in ("memory", "timeout"):
        table.add_column(heading, no_wrap=True, justify="right")
    for heading in ("triggers", "handler"):
        table.add_column(heading, overflow="fold", min_width=8)
    table.add_column("size", overflow="fold", min_width=8)
    for deployed in functions:
        table.add_row(*(Text(cell) for cell in _cells(deployed)))
    return table


def open_values(functions: Sequence[Deployed]) -> Iterator[str]:
    """One line for each reason, with the functions that it concerns."""
    names: defaultdict[tuple[str, str], list[str]] = defaultdict(list)
    for deployed in functions:
        for attribute, reason in deployed.unknowns():
            names[attribute, reason].append(deployed.function.name)
    for (attribute, reason), concerned in list(names.items())[:_MOST_NOTES]:
        shown = ", ".join(visible(name) for name in concerned[:3])
        shown += f" and {len(concerned) - 3} more" if len(concerned) > 3 else ""
        yield f"{OPEN} {attribute} of {shown}: {visible(reason)}"
    if len(names) > _MOST_NOTES:
        yield f"{OPEN} and {len(names) - _MOST_NOTES} more; --format json has all of them"


def _cells(deployed: Deployed) -> tuple[str, ...]:
    function = deployed.function
    source = deployed.source
    return (
        visible(function.name) + (" (conditional)" if function.conditional else ""),
        f"{visible(function.defined_at.path)}:{function.defined_at.line}",
        _cell(function.package),
        _cell(function.runtime.value),
        _cell(function.memory_mb.value, " MB"),
        _cell(function.timeout_s.value, " s"),
        ", ".join(dict.fromkeys(visible(trigger.type) for trigger in function.triggers)) or "-",
        f"{visible(source.value.path)}:{source.value.line}" if isinstance(source, Known) else OPEN,
        _size(deployed.size),
    )


def _cell(value: Value[object], unit: str = "") -> str:
    if isinstance(value, Unknown):
        return OPEN
    if value.value is None:
        return "-"
    shown = f"{value.value:,}" if isinstance(value.value, int) else str(value.value)
    return visible(shown) + unit


def _size(size: Size | None) -> str:
    if size is None:
        return OPEN
    low, high = round(size.low_bytes / _MIB), round(size.high_bytes / _MIB)
    number = "<1 MB" if high == 0 else f"{high:,} MB" if low == high else f"{low:,}-{high:,} MB"
    return number + {"over": ", over", "near": ", near limit", "unknown": ", not sure"}.get(size.verdict, "")
