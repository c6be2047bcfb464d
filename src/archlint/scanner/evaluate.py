"""Reads homes, joins them to their code and judges them."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby

from archlint.code.program import Sources
from archlint.finding import SUPPRESSION_MARK, Hit
from archlint.graph.modules import run_modules
from archlint.knowledge.limits import NONE_OWN, Limits
from archlint.link import Linked, PythonFileIndex, link
from archlint.model.declared import Declared
from archlint.model.function import Function
from archlint.model.place import Place, Problem
from archlint.model.resource import Architecture
from archlint.packaging import estimate_size
from archlint.packaging.dependencies.declared import declared_dependencies, declared_problems, dependency_files
from archlint.packaging.sizes.image import estimate_image
from archlint.packaging.sizes.measurer import Measurer
from archlint.project import Project
from archlint.readers.registry import FORMS, Parsed
from archlint.rulebook.page import Page
from archlint.rulebook.registry import Check
from archlint.scanner.unit import ScanUnit, UnitResult
from archlint.stages import Timed, untimed
from archlint.syntax.source import source_text
from archlint.tree import Tree, UnreadableError


@dataclass(frozen=True, slots=True)
class ScanContext:
    """What all homes of a scan are worked on with. `opened` holds files that were parsed at a glance."""

    tree: Tree
    sources: Sources
    opened: Parsed
    checks: Sequence[tuple[Page, Check]] = ()
    called: PythonFileIndex = lambda _: ()
    measurer: Measurer | None = None
    timed: Timed = untimed
    limits: Limits = NONE_OWN
    follows_modules: bool = False
    """Whether a rule over all parts wants to know which modules functions run."""


def part_of(homes: Sequence[ScanUnit], bench: ScanContext) -> UnitResult:
    """One part; what fails with an error of archlint's own is a problem of the home, and no other part suffers."""
    try:
        return _part(homes, bench)
    except Exception as error:
        return UnitResult(problems=tuple(Problem(Place(home.path), own_error(error)) for home in homes), sound=False)


def _part(homes: Sequence[ScanUnit], bench: ScanContext) -> UnitResult:
    bench.sources.asked.clear()
    declared = declare(homes, bench)
    project = build(declared, bench)
    return conclude(declared, project, bench)


def conclude(declared: Declared, project: Project, bench: ScanContext) -> UnitResult:
    """What a project that was built with an empty `sources.asked` gives."""
    hits, failed = judged(project, bench.checks)
    problems = [*declared.problems, *failed, *_code_problems(project), *_dependency_problems(project)]
    texts = _texts(project, declared, (hit.place.path for _, hit in hits))
    marked = {path for path, text in texts.items() if text is not None and SUPPRESSION_MARK in text}
    marked |= {path for path in texts if project.sources.marked.get(path)}
    return UnitResult(
        functions=project.functions,
        hits=tuple((page.name, hit) for page, hit in hits),
        problems=tuple(sorted(set(problems))),
        not_read=tuple(sorted(declared.not_read)),
        not_evaluated=tuple(sorted(project.not_evaluated)),
        files=tuple(sorted(texts)),
        marked=tuple(sorted(marked)),
        modules=run_modules(project.functions, project.reach) if bench.follows_modules else (),
        names=frozenset(_names(declared)),
        mentions=project.mentions() - frozenset(_names(declared)),
        sound=not failed,
    )


def declare(homes: Sequence[ScanUnit], bench: ScanContext) -> Declared:
    """Reads templates and CDK apps; of two functions with one id, which two apps may share, the first."""
    found = [_of_unit(home, bench) for home in homes]
    functions: dict[str, Function] = {}
    for one in found:
        for function in one.functions:
            functions.setdefault(function.id, function)
    resources = {resource.id: resource for one in reversed(found) for resource in reversed(one.architecture.resources)}
    links = dict.fromkeys(link for one in found for link in one.architecture.links)
    return Declared(
        tuple(functions.values()),
        tuple(problem for one in found for problem in one.problems),
        {path: text for one in found for path, text in one.texts.items()},
        tuple(note for one in found for note in one.not_read),
        Architecture(tuple(reversed(resources.values())), tuple(links)),
    )


