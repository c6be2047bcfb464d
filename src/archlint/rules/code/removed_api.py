"""AL119: a call that the library's required version no longer has."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from packaging.version import Version

from archlint.code.call_path import way_to
from archlint.code.ml import imported_names, is_supported
from archlint.code.reach import Call, Reach
from archlint.finding import Hit
from archlint.knowledge import ml
from archlint.knowledge.ml import MlCall
from archlint.knowledge.releases import bounds, release
from archlint.model.deployed import Dependency, Deployed
from archlint.project import Project
from archlint.rulebook.page import Page

FORGIVING = frozenset({"ImportError", "AttributeError", "ModuleNotFoundError"})


def check(project: Project, page: Page) -> Iterator[Hit]:
    """Calls that a handler reaches, of a library whose pin, lock or lower bound is certainly at or above the removal.
    Code that asks for the library's version, or that goes on without the name, is left alone."""
    for deployed, reach in project.python_functions():
        for call in reach.calls():
            for meaning in ml.match_calls(call.path):
                gone = _removed(meaning, deployed)
                if gone is not None and is_supported(meaning, call, reach.evaluator) and not _is_prepared(call, reach):
                    yield _hit(deployed, call, meaning, gone)


def _removed(meaning: MlCall, deployed: Deployed) -> tuple[Dependency, bool] | None:
    """The line that asks for a version without the call, and whether that version was seen not to have it."""
    if meaning.removed_in is None or meaning.pattern.startswith("?"):
        return None
    removed = release(meaning.removed_in)
    absent = release(meaning.absent_in) if meaning.absent_in else None
    for dependency in deployed.dependencies:
        library = ml.library_of_distribution(dependency.name)
        if library is None or library.name != meaning.library or removed is None or dependency.by_address:
            continue
        lowest = _lowest(dependency)
        if lowest is not None and lowest >= removed:
            return dependency, absent is not None and lowest >= absent
    return None


def _lowest(dependency: Dependency) -> Version | None:
    """The lowest version that can be installed; None where there is no lower bound."""
    if dependency.version is not None:
        return release(dependency.version)
    wanted = bounds(dependency.specifier)
    return wanted.low if wanted is not None else None


def _is_prepared(call: Call, reach: Reach) -> bool:
    """Whether a `try` in the module goes on without the name, or a condition stands before the call that asks for a
    version."""
    for condition in call.site.context.conditions:
        if any("version" in text.lower() or text == "hasattr" for text in _names(condition)):
            return True
    if call.site.context.in_handler:
        return True
    root = call.path.partition(".")[0]
    for node in call.site.unit.module.nodes(ast.Try):
        if any(map(_forgives, node.handlers)):
            inner = [child for statement in node.body for child in ast.walk(statement)]
            if any(child is call.node or _imports(child, root) for child in inner):
                return True
    return False


def _imports(node: ast.AST, root: str) -> bool:
    names = imported_names(node) if isinstance(node, ast.Import | ast.ImportFrom) else ()
    return any(name.partition(".")[0] == root for name in names)


def _names(node: ast.expr) -> Iterator[str]:
    for child in ast.walk(node):
        name = getattr(child, "id", getattr(child, "attr", ""))
        yield name if isinstance(name, str) else ""


def _forgives(handler: ast.ExceptHandler) -> bool:
    kinds = handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type]
    return any(getattr(kind, "id", "") in FORGIVING for kind in kinds)


def _hit(deployed: Deployed, call: Call, meaning: MlCall, gone: tuple[Dependency, bool]) -> Hit:
    dependency, seen = gone
    wanted = f"=={dependency.version}" if dependency.version else dependency.specifier
    since = f"{dependency.name} {meaning.absent_in if seen else meaning.removed_in}"
    line = f"{dependency.place.path}:{dependency.place.line}"
    return Hit(
        message=f"{call.path.replace('()', '(…)')}() is not in {since} any more, and {line} asks for"
        f" {dependency.name}{wanted}",
        place=call.site.unit.module.place(call.node),
        function=deployed.function.id,
        confidence="medium" if deployed.by_name or not seen or meaning.confidence != "high" else None,
        trace=way_to(call.reached),
        help=f"Call {meaning.replaced_by} instead." if meaning.replaced_by else None,
    )
