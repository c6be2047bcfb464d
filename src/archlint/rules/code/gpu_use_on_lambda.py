"""AL105: code that needs a GPU, where there is none."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from archlint.code.call_path import way_to
from archlint.code.ml import asks_for, libraries_in_use, model_calls
from archlint.code.reach import Call, Reach
from archlint.code.sites import Site
from archlint.finding import Hit, Step
from archlint.knowledge import ml
from archlint.model.deployed import Deployed
from archlint.model.place import Place
from archlint.project import Project
from archlint.rulebook.page import Page

_IMPORT_ERRORS = {"ImportError", "ModuleNotFoundError", "Exception", "BaseException"}
LONGEST = 40
"""Characters of code that a message quotes."""

_HINTS = ("cuda", "gpu", "device", "accelerat")


def check(project: Project, page: Page) -> Iterator[Hit]:
    """GPU calls, GPU arguments and imports of GPU-only libraries that a handler reaches; an import that may fail is a
    question. A GPU-only library is reported where it is imported, not at each of its calls."""
    for deployed, reach in project.python_functions():
        gpu_only = [use for use in libraries_in_use(reach) if use.library.gpu == "required"]
        for call, why in _uses(reach, {use.library.name for use in gpu_only}):
            if not _depends_on_probe(call.site, reach):
                yield _hit(deployed, call.site.unit.module.place(call.node), why, way_to(call.reached))
        optional = _optional_imports(reach)
        for use in gpu_only:
            if use.place not in optional:
                yield _hit(deployed, use.place, f"{use.library.name} runs on a GPU only", ())


def _uses(reach: Reach, but_of: set[str]) -> Iterator[tuple[Call, str]]:
    for found in model_calls(reach, "gpu"):
        if found.meaning.library in but_of:
            continue
        yield found.call, f"{_written(found.call)} needs a GPU"
    for call in reach.calls():
        wanted = [m.gpu_argument for m in ml.match_calls(call.path) if m.kind != "gpu" and m.gpu_argument is not None]
        library = ml.library_of_import(call.path.split("(", 1)[0])
        wanted += library.gpu_arguments if library is not None and not wanted else ()
        if any(asks_for(argument, call.node, call.site.unit, reach.evaluator) for argument in wanted):
            yield call, f"{_written(call)} asks for a GPU"


def _written(call: Call) -> str:
    """The call as its author wrote it, if that is short."""
    text = ast.unparse(call.node)
    return text if len(text) <= LONGEST else f"{call.path.rpartition('.')[2]}()"


def _optional_imports(reach: Reach) -> set[Place]:
    """Imports inside a `try` that goes on without them."""
    found: set[Place] = set()
    for module in reach.imported:
        for node in module.nodes(ast.Try):
            if any(_catches_import_error(handler) for handler in node.handlers):
                inner = (child for statement in node.body for child in ast.walk(statement))
                found.update(module.place(child) for child in inner if isinstance(child, ast.Import | ast.ImportFrom))
    return found


def _catches_import_error(handler: ast.ExceptHandler) -> bool:
    kinds = handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type]
    goes_on = not isinstance(handler.body[-1], ast.Raise)
    return goes_on and any(kind is None or getattr(kind, "id", "") in _IMPORT_ERRORS for kind in kinds)


def _depends_on_probe(site: Site, reach: Reach) -> bool:
    """Whether a condition before the call asks for a GPU first, itself or through a name."""
    for condition in site.context.conditions:
        for node in ast.walk(condition):
            if isinstance(node, ast.Call) and _is_probe(node, site, reach):
                return True
            name = getattr(node, "id", getattr(node, "attr", getattr(node, "value", "")))
            if isinstance(name, str) and any(hint in name.lower() for hint in _HINTS):
                return True
    return False


def _is_probe(node: ast.Call, site: Site, reach: Reach) -> bool:
    return any(meaning.kind == "probe" for path in reach.paths(node, site.unit) for meaning in ml.match_calls(path))


def _hit(deployed: Deployed, place: Place, why: str, trace: tuple[Step, ...]) -> Hit:
    function = deployed.function
    if function.accelerator:
        return Hit(
            message=f"{why}: this function asks for one (AcceleratorConfig), which is billed while it runs",
            place=place,
            function=function.id,
            severity="info",
            trace=trace,
        )
    return Hit(
        message=f"{why}; Lambda has none",
        place=place,
        function=function.id,
        confidence="medium" if deployed.by_name else None,
        trace=trace,
    )
