"""Where a program meets its models: loads, GPU use, and the libraries that it imports."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass

from archlint.code.abstract import Constant, Container, External
from archlint.code.evaluate import Evaluator
from archlint.code.reach import Call, Reach
from archlint.code.units import Module, Unit
from archlint.code.walking import walk
from archlint.knowledge import ml
from archlint.knowledge.ml import Argument, MlCall, MlLibrary, Need
from archlint.model.place import Place


@dataclass(frozen=True, slots=True)
class ModelCall:
    """An external call together with what the knowledge says of it; the evidence that it needs holds."""

    call: Call
    meaning: MlCall


def model_calls(reach: Reach, *kinds: str) -> Iterator[ModelCall]:
    """The calls of these kinds that run, in any phase."""
    for call in reach.calls():
        for meaning in ml.match_calls(call.path):
            if meaning.kind in kinds and is_supported(meaning, call, reach.evaluator):
                yield ModelCall(call, meaning)


def is_supported(meaning: MlCall, call: Call, evaluator: Evaluator) -> bool:
    """Whether the evidence holds that a row needs besides its path."""
    return all(_holds(need, meaning, call, evaluator) for need in meaning.needs)


def _holds(need: Need, meaning: MlCall, call: Call, evaluator: Evaluator) -> bool:
    if need == "model_file":
        return _is_model_file(call, evaluator)
    if need == "gpu_argument":
        wanted = meaning.gpu_argument
        return wanted is not None and asks_for(wanted, call.node, call.site.unit, evaluator)
    if need == "weights_argument":
        return meaning.weights_argument is not None and _is_given(meaning.weights_argument, call.node)
    return any(library.name == meaning.library for library in imported_by(call.site.unit.module, evaluator))


def argument(node: ast.Call, wanted: Argument) -> ast.expr | None:
    """The expression that a call gives for an argument."""
    for keyword in node.keywords:
        if keyword.arg in wanted.names:
            return keyword.value
    if wanted.position is not None and wanted.position < len(node.args):
        found = node.args[wanted.position]
        return None if isinstance(found, ast.Starred) else found
    return None


def _is_given(wanted: Argument, node: ast.Call) -> bool:
    value = argument(node, wanted)
    return value is not None and not (isinstance(value, ast.Constant) and value.value in (None, False))


def asks_for(wanted: Argument, node: ast.Call, unit: Unit, evaluator: Evaluator) -> bool:
    """Whether an argument can only have one of the wanted values, with nothing beside it to fall back to."""
    value = argument(node, wanted)
    if value is None:
        return False
    texts = list(_texts(value, unit, evaluator))
    if not texts or None in texts:
        return False
    known = [text for text in texts if text is not None]
    if any(text in wanted.unless for text in known):
        return False
    several = isinstance(value, ast.List | ast.Tuple)
    return any(map(wanted.matches, known)) if several else all(map(wanted.matches, known))


def _texts(node: ast.expr, unit: Unit, evaluator: Evaluator, depth: int = 0) -> Iterator[str | None]:
    """Everything that an argument may be, as text; None for what is not known."""
    values = evaluator.values(node, unit)
    if not values:
        yield None
    for value in values:
        if isinstance(value, Constant):
            yield str(value.value)
        elif isinstance(value, Container) and isinstance(value.node, ast.List | ast.Tuple) and depth < 3:
            for item in value.node.elts:
                yield from _texts(item, unit, evaluator, depth + 1)
        elif isinstance(value, External) and value.call is not None and value.unit is not None:
            device = ml.device_argument(value.path.removesuffix("()"))
            inner = argument(value.call, device) if device is not None else None
            if inner is None or depth > 3:
                yield None
            else:
                yield from _texts(inner, value.unit, evaluator, depth + 1)
        else:
            yield None


def _is_model_file(call: Call, evaluator: Evaluator) -> bool:
    """A model's file name among the arguments, a model's name for the result, or a model's method called on it."""
    unit = call.site.unit
    for given in (*call.node.args, *(keyword.value for keyword in call.node.keywords)):
        for text in _file_texts(given, unit, evaluator):
            if ml.is_model_file(text):
                return True
    names = _names_for(call.node, unit)
    if any(ml.looks_like_model_name(name) for name in names):
        return True
    module_names = {name for other in call.site.unit.module.units.values() for name in _called_on(other, names)}
    return bool(module_names | set(_called_on(unit.module.body, names)))


