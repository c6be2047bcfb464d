"""Every CDK app of a repository, read from its source."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from archlint.model.declared import Declared
from archlint.model.function import Function
from archlint.model.place import Place, Problem
from archlint.model.resource import Architecture, Link, Resource
from archlint.readers.cdk.architecture import read_architecture
from archlint.readers.cdk.evaluator.machine import run_app
from archlint.readers.cdk.functions import read_made
from archlint.readers.cdk.scopes import OPEN
from archlint.readers.cdk.values import Run
from archlint.readers.cdk_out import merge, read_assembly
from archlint.tree import Tree, UnreadableError, join, parent
from archlint.values import Known, Unknown, Value

SCRIPTS = (".ts", ".mts", ".cts", ".tsx", ".js", ".mjs", ".cjs")
"""TypeScript is read where a compiled file lies beside it."""

OTHER_LANGUAGES = {
    "mvn": "Java",
    "mvnw": "Java",
    "gradle": "Java",
    "gradlew": "Java",
    "java": "Java",
    "dotnet": "C#",
    "go": "Go",
}
BUILD_FOLDERS = ("dist", "build", "out", "cdk.out", ".build", "lib")
SOURCE_FOLDERS = ("", "src")
MAX_COMMAND = 2_000
_WORD = re.compile(r"[^\s\"'`;&|()<>]+|&&|;|\|\|")
_VARIABLE = re.compile(r"\$\{\w+:?-([^}]*)\}")


def entry_of(command: object, folder: str, tree: Tree) -> Value[str]:
    """The file, relative to the root, or the reason why none is read. `folder` is that of cdk.json."""
    if not isinstance(command, str) or not command.strip():
        return Unknown("cdk.json names no app")
    if len(command) > MAX_COMMAND:
        return Unknown("its command is too long")
    words = _VARIABLE.sub(r"\1", command)
    found = _in_words(_WORD.findall(words), folder, tree, 0)
    return Known(found) if found is not None else Unknown(_why(_WORD.findall(words), command))


def _why(words: list[str], command: str) -> str:
    for word in words:
        language = OTHER_LANGUAGES.get(word.rpartition("/")[2])
        if language is not None:
            return f"the app is written in {language}, which is not read"
    return f"no source file is found for '{command.strip()}'"


def _in_words(words: list[str], folder: str, tree: Tree, level: int) -> str | None:
    """The last file that the command names: what stands before it builds the app."""
    here, found = folder, None
    for position, word in enumerate(words):
        before = words[position - 1] if position else ""
        if before == "cd":
            here = join(here, word) or here
        elif before == "-m" and re.fullmatch(r"[\w.]+", word):
            found = _module(word, here, tree) or found
        elif before in ("-p", "-P", "--project", "-r", "--require", "--loader", "--import", "--tsconfig"):
            continue
        else:
            found = next(_files(word, here, tree), None) or found
    if found is None and level == 0:
        script = _package_script(words, folder, tree)
        return _in_words(_WORD.findall(script), folder, tree, 1) if script else None
    return found


def _module(name: str, folder: str, tree: Tree) -> str | None:
    path = name.replace(".", "/")
    choices = (join(folder, f"{path}.py"), join(folder, f"{path}/__main__.py"))
    return next((choice for choice in choices if choice is not None and tree.is_file(choice)), None)


def _files(word: str, folder: str, tree: Tree) -> Iterator[str]:
    """The sources that a word of the command can mean, the likeliest first."""
    if word.startswith("-"):
        return
    path = join(folder, word)
    if path is None or not path:
        return
    if word.endswith(".py"):
        choices = [path]
    elif word.endswith(SCRIPTS):
        stem = path.rpartition(".")[0]
        choices = [*_beside(stem), *(c for inner in _uncompiled(stem, folder) for c in _beside(inner))]
    elif "/" in word:
        choices = [*_beside(path), *_beside(f"{path}/index"), f"{path}.py"]
    else:
        choices = []
    yield from (choice for choice in choices if tree.is_file(choice))


def _beside(stem: str) -> list[str]:
    return [stem + suffix for suffix in SCRIPTS]


def _uncompiled(stem: str, folder: str) -> Iterator[str]:
    """Where the source of a compiled file lies when the compiler writes to a folder of its own."""
    inner = stem.removeprefix(f"{folder}/") if folder else stem
    first, _, rest = inner.partition("/")
    if first in BUILD_FOLDERS and rest:
        for source in SOURCE_FOLDERS:
            found = join(folder, f"{source}/{rest}" if source else rest)
            if found is not None:
                yield found


def _package_script(words: list[str], folder: str, tree: Tree) -> str | None:
    """The command behind `npm run NAME` and `yarn NAME`."""
    path = join(folder, "package.json")
    if not {"npm", "yarn", "pnpm", "bun"} & set(words) or path is None or not tree.is_file(path):
        return None
    try:
        scripts = json.loads(tree.read(path)).get("scripts")
    except (UnreadableError, ValueError, RecursionError, AttributeError):
        return None
    named = (scripts.get(word) for word in words if isinstance(scripts, dict))
    return next((text for text in named if isinstance(text, str) and len(text) <= MAX_COMMAND), None)


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


def read(tree: Tree, paths: Sequence[str], _: object = None) -> Declared:
    return read_apps(tree, paths)


def read_apps(tree: Tree, candidates: Iterable[str], runner: Runner = run_app) -> Declared:
    """Reads the app of each cdk.json among the candidates without running it."""
    found = _Found({}, [], [], {}, {}, {})
    for path in candidates:
        if path.rpartition("/")[2] == "cdk.json":
            _read(path, tree, runner, found)
    functions = tuple(found.functions.values())
    architecture = Architecture(tuple(found.resources.values()), tuple(found.links))
    return Declared(functions, tuple(found.problems), found.texts, tuple(found.notes), architecture)


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
