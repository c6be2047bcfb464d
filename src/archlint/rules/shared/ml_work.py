"""Words and judgements that the configuration rules share: what model work a function does, and who waits for it."""

from __future__ import annotations

import ast
from dataclasses import dataclass

from archlint.code.call_path import way_to
from archlint.code.ml import LibraryUse, ModelCall, imported_names, is_own, model_calls
from archlint.code.reach import Phase, Reach
from archlint.code.sites import Site
from archlint.finding import Step
from archlint.knowledge import ml
from archlint.knowledge.limits import limit
from archlint.knowledge.triggers import trigger_type
from archlint.model.deployed import Deployed
from archlint.model.function import Function, Trigger
from archlint.model.place import Place
from archlint.values import Known, Unknown

EXPECTED = frozenset({"ImportError", "ModuleNotFoundError", "Exception"})

NEEDS_VERSION = (3, 12)
"""The first Python with SnapStart."""


@dataclass(frozen=True, slots=True)
class Work:
    """A model that is loaded, or a library whose import alone takes seconds; `text` reads on after "the function "."""

    text: str
    place: Place
    phase: Phase
    large: bool
    """It rests on a library that needs a gigabyte or more, so that it takes seconds on a whole vCPU."""
    way: tuple[Step, ...] = ()

    @property
    def trace(self) -> tuple[Step, ...]:
        return (*self.way, Step(self.place, self.text))


def model_work(deployed: Deployed, reach: Reach) -> Work | None:
    """The load that weighs most, else the import of a large library that no condition guards."""
    loads = [
        found
        for found in model_calls(reach, "load")
        if found.meaning.confidence != "low" and not is_vocabulary(found.call.path)
    ]
    imports = [use for use in heavy_imports(reach) if (use[0].library.min_memory_mb or 0) >= _large()]
    first = next((found for found in loads if _is_large(found.meaning.library, found.call.path)), None)
    found = first or next(iter(loads), None)
    if found is not None:
        return _load(found, first is not None or bool(imports))
    if not imports:
        return None
    use, phase = imports[0]
    return Work(f"imports {use.library.name}", use.place, phase, large=True)


def is_vocabulary(path: str) -> bool:
    """Whether a loader reads a tokenizer or settings, which are small beside weights."""
    owner = path.removesuffix("()").rpartition(".")[0].rpartition(".")[2]
    return owner.endswith(("Tokenizer", "TokenizerFast", "Config", "Processor", "FeatureExtractor"))


def _load(found: ModelCall, large: bool) -> Work:
    call = found.call
    name = call.path.replace("()", "(…)")
    when = "at import" if call.phase is Phase.IMPORT else "in an invocation"
    return Work(
        f"loads a model with {name}() {when}",
        call.site.unit.module.place(call.node),
        call.phase,
        large,
        way_to(call.reached),
    )


def _large() -> int:
    return limit("slow_import_memory").value


def _is_large(name: str, path: str) -> bool:
    library = ml.library_of_import(path.split("(", 1)[0])
    return library is not None and (library.min_memory_mb or 0) >= _large()


def heavy_imports(reach: Reach, *, models: bool = True) -> list[tuple[LibraryUse, Phase]]:
    """Heavy libraries that every run imports: no condition and no exception handler stands around the import. Without
    `models`, those that work with data alone."""
    found: dict[str, tuple[LibraryUse, Phase]] = {}
    for reached in reach.best.values():
        for site in reach.sites_in(reached.unit):
            if not isinstance(site.node, ast.Import | ast.ImportFrom):
                continue
            if site.context.conditions or site.context.in_handler or _is_optional(site):
                continue
            for name in imported_names(site.node):
                library = ml.library_of_import(name)
                if library is None or not library.heavy or library.is_ml is not models or is_own(name, reach.evaluator):
                    continue
                use = LibraryUse(library, site.unit.module.place(site.node))
                found.setdefault(library.name, (use, reach.phase_of(site, reached)))
    return list(found.values())


def _is_optional(site: Site) -> bool:
    """Whether the program goes on without the import: a `try` stands around it that expects it to fail."""
    return any(
        site.node in node.body and any(EXPECTED & _names(handler.type) for handler in node.handlers)
        for node in site.unit.module.nodes(ast.Try)
    )


def _names(node: ast.expr | None) -> set[str]:
    """The exceptions that a handler names; one without a name takes all."""
    if node is None:
        return {"Exception"}
    return {part.id for part in ast.walk(node) if isinstance(part, ast.Name)}


def is_kept_ready(function: Function) -> bool:
    """Whether its environments are made before a caller comes, or restored from a snapshot."""
    return function.snapstart or function.provisioned_concurrency or function.capacity_provider


def waiting(function: Function) -> Trigger | None:
    """The first trigger whose caller waits."""
    return next((trigger for trigger in function.triggers if trigger.sync), None)


def front(trigger: Trigger) -> str:
    return trigger_type(trigger.type).caller


def snapstart_obstacle(function: Function) -> str | None:
    """Why a function cannot have SnapStart, or why that is not known; None where nothing stands in its way."""
    if isinstance(function.package, Unknown) or function.package.value == "image":
        return "it is a container image" if isinstance(function.package, Known) else "its package type is not known"
    version = function.python_version
    if version is None:
        return "its runtime is not a known Python"
    if tuple(int(part) for part in version.split(".") if part.isdigit()) < NEEDS_VERSION:
        return f"Python {version} is too old"
    if function.efs_mounts:
        return "it mounts a file system"
    if function.provisioned_concurrency:
        return "it has provisioned concurrency"
    most, ephemeral = limit("snapstart_ephemeral_max").value, function.ephemeral_mb.value
    if isinstance(ephemeral, Unknown):
        return "the size of its /tmp is not known"
    return f"its /tmp has {ephemeral.value} MB, more than {most} MB" if ephemeral.value > most else None
