"""The sizes of packages, for people and for programs."""

from __future__ import annotations

import io
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from rich.bar import Bar
from rich.console import Console, RenderableType
from rich.table import Table
from rich.text import Text

from archlint.model.deployed import Deployed
from archlint.model.size import Size, SizePart
from archlint.report.document import rendered
from archlint.report.visible import visible
from archlint.rules.shared.package_words import MIB, megabytes
from archlint.values import known_or_none

SCHEMA = "archlint/size/v1"


def render_json(found: Sequence[Sized]) -> str:
    """Functions in the order of the scan; all numbers of bytes, unzipped, end in `_bytes`."""
    document = {"schema": SCHEMA, "functions": [_function(one) for one in found]}
    return rendered(document)


def _function(one: Sized) -> dict[str, Any]:
    function = one.deployed.function
    return {
        "id": function.id,
        "name": function.name,
        "defined_at": {"path": function.defined_at.path, "line": function.defined_at.line},
        "package": known_or_none(function.package),
        "size": None if one.size is None else _size(one.size),
        "advice": one.advice or None,
    }


def _size(size: Size) -> dict[str, Any]:
    return {
        "estimate_bytes": size.estimate_bytes,
        "low_bytes": size.low_bytes,
        "high_bytes": size.high_bytes,
        "limit_bytes": size.limit_bytes,
        "compiled_bytes": size.compiled_bytes,
        "compiles": size.compiles,
        "method": size.method,
        "as_of": size.as_of,
        "verdict": size.verdict,
        "unknown_packages": list(size.unknown_packages),
        "evidence": list(size.evidence),
        "models": [
            {"path": model.path, "deployed_bytes": model.bytes, "lfs_stated_bytes": model.lfs_stated_bytes}
            for model in size.models
        ],
        "parts": [_part_json(part) for part in size.parts],
    }


def _part_json(part: SizePart) -> dict[str, Any]:
    return {
        "name": part.name,
        "kind": part.kind,
        "estimate_bytes": part.estimate_bytes,
        "low_bytes": part.low_bytes,
        "high_bytes": part.high_bytes,
        "strippable_bytes": part.strippable_bytes,
        "compiled_bytes": part.compiled_bytes,
    }


PLAIN_WIDTH = 100
_TABLE_WIDTH = 1000
"""Away from a terminal a row stays one line, whatever its length."""
_BAR = 30
_NARROW_BAR = 10
_WIDE = 110
"""Cells from which the table of functions has room for bars."""
_VERDICTS = {"over": "bold red", "near": "bold yellow", "unknown": "yellow", "under": "green"}
_SAID = {"over": "over", "near": "near the limit", "unknown": "not sure", "under": "under"}
_NAMES = 3
"""Functions with the same package that are named in one heading."""


@dataclass(frozen=True, slots=True)
class Sized:
    """A function with what to do about its size, "" where there is nothing to do."""

    deployed: Deployed
    advice: str = ""

    @property
    def size(self) -> Size | None:
        return self.deployed.size

    @property
    def share(self) -> float:
        """Of the limit; what is not known is below everything."""
        return -1.0 if self.size is None else self.size.estimate_bytes / self.size.limit_bytes


