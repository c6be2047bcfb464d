"""Every CDK app of a repository, read from its source."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from archlint.model.function import Function
from archlint.model.place import Place, Problem
from archlint.model.resource import Architecture, Link, Resource
from archlint.readers.cdk.architecture import read_architecture
from archlint.readers.cdk.entry import entry_of
from archlint.readers.cdk.evaluator.machine import run_app
from archlint.readers.cdk.functions import read_made
from archlint.readers.cdk.scopes import OPEN
from archlint.readers.cdk.values import Run
from archlint.readers.cdk_out import merge, read_assembly
from archlint.tree import Tree, UnreadableError, join, parent
from archlint.values import Unknown

AFTER_ANOTHER = re.compile(r"~\d+$")


def completed(
    source: Architecture, assembly: Architecture, before: Sequence[Function], after: Sequence[Function]
) -> Architecture:
    """The source wins: what it has stays as it is, and only links to something that it lacks come from the assembly,
    which may be older. `after` are the functions `before` as merged: the same ones first, then the assembly's own."""
    ids = {one.id: other.id for one, other in zip(before, after, strict=False)}
    source = Architecture(source.resources, tuple(_renamed(link, ids, ids) for link in source.links))
    if not before and not source.resources:
        return assembly
    twins = _twins(source.resources, assembly.resources)
    known = {resource.id for resource in source.resources} | set(ids.values())
    added = [
        renamed
        for link in assembly.links
        if twins.get(link.source, link.source) and twins.get(link.target, link.target)
        for renamed in [_renamed(link, twins, {})]
        if not {renamed.source, renamed.target} <= known
    ]
    mentioned = {name for link in added for name in (link.source, link.target, link.detail)}
    new = [
        resource
        for resource in assembly.resources
        if resource.id not in twins
        and resource.id not in known
        and (resource.id in mentioned or resource.kind not in ("mapping", "other"))
    ]
    return source + Architecture(tuple(new), tuple(added))


def _twins(own: Iterable[Resource], others: Sequence[Resource]) -> dict[str, str]:
    """By the assembly's id: that of the source's resource with the same path, "" where it may be one of several."""
    found: dict[str, str] = {}
    taken: dict[str, str] = {}
    for resource in own:
        path = AFTER_ANOTHER.sub("", resource.id)
        parts = re.split("([#/])", path)
        if OPEN not in parts:
            continue
        pattern = re.compile("".join("[^/]+" if part == OPEN else re.escape(part) for part in parts))
        for other in others:
            if other.kind == resource.kind and pattern.fullmatch(other.id):
                sole = other.id not in found and resource.id not in taken
                found[other.id] = resource.id if sole else ""
                if not sole:
                    found[taken.get(resource.id, other.id)] = ""
                taken[resource.id] = other.id
    return found


def _renamed(link: Link, ids: Mapping[str, str], details: Mapping[str, str]) -> Link:
    return replace(
        link,
        source=ids.get(link.source, link.source),
        target=ids.get(link.target, link.target),
        detail=details.get(link.detail, link.detail),
    )


Runner = Callable[[Tree, str, str, Mapping[str, Any]], Run]


@dataclass(frozen=True, slots=True)
class CdkApps:
    """What the CDK apps of a repository declare. `texts` are the sources by path; `notes` say what was not followed,
    which is no mistake of the user's."""

    functions: tuple[Function, ...] = ()
    problems: tuple[Problem, ...] = ()
    texts: Mapping[str, str] = field(default_factory=dict)
    notes: tuple[Problem, ...] = ()
    architecture: Architecture = field(default_factory=Architecture)


def read_apps(tree: Tree, candidates: Iterable[str], runner: Runner = run_app) -> CdkApps:
    """Reads the app of each cdk.json among the candidates without running it."""
    found = _Found({}, [], [], {}, {}, {})
    for path in candidates:
        if path.rpartition("/")[2] == "cdk.json":
            _read(path, tree, runner, found)
    functions = tuple(found.functions.values())
    architecture = Architecture(tuple(found.resources.values()), tuple(found.links))
    return CdkApps(functions, tuple(found.problems), found.texts, tuple(found.notes), architecture)


@dataclass(slots=True)
class _Found:
    functions: dict[str, Function]
    problems: list[Problem]
    notes: list[Problem]
    texts: dict[str, str]
    resources: dict[str, Resource]
    links: dict[Link, None]


def _read(path: str, tree: Tree, runner: Runner, found: _Found) -> None:
    folder = parent(path)
    settings = _settings(path, tree)
    if isinstance(settings, Problem):
        found.problems.append(settings)
        return
    functions, architecture = _from_source(path, settings, tree, runner, found)
    output = settings.get("output")
    synthesised = join(folder, output if isinstance(output, str) else "cdk.out")
    assembly = read_assembly(tree, synthesised, folder) if synthesised is not None else None
    if assembly is not None:
        found.problems.extend(assembly.problems)
        merged = merge(functions, assembly)
        architecture = completed(architecture, assembly.architecture, functions, merged.functions)
        functions = merged.functions
        found.notes.extend(merged.notes)
    for function in functions:
        found.functions.setdefault(function.id, function)
    for resource in architecture.resources:
        found.resources.setdefault(resource.id, resource)
    found.links.update(dict.fromkeys(architecture.links))


def _from_source(
    path: str, settings: Mapping[str, Any], tree: Tree, runner: Runner, found: _Found
) -> tuple[tuple[Function, ...], Architecture]:
    folder = parent(path)
    entry = entry_of(settings.get("app"), folder, tree)
    if isinstance(entry, Unknown):
        found.notes.append(Problem(Place(path), entry.reason))
        return (), Architecture()
    run = runner(tree, entry.value, folder, _context(settings, folder, tree))
    found.texts.update(run.files)
    found.notes.extend(Problem(place, reason) for reason, place in run.gaps)
    reading = read_made(run, folder, tree)
    return reading.functions, read_architecture(reading, folder)


def _settings(path: str, tree: Tree) -> dict[str, Any] | Problem:
    try:
        settings = json.loads(tree.read(path))
    except UnreadableError as error:
        return Problem(Place(path), str(error))
    except (ValueError, RecursionError):
        return Problem(Place(path), "it is not JSON; the app that it starts is not read")
    return settings if isinstance(settings, dict) else {}


def _context(settings: Mapping[str, Any], folder: str, tree: Tree) -> dict[str, Any]:
    """cdk.json's context over what the CDK looked up and kept in cdk.context.json."""
    context: dict[str, Any] = {}
    kept = f"{folder}/cdk.context.json" if folder else "cdk.context.json"
    if tree.is_file(kept):
        looked_up = _settings(kept, tree)
        context.update(looked_up if isinstance(looked_up, dict) else {})
    own = settings.get("context")
    context.update(own if isinstance(own, dict) else {})
    return context
