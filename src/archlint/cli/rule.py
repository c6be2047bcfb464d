"""`archlint rule`: what a rule says, why, and what to do."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import click

from archlint.cli import output as out

if TYPE_CHECKING:
    from archlint.rules.page import Page


@click.command("rule")
@click.argument("name", required=False)
@click.option("--format", "format_", type=click.Choice(("text", "json")), default="text", show_default=True)
def command(name: str | None, format_: str) -> None:
    """Explain the rule NAME (a name or a code); without NAME, list the rules."""
    from archlint.rules import registry

    if name is None:
        pages = list(registry.pages().values())
        out.write(_json([_facts(page) for page in pages]) if format_ == "json" else _listing(pages), None)
        return
    try:
        page = registry.rule(name)
    except registry.UnknownRuleError as error:
        raise click.UsageError(f"{error}; `archlint rule` lists them all") from error
    out.write(_json({**_facts(page), "text": page.text}) if format_ == "json" else _page(page), None)


def _json(value: object) -> str:
    return json.dumps(value, indent=2) + "\n"


def _facts(page: Page) -> dict[str, str | None]:
    return {
        "code": page.code,
        "name": page.name,
        "severity": page.severity,
        "confidence": page.confidence,
        "summary": page.summary,
        "since": page.since,
    }


def _listing(pages: list[Page]) -> str:
    width = max((len(page.name) for page in pages), default=0)
    return "".join(f"{page.code}  {page.name:<{width}}  {page.severity:<7}  {page.summary}\n" for page in pages)


def _page(page: Page) -> str:
    """Rendered for a terminal, else the Markdown itself."""
    screen = out.screen(to_file=False)
    head = f"{page.code} {page.name}"
    facts = f"{page.severity}, {page.confidence} confidence" + (f", since {page.since}" if page.since else "")
    markdown = f"# {head}\n\n{page.summary}\n\n*{facts}*\n\n{page.text}"
    if not screen.color:
        return markdown
    from io import StringIO

    from rich.console import Console
    from rich.markdown import Markdown

    file = StringIO()
    console = Console(file=file, width=min(screen.width or 100, 100), force_terminal=True, color_system="standard")
    console.print(Markdown(markdown))
    return file.getvalue()
