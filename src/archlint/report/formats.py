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


def _concise(result: ScanResult, _: Screen) -> str:
    from archlint.report.concise import render_concise

    return render_concise(result)


def _sarif(result: ScanResult, _: Screen) -> str:
    from archlint.report.sarif.document import render_sarif

    return render_sarif(result)


def _github(result: ScanResult, _: Screen) -> str:
    from archlint.report.github import render_github

    return render_github(result)


def _gitlab(result: ScanResult, _: Screen) -> str:
    from archlint.report.gitlab import render_gitlab

    return render_gitlab(result)


def _junit(result: ScanResult, _: Screen) -> str:
    from archlint.report.junit import render_junit

    return render_junit(result)


def _markdown(result: ScanResult, _: Screen) -> str:
    from archlint.report.markdown import render_markdown

    return render_markdown(result)


def _comment(result: ScanResult, _: Screen) -> str:
    from archlint.report.comment import render_comment

    return render_comment(result)


FORMATS: Mapping[str, Callable[[ScanResult, Screen], str]] = MappingProxyType(
    {
        "text": _text,
        "concise": _concise,
        "json": _json,
        "sarif": _sarif,
        "github": _github,
        "gitlab": _gitlab,
        "junit": _junit,
        "markdown": _markdown,
        "comment": _comment,
    }
)