def render_text(found: Sequence[Sized], *, top: int, width: int = PLAIN_WIDTH, color: bool = False) -> str:
    """A table of all functions, those nearest to their limit first, then each package by its parts: `top` of them at
    most, 0 for all. Without `color` there is no escape sequence and no bar in it."""
    console = Console(
        file=io.StringIO(),
        width=width if color else _TABLE_WIDTH,
        force_terminal=color,
        color_system="standard" if color else None,
        force_jupyter=False,
        legacy_windows=False,
        highlight=False,
        markup=False,
        emoji=False,
    )
    ordered = sorted(found, key=lambda one: (-one.share, one.deployed.function.id))
    names = Counter(one.deployed.function.name for one in found)
    bar = max(_NARROW_BAR, min(_BAR, (width - 80) // 2)) if color else 0
    shared = {name for name, count in names.items() if count > 1}
    console.print(_table(ordered, shared, bar if width >= _WIDE else 0))
    for group in _alike(ordered):
        console.print()
        _details(console, group, top, bar)
    unsized = sum(one.size is None for one in found)
    if unsized:
        console.print()
        console.print(Text(f"? {_plural(unsized, 'function')} without a size: its code is not here, or not Python."))
    text = console.file.getvalue() if isinstance(console.file, io.StringIO) else ""
    return "".join(f"{line.rstrip(' ')}\n" for line in text.split("\n")[:-1])


def _table(found: Sequence[Sized], shared: Collection[str], bar: int) -> Table:
    """A name that several functions have is followed by the place; `bar` is the width of bars, 0 for none."""
    table = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False, header_style="bold")
    for heading in ("unzipped", "range", "of limit"):
        table.add_column(heading, no_wrap=True, justify="right")
    if bar:
        table.add_column("", no_wrap=True, width=bar)
    for heading in ("verdict", "package"):
        table.add_column(heading, no_wrap=True)
    table.add_column("function", overflow="fold", min_width=12)
    for one in found:
        function, place = one.deployed.function, one.deployed.function.defined_at
        where = f" ({visible(place.path)}:{place.line})" if function.name in shared else ""
        table.add_row(*_row(one, bar), Text(visible(function.name) + where))
    return table


def _row(one: Sized, bar: int) -> Iterator[RenderableType]:
    size = one.size
    package = Text(visible(known_or_none(one.deployed.function.package) or "?"))
    if size is None:
        yield from (Text("?"), Text(""), Text(""), *([Text("")] if bar else []), Text("?"), package)
        return
    yield Text(
        ("~" if size.low_bytes < size.high_bytes and size.estimate_bytes >= MIB else "")
        + megabytes(size.estimate_bytes)
    )
    yield Text(_range(size))
    yield Text(f"{one.share:.0%}")
    if bar:
        yield Bar(size=1.0, begin=0, end=min(1.0, one.share), width=bar, color=_VERDICTS[size.verdict].split()[-1])
    yield Text(_SAID[size.verdict], _VERDICTS[size.verdict])
    yield package


def _range(size: Size) -> str:
    if size.low_bytes == size.high_bytes:
        return "exact"
    return f"{size.low_bytes / MIB:,.0f}-{size.high_bytes / MIB:,.0f} MB"


def _alike(found: Sequence[Sized]) -> Iterator[list[Sized]]:
    """Functions whose packages are the same in MB are shown together; packages of code alone need no second look."""
    groups: dict[tuple[object, ...], list[Sized]] = {}
    for one in found:
        size = one.size
        if size is not None and (len(size.parts) > 1 or one.advice or size.unknown_packages):
            parts = tuple((part.name, part.estimate_bytes // MIB) for part in size.parts)
            groups.setdefault((parts, size.verdict, size.evidence), []).append(one)
    yield from groups.values()


def _details(console: Console, group: Sequence[Sized], top: int, bar: int) -> None:
    size = group[0].size
    if size is None:
        return
    names = ", ".join(visible(one.deployed.function.name) for one in group[:_NAMES])
    names += f" and {len(group) - _NAMES} more" if len(group) > _NAMES else ""
    limit = f"{megabytes(size.estimate_bytes)} of {megabytes(size.limit_bytes)}"
    console.print(Text.assemble((names, "bold"), f"  {limit}"), soft_wrap=True)
    console.print(_parts(size, top, bar))
    if size.compiled_bytes >= MIB:
        does = "this build writes it" if size.compiles else "this build does not write it"
        console.print(Text(f"  __pycache__ would add {megabytes(size.compiled_bytes)}; {does}"), soft_wrap=True)
    if size.unknown_packages:
        unknown = ", ".join(visible(name) for name in size.unknown_packages)
        console.print(Text(f"  not known: {unknown}", "dim"), soft_wrap=not bar)
    basis = f"{size.method} of {size.as_of}" if size.as_of else size.method
    read = f"; read: {', '.join(visible(path) for path in size.evidence)}" if size.evidence else ""
    console.print(Text(f"  from: {basis}{read}", "dim"), soft_wrap=True)
    for one in group[:1]:
        if one.advice:
            console.print(Text.assemble(("  do ", "bold"), visible(one.advice)), soft_wrap=not bar)


def _parts(size: Size, top: int, bar: int) -> Table:
    table = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False, show_header=False)
    table.add_column("", width=0)
    table.add_column("name", overflow="fold", min_width=8)
    table.add_column("size", no_wrap=True, justify="right")
    table.add_column("share", no_wrap=True, justify="right")
    if bar:
        table.add_column("bar", no_wrap=True, width=bar)
    shown, rest = (size.parts[:top], size.parts[top:]) if top else (size.parts, ())
    most = max((part.estimate_bytes for part in size.parts), default=0)
    for part in shown:
        table.add_row(*_part(part, size, most, bar))
    if rest:
        total = sum(part.estimate_bytes for part in rest)
        cells = ("", f"and {len(rest)} more", megabytes(total), _share(total, size))
        table.add_row(*(Text(cell) for cell in cells), *([Text("")] if bar else []))
    return table


def _part(part: SizePart, size: Size, most: int, bar: int) -> Iterator[RenderableType]:
    yield Text("")
    yield Text(visible(part.name))
    maybe = part.estimate_bytes == 0 and part.high_bytes >= MIB / 2
    yield Text(f"up to {megabytes(part.high_bytes)}" if maybe else megabytes(part.estimate_bytes))
    yield Text(_share(part.estimate_bytes, size))
    if bar:
        yield Bar(size=max(most, 1), begin=0, end=part.estimate_bytes, width=bar, color="blue")


def _share(count: int, size: Size) -> str:
    return f"{count / size.estimate_bytes:.0%}" if size.estimate_bytes else ""


def _plural(number: int, one: str) -> str:
    return f"{number:,} {one if number == 1 else one + 's'}"
