"""From a folder to a result: collect, read, link, judge."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from archlint.cdk.apps import read_apps
from archlint.code.program import Sources
from archlint.collect import Inventory, collect
from archlint.config import Config
from archlint.finding import Finding, Hit, fingerprint
from archlint.link import Linked, link
from archlint.model.coverage import Coverage
from archlint.model.function import Function
from archlint.model.place import Problem
from archlint.model.resource import Architecture
from archlint.project import Project, Timed, untimed
from archlint.readers.cloudformation import read_templates
from archlint.readers.packaging import estimate_size
from archlint.readers.packaging.dependencies.declared import declared_dependencies, declared_problems, dependency_files
from archlint.readers.packaging.sizes.image import estimate_image
from archlint.readers.packaging.sizes.measurer import Measurer
from archlint.result import ScanResult
from archlint.rules import registry
from archlint.rules.page import Page
from archlint.suppress import apply
from archlint.syntax.python import SourceError, decode_python
from archlint.tree import DiskTree, Tree, UnreadableError

UNREADABLE = "unreadable-file"
_LINE_END = re.compile(r"\r\n|\r|\n")


def scan(root: Path, config: Config, measurer: Measurer | None = None, timed: Timed = untimed) -> ScanResult:
    """Reads the folder `root` without running or changing anything in it. Nothing is asked of a network but by the
    measurer."""
    return examine(DiskTree(root), config, measurer, timed)[1]


def scan_tree(tree: Tree, config: Config, measurer: Measurer | None = None) -> ScanResult:
    """As `scan`, for any tree."""
    return examine(tree, config, measurer)[1]


def examine(
    tree: Tree, config: Config, measurer: Measurer | None = None, timed: Timed = untimed
) -> tuple[Project, ScanResult]:
    """The scan together with the project that it judged, which plans and pictures ask for more."""
    inventory, declared, project = _read(tree, config, measurer, timed)
    hits = list(_judge(project, config))
    problems = [*declared.problems, *_code_problems(project), *_dependency_problems(project)]
    hits += [(registry.rule(UNREADABLE), Hit(p.message, p.place)) for p in problems]
    with timed("findings"):
        return project, _result(project, declared, inventory, hits, problems, config)


def read_project(tree: Tree, config: Config, measurer: Measurer | None = None) -> Project:
    """The functions of a repository with their code and sizes, without a look at any rule."""
    return _read(tree, config, measurer, untimed)[2]


def _read(tree: Tree, config: Config, measurer: Measurer | None, timed: Timed) -> tuple[Inventory, Declared, Project]:
    with timed("collect"):
        inventory = collect(tree, config.exclude)
    declared = declare(tree, inventory, timed)
    project = build(tree, declared.functions, inventory.python, declared.architecture, measurer, timed)
    return inventory, declared, project


@dataclass(frozen=True, slots=True)
class Declared:
    """What the infrastructure code of a repository declares. `texts` are its files by path; `not_read` says what was
    not followed; `copies` counts templates that `sam package` wrote."""

    functions: tuple[Function, ...]
    problems: tuple[Problem, ...]
    texts: Mapping[str, str]
    not_read: tuple[Problem, ...]
    copies: int
    architecture: Architecture = field(default_factory=Architecture)


def declare(tree: Tree, inventory: Inventory, timed: Timed = untimed) -> Declared:
    """Reads templates and CDK apps."""
    with timed("templates"):
        templates = read_templates(tree, inventory.candidates)
    with timed("CDK apps"):
        apps = read_apps(tree, inventory.candidates)
    return Declared(
        (*templates.functions, *apps.functions),
        (*templates.problems, *apps.problems),
        {**templates.texts, **apps.texts},
        apps.notes,
        templates.duplicates,
        templates.architecture + apps.architecture,
    )


def build(
    tree: Tree,
    functions: Iterable[Function],
    python: Sequence[str] = (),
    architecture: Architecture | None = None,
    measurer: Measurer | None = None,
    timed: Timed = untimed,
) -> Project:
    """Joins declarations to code and code to sizes."""
    sources = Sources(tree)
    linked: list[Linked] = []
    for function in functions:
        with timed("linking"):
            joined = link(function, tree, sources, python)
        with timed("sizes"):
            linked.append(_sized(joined, tree, measurer))
    return Project(tree, sources, tuple(linked), architecture, timed)


def _sized(linked: Linked, tree: Tree, measurer: Measurer | None) -> Linked:
    deployed = linked.deployed
    if deployed.image is None:
        size = estimate_size(deployed.function, deployed.mounts, tree, measurer)
    else:
        size = estimate_image(deployed.function, deployed.image, tree, measurer)
    dependencies = declared_dependencies(deployed.function, deployed.mounts, deployed.image, tree)
    return replace(linked, deployed=replace(deployed, size=size, dependencies=dependencies))


def _judge(project: Project, config: Config) -> Iterator[tuple[Page, Hit]]:
    with project.timed("imports"):
        checks = list(registry.checks(config.selected()))
    for page, check in checks:
        with project.timed(f"rules {page.code[:3]}"):
            hits = list(check(project, page))
        for hit in hits:
            yield page, hit


def _code_problems(project: Project) -> Iterator[Problem]:
    """Files on a handler's way that could not be read."""
    yield from project.sources.problems.values()
    yield from dict.fromkeys(item.problem for item in project.linked.values() if item.problem is not None)


