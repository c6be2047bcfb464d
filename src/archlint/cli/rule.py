"""`archlint rule`: what a rule says, why, and what to do."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from archlint.cli import output as out
from archlint.report.visible import json_without_commands, visible, without_commands

if TYPE_CHECKING:
    from archlint.rulebook.page import Page
    from archlint.rulebook.registry import Rulebook


@click.command("rule", short_help="Explain a rule, or list all of them.")
@click.argument("name", required=False)
@click.option("--all", "every", is_flag=True, help="Show every rule's whole page.")
@click.option("--format", "format_", type=click.Choice(("text", "json")), default="text", show_default=True)
def command(name: str | None, every: bool, format_: str) -> None:
    """Explain the rule NAME (a name or a code); without NAME, list the rules.

    The rules of installed packages and those in .archlint/rules of the current folder are among them.
    """
    from archlint.fix.registry import kind
    from archlint.report.rules_json import render_json, summary
    from archlint.rulebook import registry

    if name is not None and every:
        raise click.UsageError("give NAME or --all, not both")
    if name is None:
        pages = list(_rulebook().pages.values())
        if every:
            shown = "\n".join(_markdown(page) for page in pages)
            out.write(render_json(pages, kind) if format_ == "json" else shown, None)
        else:
            out.write(
                _json([summary(page, kind(page.name)) for page in pages]) if format_ == "json" else _listing(pages),
                None,
            )
        return
    page = registry.find(name)
    if page is None:
        try:
            page = _rulebook().rule(name)
        except registry.UnknownRuleError as error:
            end = "" if str(error).endswith("?") else ";"
            raise click.UsageError(f"{error}{end} `archlint rule` lists them all") from error
    out.write(_json({**summary(page, kind(page.name)), "text": page.text}) if format_ == "json" else _page(page), None)


def _rulebook() -> Rulebook:
    """Of the current folder."""
    from archlint.rulebook.custom.fields import CustomRuleError
    from archlint.rulebook.rulebook import all_rules
    from archlint.tree import DiskTree

    try:
        book = all_rules(DiskTree(Path()))
    except CustomRuleError as error:
        raise click.UsageError(visible(str(error))) from error
    for notice in book.notices:
        click.echo(f"archlint: {visible(notice)}", err=True)
    return book


def _json(value: object) -> str:
    return json_without_commands(json.dumps(value, indent=2)) + "\n"


def _listing(pages: list[Page]) -> str:
    width = max((len(page.name) for page in pages), default=0)
    code = max((len(page.code) for page in pages), default=0)
    lines = (f"{page.code:<{code}}  {page.name:<{width}}  {page.severity:<7}  {page.summary}" for page in pages)
    return "".join(f"{without_commands(line)}\n" for line in lines)


def _markdown(page: Page) -> str:
    from archlint.fix.registry import kind

    facts = f"{page.severity}, {page.confidence} confidence" + (f", since {page.since}" if page.since else "")
    facts += f", from {page.origin}" if page.origin else ""
    facts = f"*{facts}*\n\n*fix: {kind(page.name)}*"
    return without_commands(f"# {page.code} {page.name}\n\n{page.summary}\n\n{facts}\n\n{page.text}")


def _page(page: Page) -> str:
    """Rendered for a terminal, else the Markdown itself."""
    screen = out.screen(to_file=False)
    markdown = _markdown(page)
    if not screen.color:
        return markdown
    from io import StringIO

    from rich.console import Console
    from rich.markdown import Markdown

    file = StringIO()
    console = Console(file=file, width=min(screen.width or 100, 100), force_terminal=True, color_system="standard")
    console.print(Markdown(markdown))
    return file.getvalue()
