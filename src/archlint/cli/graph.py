"""`archlint graph`: what calls, feeds and shares what."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import click

from archlint.cli import output as out
from archlint.cli.reading import load_settings
from archlint.report.visible import visible

if TYPE_CHECKING:
    from archlint.config import Config
    from archlint.finding import Finding
    from archlint.graph.graph import Graph
    from archlint.project import Project

NOTHING_TO_SCAN = 3
_SHOWN = 10
"""Names that an error message lists."""


@click.command("graph", short_help="Draw how the functions and resources work together.")
@click.argument("path", metavar="[PATH]", required=False, default=".", type=click.Path(path_type=str))
@click.option(
    "--format",
    "format_",
    type=click.Choice(("tree", "mermaid", "dot", "json")),
    default="tree",
    show_default=True,
    help="Indented text, a Mermaid flowchart, Graphviz, or everything with its evidence.",
)
@click.option("--function", "names", multiple=True, metavar="NAME", help="Only around this function: its name or id.")
@click.option(
    "--depth",
    type=click.IntRange(min=1, max=20),
    default=2,
    show_default=True,
    metavar="N",
    help="How far around the functions of --function.",
)
@click.option(
    "--collapse",
    type=click.Choice(("auto", "stack", "none")),
    default="auto",
    show_default=True,
    help="Draw each stack as one box; auto: above 60 boxes, and never in JSON.",
)
@click.option("--imports", is_flag=True, help="Also the repository's modules that several functions import.")
@click.option("--no-findings", is_flag=True, help="Do not look for findings: faster, and no colours.")
@click.option("--output", metavar="FILE", type=click.Path(path_type=str), help="Write the graph to FILE.")
@click.option("--no-config", is_flag=True, help="Do not read archlint.toml or pyproject.toml.")
@click.pass_context
def command(
    ctx: click.Context,
    path: str,
    format_: str,
    names: tuple[str, ...],
    depth: int,
    collapse: str,
    imports: bool,
    no_findings: bool,
    output: str | None,
    no_config: bool,
) -> None:
    """Show how the functions and resources in the folder PATH (by default the current one) work together.

    Edges come from templates and CDK apps, and from calls of AWS services in the functions' code.

    Exit codes: 0 done, 2 wrong usage or config, 3 nothing to scan, 4 archlint itself failed.
    """
    if not os.path.isdir(path):
        problem = "is not a folder" if os.path.lexists(path) else "does not exist"
        raise click.UsageError(f"PATH {path!a} {problem}; graph takes a folder")
    if output is not None:
        out.check_output(output)
    config = load_settings(path, no_config=no_config).config
    project, findings = _read(path, config, judge=not no_findings)
    graph = _graph(project, imports)
    if names:
        from archlint.graph.select import around

        graph = around(graph, _ids(graph, names), depth)
    if graph.nodes:
        out.write(_rendered(graph, format_, collapse, findings), output)
    if not project.functions:
        click.echo("archlint: nothing to scan: no Lambda function was found", err=True)
        ctx.exit(NOTHING_TO_SCAN)


def _read(folder: str, config: Config, judge: bool) -> tuple[Project, tuple[Finding, ...] | None]:
    from archlint.scanner.pipeline import examine, read_project
    from archlint.tree import DiskTree

    tree = DiskTree(Path(folder))
    if not judge:
        return read_project(tree, config), None
    project, result = examine(tree, config)
    return project, result.findings


def _graph(project: Project, imports: bool) -> Graph:
    from archlint.graph.build import with_modules

    return with_modules(project.graph, project.functions, project.reach) if imports else project.graph


def _rendered(graph: Graph, format_: str, collapse: str, findings: tuple[Finding, ...] | None) -> str:
    from archlint.graph.select import by_stack, connected, should_collapse
    from archlint.report.graph.view import marks, view

    judged = findings is not None
    if format_ != "json":
        graph = connected(graph)
    if collapse == "stack" or (collapse == "auto" and format_ != "json" and should_collapse(graph)):
        graph = by_stack(graph)
    found = marks(graph, findings or ())
    if format_ == "json":
        from archlint.report.graph.json import render_json

        return render_json(graph, found, judged)
    if format_ == "mermaid":
        from archlint.report.graph.mermaid import render_mermaid

        return render_mermaid(view(graph, found, judged))
    if format_ == "dot":
        from archlint.report.graph.dot import render_dot

        return render_dot(view(graph, found, judged))
    from archlint.report.graph.tree import render_tree

    return render_tree(view(graph, found, judged))


def _ids(graph: Graph, names: tuple[str, ...]) -> frozenset[str]:
    functions = graph.functions()
    for name in names:
        if not any(name in (node.name, node.id) for node in functions):
            there = sorted({node.name for node in functions})
            listed = ", ".join(visible(found) for found in there[:_SHOWN]) + (" …" if len(there) > _SHOWN else "")
            raise click.UsageError(f"--function: no function is called {name!a}; there are: {listed}")
    return frozenset(node.id for node in functions if {node.name, node.id} & set(names))