def _dependency_problems(project: Project) -> Iterator[Problem]:
    """Locks and project files that could not be read."""
    found = (dependency_files(d.function, d.mounts, d.image, project.tree) for d in project.functions)
    yield from declared_problems(project.tree, (path for paths in found for path in paths))


def _result(
    project: Project,
    declared: Declared,
    inventory: Inventory,
    hits: list[tuple[Page, Hit]],
    problems: list[Problem],
    config: Config,
) -> ScanResult:
    selected = config.selected()
    texts = _texts(project, declared.texts, (hit.place.path for _, hit in hits))
    findings = [f for f in _findings(hits, texts) if f.rule in selected]
    functions = tuple(sorted(project.functions, key=lambda d: (d.function.defined_at, d.function.id)))
    verdict = apply(findings, texts, [d.function for d in functions], selected)
    kept = tuple(
        replace(finding, severity=config.severity.get(finding.rule, finding.severity))
        for finding in verdict.kept
        if finding.rule not in config.ignored_in(finding.place.path)
    )
    left_out = inventory.left_out + Counter({"packaged copy": declared.copies})
    failed = tuple(sorted({problem.place.path for problem in problems}))
    coverage = Coverage(
        files_read=len(texts.keys() - set(failed)),
        files_failed=failed,
        not_evaluated=tuple(sorted(project.not_evaluated)),
        not_read=tuple(sorted(declared.not_read)),
        left_out=tuple(sorted(left_out.items())),
    )
    return ScanResult(functions, kept, coverage, texts, suppressed=len(verdict.silenced))


def _texts(project: Project, declared: Mapping[str, str], named: Iterable[str]) -> dict[str, str]:
    """The text of every file that was read, for code frames and suppressions."""
    texts = dict(declared)
    for module in project.sources.modules.values():
        if module is not None:
            texts.setdefault(module.path, module.text)
    images = [d.image for d in project.functions if d.image is not None]
    for path in (*(image.dockerfile for image in images), *named):
        if path not in texts:
            try:
                texts[path] = decode_python(project.tree.read(path))
            except (UnreadableError, SourceError):
                continue
    return texts


def _findings(hits: list[tuple[Page, Hit]], texts: dict[str, str]) -> Iterator[Finding]:
    """Hits of one rule at one place become one finding that names all their functions."""
    merged: dict[tuple[str, object], list[tuple[Page, Hit]]] = defaultdict(list)
    for page, hit in hits:
        merged[page.name, hit.place].append((page, hit))
    seen: dict[tuple[str, str, str], int] = defaultdict(int)
    lines: dict[str, list[str]] = {}
    for group in sorted(merged.values(), key=lambda g: (g[0][1].place, g[0][0].code)):
        page, hit = group[0]
        path = hit.place.path
        if path not in lines:
            lines[path] = _LINE_END.split(texts.get(path, ""))
        code = lines[path][hit.place.line - 1].strip() if hit.place.line <= len(lines[path]) else ""
        seen[page.name, path, code] += 1
        yield Finding(
            rule=page.name,
            code=page.code,
            severity=hit.severity or page.severity,
            confidence=hit.confidence or page.confidence,
            message=hit.message,
            place=hit.place,
            fingerprint=fingerprint(page.name, path, code, seen[page.name, path, code]),
            functions=tuple(dict.fromkeys(h.function for _, h in group if h.function is not None)),
            trace=hit.trace,
            help=hit.help,
        )
