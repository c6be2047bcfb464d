"""AL103: a heavy library is imported while a request waits."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from archlint.code.call_path import way_to
from archlint.code.evaluate import IMPORTERS
from archlint.code.ml import imported_names, is_own
from archlint.code.reach import Phase, Reach
from archlint.code.sites import Site
from archlint.finding import Hit
from archlint.knowledge import ml
from archlint.knowledge.ml import MlLibrary
from archlint.project import Project
from archlint.rulebook.page import Page


def check(project: Project, page: Page) -> Iterator[Hit]:
    """Imports in functions that every invocation runs; on a branch or behind an exception they may be meant."""
    for deployed, reach in project.python_functions():
        for reached in reach.best.values():
            for site in () if reached.unit.is_module else reach.sites_in(reached.unit):
                heavy = _heavy(site, reach)
                if heavy is None or reach.phase_of(site, reached) is not Phase.INVOKE:
                    continue
                rare = bool(site.context.conditions) or site.context.in_handler
                yield Hit(
                    message=f"{heavy.name} is imported in {site.unit.name}(): the first request of every environment"
                    " waits for it",
                    place=site.unit.module.place(site.node),
                    function=deployed.function.id,
                    severity="info" if rare else None,
                    confidence="low" if rare else None,
                    trace=way_to(reached),
                )


def _heavy(site: Site, reach: Reach) -> MlLibrary | None:
    """The heavy library that a site imports; a module of the repository hides a library of its name."""
    libraries = (ml.library_of_import(name) for name in _names(site, reach) if not is_own(name, reach.evaluator))
    return next((library for library in libraries if library is not None and library.heavy), None)


def _names(site: Site, reach: Reach) -> Iterator[str]:
    node = site.node
    if isinstance(node, ast.Import | ast.ImportFrom):
        yield from imported_names(node)
    elif isinstance(node, ast.Call) and reach.evaluator.path(node.func, site.unit) in IMPORTERS and node.args:
        yield from (str(name.value) for name in node.args[:1] if isinstance(name, ast.Constant))
