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
from archlint.readers.cloudformation.reduced import reason_of
from archlint.readers.cloudformation.scope import Scope
from archlint.readers.cloudformation.template import Resource, Template, read_template
from archlint.readers.cloudformation.triggers import FUNCTION_TYPES
from archlint.syntax.node import Mapping, Node, Opaque, Scalar
from archlint.tree import Tree, join, parent

MAX_LEVELS = 5
"""Levels of nested stacks through which parameters are followed."""

NESTED = {"AWS::CloudFormation::Stack": "TemplateURL", "AWS::Serverless::Application": "Location"}


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
    passed = _passed_parameters(templates)
    functions = [
        function
        for template in templates.values()
        if any(resource.type in FUNCTION_TYPES for resource in template.resources.values())
        for function in read_functions(template, template.scope(passed.get(template.path)), tree)
    ]
    return Templates(
        tuple(functions), tuple(problems), {path: t.text for path, t in templates.items()}, len(duplicates)
    )


def _passed_parameters(templates: Dictionary[str, Template]) -> dict[str, dict[str, Node]]:
    """By nested template: the parameters that its parents agree on, through several levels of nesting."""
    parents = [t for t in templates.values() if any(r.type in NESTED for r in t.resources.values())]
    passed: dict[str, dict[str, Node]] = {}
    for _ in range(MAX_LEVELS):
        calls = _calls(parents, templates, passed)
        merged = {child: found[0] if len(found) == 1 else _agreed(found) for child, found in calls.items()}
        if merged == passed:
            break
        passed = merged
    return passed


def _calls(
    parents: list[Template], templates: Dictionary[str, Template], passed: dict[str, dict[str, Node]]
) -> dict[str, list[dict[str, Node]]]:
    """By nested template: what each of its parents passes."""
    calls: dict[str, list[dict[str, Node]]] = {}
    for template in parents:
        scope = template.scope(passed.get(template.path))
        for resource in template.resources.values():
            child = _child(resource, scope)
            if child is not None and child in templates and child != template.path:
                calls.setdefault(child, []).append(_arguments(resource, scope))
    return calls


def _child(resource: Resource, scope: Scope) -> str | None:
    key = NESTED.get(resource.type)
    location = scope.get(resource.properties, key) if key else None
    if not isinstance(location, Scalar) or "://" in location.text:
        return None
    return join(parent(resource.place.path), location.text)


def _arguments(resource: Resource, scope: Scope) -> dict[str, Node]:
    given = scope.get(resource.properties, "Parameters")
    if not isinstance(given, Mapping):
        return {}
    values: dict[str, Node] = {}
    for entry in given:
        value = scope.get(given, entry.key)
        if isinstance(value, Scalar):
            values[entry.key] = value
        elif value is not None:
            reason = reason_of(value, "it is no text")
            values[entry.key] = Opaque(f"the parent stack passes {entry.key}: {reason}", entry.key_place)
    return values


def _agreed(calls: list[dict[str, Node]]) -> dict[str, Node]:
    """What several parents pass alike; the rest is open."""
    names = {name for call in calls for name in call}
    result: dict[str, Node] = {}
    for name in names:
        values = [call.get(name) for call in calls]
        first = values[0]
        if isinstance(first, Scalar) and all(isinstance(v, Scalar) and v.text == first.text for v in values):
            result[name] = first
        elif place := next((v.place for v in values if v is not None), None):
            result[name] = Opaque(f"several parent stacks pass different values of {name}", place)
    return result


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
