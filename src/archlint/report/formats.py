"""Formats of `scan`: a module `report/<name>.py` with `render_<name>`, imported when used, and its name here."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib import import_module
from types import MappingProxyType
from typing import TypeAlias

from archlint.results.result import ScanResult


@dataclass(frozen=True, slots=True)
class Screen:
    """What the report is shown on; `width` in cells is None where it is not a terminal."""

    width: int | None = None
    color: bool = False


Renderer: TypeAlias = Callable[[ScanResult, Screen], str]


def _text(result: ScanResult, screen: Screen) -> str:
    from archlint.report.text import PLAIN_WIDTH, render_text

    return render_text(result, width=screen.width or PLAIN_WIDTH, color=screen.color)


def _plain(name: str) -> Renderer:
    """What `render_<name>` in the module of that name makes, whatever the report is shown on."""

    def render(result: ScanResult, _: Screen) -> str:
        renderer: Callable[[ScanResult], str] = getattr(import_module(f"archlint.report.{name}"), f"render_{name}")
        return renderer(result)

    return render


_PLAIN = ("concise", "json", "sarif", "github", "gitlab", "junit", "markdown", "comment")
FORMATS: Mapping[str, Renderer] = MappingProxyType({"text": _text} | {name: _plain(name) for name in _PLAIN})
