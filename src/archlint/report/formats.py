"""The formats of `scan`, by name: an entry here is all that a new one needs. Renderers are imported when used."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from archlint.result import ScanResult


@dataclass(frozen=True, slots=True)
class Screen:
    """What the report is shown on; `width` in cells is None where it is not a terminal."""

    width: int | None = None
    color: bool = False


def _text(result: ScanResult, screen: Screen) -> str:
    from archlint.report.text import PLAIN_WIDTH, render_text

    return render_text(result, width=screen.width or PLAIN_WIDTH, color=screen.color)


def _json(result: ScanResult, _: Screen) -> str:
    from archlint.report.json import render_json

    return render_json(result)


FORMATS: Mapping[str, Callable[[ScanResult, Screen], str]] = MappingProxyType({"text": _text, "json": _json})