def _file_texts(node: ast.expr, unit: Unit, evaluator: Evaluator) -> Iterator[str]:
    """The texts in an argument, also in the `open(…)` or environment variable that it comes from."""
    text = evaluator.text(node, unit)
    if text is not None:
        yield text
    for value in evaluator.values(node, unit):
        if isinstance(value, External) and value.call is not None and value.unit is not None:
            function = value.call.func
            receiver = [function.value] if isinstance(function, ast.Attribute) else []
            for inner in (*receiver, *value.call.args[:2]):
                found = evaluator.text(inner, value.unit)
                if found is not None:
                    yield found
    yield from (child.id for child in ast.walk(node) if isinstance(child, ast.Name))


def _names_for(node: ast.Call, unit: Unit) -> set[str]:
    """The names that a call's result is given, also where a function returns it under its own name."""
    names: set[str] = set()
    for holder in (unit, unit.module.body):
        for name, bindings in holder.bindings.items():
            if any(binding.value is node for binding in bindings):
                names.add(name)
    for cls in unit.module.classes.values():
        for name, given in cls.attributes.items():
            if any(expression is node for expression, _ in given):
                names.add(name)
    if node in unit.returns:
        names.add(unit.name.rpartition(".")[2])
    return names


def _called_on(unit: Unit, names: set[str]) -> Iterator[str]:
    """The names on which a model's own method is called."""
    for statement in getattr(unit.node, "body", ()) if not isinstance(unit.node, ast.Lambda) else ():
        for node in walk(statement):
            if not isinstance(node, ast.Attribute) or node.attr not in ml.model_methods():
                continue
            name = getattr(node.value, "id", getattr(node.value, "attr", ""))
            if name in names:
                yield name


@dataclass(frozen=True, slots=True)
class LibraryUse:
    """A library that a function runs; `place` is its first import, or the load of a stored model that needs it."""

    library: MlLibrary
    place: Place
    imported: bool = True


def libraries_in_use(reach: Reach, distributions: tuple[str, ...] = ()) -> tuple[LibraryUse, ...]:
    """The libraries that the reached code imports, each once; and where it unpickles a model those that the function's
    dependencies name, because unpickling imports them."""
    found: dict[str, LibraryUse] = {}
    for reached in reach.best.values():
        for site in reach.sites_in(reached.unit):
            if isinstance(site.node, ast.Import | ast.ImportFrom):
                for name in imported_names(site.node):
                    library = ml.library_of_import(name)
                    if library is not None and not is_own(name, reach.evaluator):
                        found.setdefault(library.name, LibraryUse(library, site.unit.module.place(site.node)))
    stored = [x.call for x in model_calls(reach, "load") if x.meaning.category == "serialization"]
    if stored:
        place = stored[0].site.unit.module.place(stored[0].node)
        for name in distributions:
            library = ml.library_of_distribution(name)
            if library is not None and library.is_ml:
                found.setdefault(library.name, LibraryUse(library, place, imported=False))
    return tuple(found.values())


def imported_names(node: ast.Import | ast.ImportFrom) -> Iterator[str]:
    """The dotted names that an import statement may bring in."""
    if isinstance(node, ast.Import):
        yield from (alias.name for alias in node.names)
    elif node.module and not node.level:
        yield from (f"{node.module}.{alias.name}" for alias in node.names)


def imported_by(module: Module, evaluator: Evaluator) -> Iterator[MlLibrary]:
    """The libraries that any statement of a module imports."""
    for node in module.imports():
        for name in imported_names(node):
            library = ml.library_of_import(name)
            if library is not None and not is_own(name, evaluator):
                yield library


def is_own(name: str, evaluator: Evaluator) -> bool:
    """Whether an import finds a module of the repository, which hides a library of that name."""
    return evaluator.program.locate(name.split(".")[0]) is not None