def _of_unit(unit: ScanUnit, bench: ScanContext) -> Declared:
    form = FORMS[unit.form]
    with bench.timed(form.stage):
        return form.read(bench.tree, unit.paths, bench.opened)


def build(declared: Declared, bench: ScanContext) -> Project:
    """Joins declarations to code and code to sizes."""
    linked: list[Linked] = []
    for function in declared.functions:
        with bench.timed("linking"):
            joined = link(function, bench.tree, bench.sources, bench.called)
        with bench.timed("sizes"):
            linked.append(_sized(joined, bench))
    return Project(bench.tree, bench.sources, tuple(linked), declared.architecture, bench.timed, bench.limits)


def _sized(linked: Linked, bench: ScanContext) -> Linked:
    deployed, tree = linked.deployed, bench.tree
    if deployed.image is None:
        size = estimate_size(deployed.function, deployed.mounts, tree, bench.measurer)
    else:
        size = estimate_image(deployed.function, deployed.image, tree, bench.measurer)
    dependencies = declared_dependencies(deployed.function, deployed.mounts, deployed.image, tree)
    return replace(linked, deployed=replace(deployed, size=size, dependencies=dependencies))


def judged(project: Project, checks: Iterable[tuple[Page, Check]]) -> tuple[list[tuple[Page, Hit]], list[Problem]]:
    """What the rules say; a rule that fails costs its own hits and is named once."""
    hits: list[tuple[Page, Hit]] = []
    problems: list[Problem] = []
    for family, group in groupby(checks, key=lambda item: item[0].code[:3]):
        with project.timed(f"rules {family}"):
            for page, check in group:
                try:
                    hits += [(page, hit) for hit in check(project, page)]
                except Exception as error:
                    places = (deployed.function.defined_at for deployed in project.functions)
                    problems.append(Problem(min(places, default=Place("")), f"{page.code}: {own_error(error)}"))
    return hits, problems


def own_error(error: Exception) -> str:
    """Raises it again where ARCHLINT_DEBUG asks for it; the text never holds what the error says, which may quote the
    repository."""
    if os.environ.get("ARCHLINT_DEBUG") == "1":
        raise error
    return f"archlint failed on it with an error of its own ({type(error).__name__}); please report that"


def _code_problems(project: Project) -> Iterator[Problem]:
    """Files on a handler's way that could not be read."""
    sources = project.sources
    yield from (sources.problems[key] for key in sources.asked if key in sources.problems)
    yield from (item.problem for item in project.linked.values() if item.problem is not None)
    yield from project.unfollowed


def _dependency_problems(project: Project) -> Iterator[Problem]:
    """Locks and project files that could not be read."""
    found = (dependency_files(d.function, d.mounts, d.image, project.tree) for d in project.functions)
    yield from declared_problems(project.tree, (path for paths in found for path in paths))


def _texts(project: Project, declared: Declared, named: Iterable[str]) -> dict[str, str | None]:
    """Every file that was read; the text where it is at hand."""
    texts: dict[str, str | None] = dict(declared.texts)
    for path in project.sources.asked & project.sources.marked.keys():
        texts.setdefault(path, None)
    images = [d.image for d in project.functions if d.image is not None]
    for path in (*(image.dockerfile for image in images), *named):
        if path not in texts:
            try:
                texts[path] = source_text(path, project.tree.read(path))
            except UnreadableError:
                continue
    return texts


def _names(declared: Declared) -> Iterator[tuple[str, str]]:
    for resource in declared.architecture.resources:
        yield "id", resource.id
        if resource.physical_name:
            yield resource.kind, resource.physical_name
    for function in declared.functions:
        yield "id", function.id
