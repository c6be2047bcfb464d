"""The modules that a function's sys.path holds, loaded when something imports them."""

from __future__ import annotations

import re
from collections.abc import Iterator

from archlint.cache.memo import TreeMemo
from archlint.code.units import Module
from archlint.finding import SUPPRESSION_MARK
from archlint.model.deployed import Mount
from archlint.model.place import Place, Problem
from archlint.syntax.python import SourceError, decode_python, parse_python
from archlint.tree import Tree, UnreadableError, join

MAX_MODULES = 500
"""Parsed modules that are held; one that is asked for again later is parsed again."""


class Sources:
    """The parsed files of a scan, shared by the functions that import them, and what could not be parsed."""

    def __init__(self, tree: Tree) -> None:
        self.tree = tree
        self.marked: dict[str, bool] = {}
        """Of every file that could be parsed: whether it may hold a suppression."""
        self.problems: dict[str, Problem] = {}
        self.asked: set[str] = set()
        """The keys of `marked` and `problems` that were asked for; whoever works in parts empties it between them."""
        self._modules: TreeMemo[Module | None] = TreeMemo(tree, MAX_MODULES)

    def load(self, path: str, name: str, is_package: bool = False) -> Module | None:
        """The module at `path` under a dotted name; None when it cannot be parsed (see `problems`)."""
        self.asked.add(path)
        return self._modules.get((path, name), lambda: self._load(path, name, is_package))

    def _load(self, path: str, name: str, is_package: bool) -> Module | None:
        try:
            text = decode_python(self.tree.read(path))
            module = Module(name, path, text, parse_python(text), is_package)
        except SourceError as error:
            self.problems[path] = Problem(Place(path, error.line, error.column), error.message)
        except UnreadableError as error:
            self.problems[path] = Problem(Place(path), str(error))
        except RecursionError:
            self.problems[path] = Problem(Place(path), "its code is nested too deeply")
        else:
            self.marked[path] = SUPPRESSION_MARK in text
            return module
        return None

    def inline(self, text: str, place: Place, block: bool) -> Module | None:
        """Code that stands in a template, as module `index`; a block keeps its own lines and indentation."""
        key = f"{place.path}:{place.line}"
        self.asked.add(key)
        return self._modules.get((key, "index"), lambda: self._inline(key, text, place, block))

    def _inline(self, key: str, text: str, place: Place, block: bool) -> Module | None:
        try:
            return Module(
                "index",
                place.path,
                text,
                parse_python(text),
                line_shift=place.line - 1 if block else 0,
                column_shift=place.column - 1 if block else 0,
                fixed_place=None if block else place,
            )
        except SourceError as error:
            line = place.line + error.line - 1 if block else place.line
            self.problems[key] = Problem(Place(place.path, line), f"inline code: {error.message}")
        except RecursionError:
            self.problems[key] = Problem(place, "inline code: it is nested too deeply")
        return None


class Program:
    """One function's view of the repository: what `import x` finds."""

    def __init__(self, sources: Sources, mounts: tuple[Mount, ...]) -> None:
        self.sources = sources
        self.mounts = mounts
        self.found: dict[str, Module | None] = {}
        self.installed: dict[str, frozenset[str]] = {}
        self.extra: dict[str, Module] = {}
        self.located: dict[tuple[str, bool], tuple[str, bool] | None] = {}

    def add(self, module: Module) -> None:
        """A module that no file holds, such as inline code."""
        self.extra[module.name] = module

    def module(self, name: str) -> Module | None:
        """The repository's module of that dotted name; None when it comes from elsewhere or cannot be parsed."""
        if name in self.extra:
            return self.extra[name]
        if name not in self.found:
            self.found[name] = None
            located = self.locate(name)
            if located is not None:
                path, is_package = located
                self.found[name] = self.sources.load(path, name, is_package)
        return self.found[name]

    def locate(self, name: str, installed: bool = False) -> tuple[str, bool] | None:
        """The file of a dotted name, and whether it is a package's `__init__`. A library that an installer put there
        counts as coming from elsewhere, so that it keeps its name, unless `installed` asks for it."""
        key = (name, installed)
        if key not in self.located:
            self.located[key] = self._locate(name, installed)
        return self.located[key]

    def _locate(self, name: str, installed: bool) -> tuple[str, bool] | None:
        stem = name.replace(".", "/")
        for mount in self.mounts:
            if not installed and not mount.at and name.split(".")[0] in self._installed_in(mount.source):
                continue
            for candidate, is_package in ((f"{stem}/__init__.py", True), (f"{stem}.py", False)):
                path = _in_mount(mount, candidate)
                if path is not None and self.sources.tree.is_file(path):
                    return path, is_package
        return None

    def _installed_in(self, folder: str) -> frozenset[str]:
        """The top-level names that belong to installed distributions."""
        if folder not in self.installed:
            names = self.sources.tree.names(folder)
            records = [f"{folder}/{name}".lstrip("/") for name in names if name.endswith(".dist-info")]
            found = {name for record in records for name in _top_level(record, self.sources.tree)}
            self.installed[folder] = frozenset(found)
        return self.installed[folder]

    def is_own_package(self, name: str) -> bool:
        """A folder of the repository that can be imported although it has no `__init__`."""
        stem = name.replace(".", "/")
        folders = (_in_mount(mount, stem) for mount in self.mounts)
        return any(folder and self.sources.tree.is_dir(folder) for folder in folders)

    def has_unread(self) -> bool:
        """Whether a module of the repository that was imported so far could not be parsed."""
        return any(module is None and self.locate(name) is not None for name, module in self.found.items())

    def loaded(self) -> Iterator[Module]:
        """The modules that were imported so far."""
        yield from self.extra.values()
        yield from (module for module in self.found.values() if module is not None)


def _top_level(folder: str, tree: Tree) -> Iterator[str]:
    """The names that a distribution installs: its own, those in top_level.txt and the folders of RECORD."""
    yield folder.rpartition("/")[2].partition("-")[0].lower()
    for name in ("top_level.txt", "RECORD"):
        try:
            lines = tree.read(f"{folder}/{name}").decode(errors="replace").splitlines()
        except UnreadableError:
            continue
        yield from (first.removesuffix(".py") for line in lines if (first := re.split("[/,]", line.strip())[0]))


def _in_mount(mount: Mount, candidate: str) -> str | None:
    """The repository path of a path on sys.path, if this mount holds it."""
    if mount.at == candidate:
        return mount.source
    prefix = mount.at + "/" if mount.at else ""
    if not candidate.startswith(prefix):
        return None
    return join(mount.source, candidate[len(prefix) :])
