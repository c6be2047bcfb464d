"""Small programs as test cases: what runs when, from a handler in `app.py`."""

from __future__ import annotations

import re
import textwrap
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path

import pytest
from _pytest.mark import ParameterSet

from archlint.code.call_path import way_to
from archlint.code.evaluate import Evaluator
from archlint.code.program import Program, Sources
from archlint.code.reach import Phase, Reach
from archlint.code.units import Module, Unit
from archlint.link import link
from archlint.model.function import FolderCode, Layer, Setting
from archlint.project import Project
from archlint.tree import MemoryTree
from archlint.values import Known
from samples import make_function

HERE = Path(__file__).parent
INVOKE = Phase.INVOKE


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
    return [f"{step.place.path}:{step.place.line} {step.message}" for step in way_to(call.reached)]


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


def sections(path: Path) -> Iterator[tuple[str, dict[str, str]]]:
    """The programs of a text file with their titles. A program starts with `=== title` and is app.py; `--- path` starts
    another file of it."""
    for program in path.read_text(encoding="utf-8").split("\n=== ")[1:]:
        title, _, text = program.partition("\n")
        app, *others = re.split(r"^--- ", text + "\n", flags=re.MULTILINE)
        yield title, {"app.py": app} | {other.partition("\n")[0]: other.partition("\n")[2] for other in others}


def programs() -> Iterator[ParameterSet]:
    """The programs of `programs_by_phase`: files, and the phases in which they call `heavy.load()`, as the title says
    after `|`. app.py imports `heavy` without saying so."""
    for path in sorted((HERE / "programs_by_phase").glob("*.txt")):
        for title, files in sections(path):
            name, _, words = title.partition(" | ")
            files["app.py"] = f"import heavy\n{files['app.py']}"
            expected = {Phase[word] for word in words.split() if word != "NEVER"}
            yield pytest.param(files, expected, id=f"{path.stem}: {name}")
