"""The formats of `plan`, by name. Renderers are imported when used."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from archlint.plan.model import Plan
from archlint.report.formats import Screen


@dataclass(frozen=True, slots=True)
class Shown:
    """How a plan is shown. `steps`: with the commands, checks and ways back of every step."""

    screen: Screen
    steps: bool = False


def _text(plan: Plan, shown: Shown) -> str:
    from archlint.report.plan.text import render_text

    return render_text(plan, width=shown.screen.width, color=shown.screen.color, steps=shown.steps)


def _json(plan: Plan, _: Shown) -> str:
    from archlint.report.plan.json import render_json

    return render_json(plan)


def _markdown(plan: Plan, _: Shown) -> str:
    from archlint.report.plan.markdown import render_markdown

    return render_markdown(plan)


FORMATS: Mapping[str, Callable[[Plan, Shown], str]] = MappingProxyType(
    {"text": _text, "json": _json, "markdown": _markdown}
)
