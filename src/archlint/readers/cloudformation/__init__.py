"""SAM and CloudFormation templates."""

from __future__ import annotations

import gc
from collections.abc import Iterable, Iterator, Sequence
from collections.abc import Mapping as Dictionary
from contextlib import contextmanager
from typing import Any

from archlint.cache.memo import TreeMemo
from archlint.model.declared import Declared
from archlint.model.function import Function
from archlint.model.outline import Outline, families_of, packaged_copies
from archlint.model.place import Problem
from archlint.model.resource import Architecture
from archlint.readers.cloudformation.functions import read_functions
from archlint.readers.cloudformation.links import joined, read_architecture
from archlint.readers.cloudformation.lookup import Lookup
from archlint.readers.cloudformation.nested import passed_parameters
from archlint.readers.cloudformation.outline import outline
from archlint.readers.cloudformation.template import Template, read_template
from archlint.tree import Tree


def summary(tree: Tree, path: str, parsed: TreeMemo[Any]) -> Outline | Problem | None:
    """A problem where the file means to be a template and cannot be read."""
    with collector_paused():
        found = _parsed(tree, path, parsed)
        return outline(found) if isinstance(found, Template) else found


def read(tree: Tree, paths: Sequence[str], parsed: TreeMemo[Any]) -> Declared:
    """Templates that name each other as nested stacks, or one that stands alone; they are dropped from `parsed`."""
    with collector_paused():
        found = {path: _parsed(tree, path, parsed) for path in paths}
        family = read_family(tree, {path: one for path, one in found.items() if isinstance(one, Template)})
        for path in paths:
            parsed.forget(path)
    return family


def _parsed(tree: Tree, path: str, parsed: TreeMemo[Any]) -> Template | Problem | None:
    found: Template | Problem | None = parsed.get(path, lambda: read_template(tree, path))
    return found


def read_templates(tree: Tree, paths: Iterable[str]) -> Declared:
    """Reads every template below the root; what a parent stack passes to a nested one replaces its defaults."""
    templates: dict[str, Template] = {}
    problems: list[Problem] = []
    with collector_paused():
        for path in paths:
            found = read_template(tree, path)
            if isinstance(found, Template):
                templates[path] = found
            elif found is not None:
                problems.append(found)
        outlines = {path: outline(template) for path, template in templates.items()}
        copies = packaged_copies(outlines)
        families = families_of(outlines.keys() - copies, outlines)
        parts = [read_family(tree, {path: templates[path] for path in family}) for family in families]
    return Declared(
        tuple(function for part in parts for function in part.functions),
        tuple(problems),
        {path: text for part in parts for path, text in part.texts.items()},
        (),
        Architecture(
            tuple(resource for part in parts for resource in part.architecture.resources),
            tuple(link for part in parts for link in part.architecture.links),
        ),
    )


def read_family(tree: Tree, templates: Dictionary[str, Template]) -> Declared:
    """Templates that name each other as nested stacks, or one that stands alone."""
    passed = passed_parameters(templates)
    functions: list[Function] = []
    architecture = []
    for template in templates.values():
        lookup = Lookup(template, template.scope(passed.get(template.path)))
        own = list(read_functions(lookup, tree)) if lookup.functions else []
        functions += own
        architecture.append(read_architecture(lookup, own, tree))
    texts = {path: template.text for path, template in templates.items()}
    return Declared(tuple(functions), texts=texts, architecture=joined(architecture, functions))


@contextmanager
def collector_paused() -> Iterator[None]:
    """Nodes hold no cycles, but there are so many that the garbage collector takes most of the time for nothing."""
    running = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if running:
            gc.enable()
