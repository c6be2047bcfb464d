"""SAM and CloudFormation templates."""

from __future__ import annotations

import gc
from collections.abc import Iterable, Iterator
from collections.abc import Mapping as Dictionary
from contextlib import contextmanager
from dataclasses import dataclass, field

from archlint.model.function import Function
from archlint.model.place import Problem
from archlint.model.resource import Architecture
from archlint.readers.cloudformation.functions import read_functions
from archlint.readers.cloudformation.links import joined, read_architecture
from archlint.readers.cloudformation.lookup import FUNCTION_TYPES, Lookup
from archlint.readers.cloudformation.nested import passed_parameters
from archlint.readers.cloudformation.template import Resource, Template, read_template
from archlint.syntax.node import Mapping, Scalar
from archlint.tree import Tree, parent


@dataclass(frozen=True, slots=True)
class Templates:
    """What the templates of a repository declare; `texts` are their sources by path."""

    functions: tuple[Function, ...]
    problems: tuple[Problem, ...]
    texts: Dictionary[str, str]
    duplicates: int = 0
    architecture: Architecture = field(default_factory=Architecture)


def read_templates(tree: Tree, paths: Iterable[str]) -> Templates:
    """Reads every template below the root; what a parent stack passes to a nested one replaces its defaults."""
    with _collector_paused():
        return _read(tree, paths)


@contextmanager
def _collector_paused() -> Iterator[None]:
    """Nodes hold no cycles, but there are so many that the garbage collector takes most of the time for nothing."""
    running = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if running:
            gc.enable()


def _read(tree: Tree, paths: Iterable[str]) -> Templates:
    templates: dict[str, Template] = {}
    problems: list[Problem] = []
    for path in paths:
        found = read_template(tree, path)
        if isinstance(found, Template):
            templates[path] = found
        elif found is not None:
            problems.append(found)
    duplicates = {path for path in templates if _is_packaged_copy(templates[path], templates)}
    for path in duplicates:
        del templates[path]
    passed = passed_parameters(templates)
    functions: list[Function] = []
    architecture = []
    for template in templates.values():
        lookup = Lookup(template, template.scope(passed.get(template.path)))
        own = list(read_functions(lookup, tree)) if lookup.functions else []
        functions += own
        architecture.append(read_architecture(lookup, own, tree))
    texts = {path: template.text for path, template in templates.items()}
    whole = joined(architecture, functions)
    return Templates(tuple(functions), tuple(problems), texts, len(duplicates), whole)


def _is_packaged_copy(template: Template, templates: Dictionary[str, Template]) -> bool:
    """The output of `sam package`: the same functions as a template beside or above it, with all code in S3."""
    functions = _function_names(template)
    if not functions or not all(_lies_in_s3(r) for r in _functions(template)):
        return False
    return any(
        other is not template
        and f"{parent(template.path)}/".startswith(f"{parent(other.path)}/".lstrip("/"))
        and _function_names(other) == functions
        and not all(_lies_in_s3(r) for r in _functions(other))
        for other in templates.values()
    )


def _functions(template: Template) -> Iterator[Resource]:
    return (r for r in template.resources.values() if r.type in FUNCTION_TYPES)


def _function_names(template: Template) -> frozenset[str]:
    return frozenset(r.name for r in _functions(template))


def _lies_in_s3(resource: Resource) -> bool:
    code = resource.properties.get("CodeUri") or resource.properties.get("Code")
    if isinstance(code, Scalar):
        return code.text.startswith(("s3://", "https://"))
    return isinstance(code, Mapping) and ("S3Bucket" in code or "Bucket" in code)
