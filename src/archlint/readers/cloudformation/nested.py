"""Nested stacks: what a parent passes to its children."""

from __future__ import annotations

from collections.abc import Mapping as Dictionary

from archlint.readers.cloudformation.reduced import names_in, reason_of
from archlint.readers.cloudformation.scope import Scope
from archlint.readers.cloudformation.template import Template, TemplateResource
from archlint.syntax.node import Mapping, Node, Opaque, Reference, Scalar
from archlint.tree import join, parent

MAX_LEVELS = 5
"""Levels of nested stacks through which parameters are followed."""

NESTED = {"AWS::CloudFormation::Stack": "TemplateURL", "AWS::Serverless::Application": "Location"}


def children(template: Template) -> tuple[str, ...]:
    """The paths that a template names for its nested stacks."""
    nested = [resource for resource in template.resources.values() if resource.type in NESTED]
    scope = template.scope() if nested else None
    found = (_child(resource, scope) for resource in nested if scope is not None)
    return tuple(dict.fromkeys(child for child in found if child is not None))


def passed_parameters(templates: Dictionary[str, Template]) -> dict[str, dict[str, Node]]:
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
        given = _Given(template, templates, passed)
        for resource in template.resources.values():
            child = _child(resource, scope)
            if child is not None and child in templates and child != template.path:
                calls.setdefault(child, []).append(_arguments(resource, scope, given))
    return calls


def _child(resource: TemplateResource, scope: Scope) -> str | None:
    key = NESTED.get(resource.type)
    location = scope.get(resource.properties, key) if key else None
    if not isinstance(location, Scalar) or "://" in location.text:
        return None
    return join(parent(resource.place.path), location.text)


def _arguments(resource: TemplateResource, scope: Scope, given: _Given) -> dict[str, Node]:
    """Texts as they are; of a reference, the ids of the resources that it stands for."""
    arguments = scope.get(resource.properties, "Parameters")
    if not isinstance(arguments, Mapping):
        return {}
    values: dict[str, Node] = {}
    for entry in arguments:
        value = scope.get(arguments, entry.key)
        if isinstance(value, Scalar):
            values[entry.key] = value
        elif value is not None:
            reason = reason_of(value, "it is no text")
            place = entry.key_place
            values[entry.key] = Opaque(f"the parent stack passes {entry.key}: {reason}", place, given.ids(value))
    return values


class _Given:
    """What the values of one parent refer to, through the outputs of its other nested stacks too."""

    def __init__(
        self, template: Template, templates: Dictionary[str, Template], passed: dict[str, dict[str, Node]]
    ) -> None:
        self.template = template
        self.templates = templates
        self.passed = passed

    def ids(self, value: Node) -> tuple[str, ...]:
        """Ids of resources, with their template's path."""
        if isinstance(value, Reference) and value.attribute.startswith("Outputs."):
            return self._output(value)
        return _ids(self.template, value)

    def _output(self, value: Reference) -> tuple[str, ...]:
        resource = self.template.resources.get(value.name)
        child = _child(resource, self.template.scope()) if resource else None
        if child is None or child not in self.templates or child == self.template.path:
            return ()
        nested = self.templates[child]
        scope = nested.scope(self.passed.get(child))
        name = value.attribute.removeprefix("Outputs.")
        return _ids(nested, scope.get(nested.root, "Outputs", name, "Value"))


def _ids(template: Template, value: Node | None) -> tuple[str, ...]:
    return tuple(
        name if "#" in name and name not in template.resources else f"{template.path}#{name}"
        for name in names_in(value)
    )


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
