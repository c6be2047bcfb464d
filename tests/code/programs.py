"""Small programs as test cases: what runs when, from a handler in `app.py`."""

from __future__ import annotations

import textwrap
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import replace

import pytest

from archlint.code.evaluate import Evaluator
from archlint.code.program import Program, Sources
from archlint.code.reach import Phase, Reach
from archlint.code.units import Module, Unit
from archlint.code.way import way_to
from archlint.link import link
from archlint.model.function import FolderCode, Layer, Setting
from archlint.project import Project
from archlint.tree import MemoryTree
from archlint.values import Known
from samples import make_function

IMPORT, ONCE, INVOKE = Phase.IMPORT, Phase.ONCE, Phase.INVOKE
NEVER: tuple[Phase, ...] = ()


def clean(files: Mapping[str, str] | str) -> dict[str, str]:
    """Files without the indentation of the test; a single text is app.py."""
    texts = {"app.py": files} if isinstance(files, str) else files
    return {path: textwrap.dedent(text).lstrip("\n") for path, text in texts.items()}


def project_of(
    files: Mapping[str, str] | str, handler: str = "app.handler", code: str = "", layers: tuple[str, ...] = ()
) -> Project:
    tree = MemoryTree(clean(files))
    function = replace(
        make_function(),
        handler=Setting(Known(handler)),
        code=FolderCode(code),
        layers=tuple(Layer(folder, folder=folder) for folder in layers),
    )
    sources = Sources(tree)
    return Project(tree, sources, (link(function, tree, sources),))


def reach_of(
    files: Mapping[str, str] | str, handler: str = "app.handler", code: str = "", layers: tuple[str, ...] = ()
) -> Reach:
    project = project_of(files, handler, code, layers)
    (deployed,) = project.functions
    reach = project.reach(deployed.function.id)
    assert reach is not None, (deployed.source, project.sources.problems)
    return reach


def phases(
    files: Mapping[str, str] | str, handler: str = "app.handler", code: str = "", layers: tuple[str, ...] = ()
) -> dict[str, set[Phase]]:
    """The symbolic path of every external call that runs, with how often it does."""
    found: defaultdict[str, set[Phase]] = defaultdict(set)
    for call in reach_of(files, handler, code, layers).calls():
        found[call.path].add(call.phase)
    return dict(found)


def way(files: Mapping[str, str] | str, path: str, handler: str = "app.handler") -> list[str]:
    """The steps to the first call of `path`, each as "file:line does"."""
    call = next(call for call in reach_of(files, handler).calls() if call.path == path)
    return [f"{step.place.path}:{step.place.line} {step.text}" for step in way_to(call.reached)]


def evaluated(text: str, name: str, **others: str) -> tuple[Evaluator, Unit, Module]:
    """An evaluator and the unit called `name` ("<module>" for the body) of app.py."""
    files = {"app.py": text} | {f"{module}.py": source for module, source in others.items()}
    tree = MemoryTree(clean(files))
    sources = Sources(tree)
    program = Program(sources, link(replace(make_function(), code=FolderCode("")), tree, sources).deployed.mounts)
    module = program.module("app")
    assert module is not None
    units = {unit.name: unit for unit in (module.body, *module.units.values())}
    return Evaluator(program), units[name], module


def case(name: str, expected: Phase | tuple[Phase, ...], app: str, **others: str) -> object:
    """A program that calls `heavy.load()`. Names of other modules have `__` for `/`."""
    files = {"app.py": app} | {f"{path.replace('__', '/')}.py": text for path, text in others.items()}
    return pytest.param(files, expected if isinstance(expected, tuple) else (expected,), id=name)


def check(files: Mapping[str, str], expected: tuple[Phase, ...], path: str = "heavy.load") -> None:
    assert phases(files).get(path, set()) == set(expected)
