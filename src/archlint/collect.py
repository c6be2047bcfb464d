"""Finds what a scan starts from: the files of the user's own that may be templates, and the names of Python files.

Code is read only when a function leads to it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from archlint.syntax.git_index import tracked_paths
from archlint.syntax.gitignore import Patterns, compile_patterns, compile_text
from archlint.tree import Tree, UnreadableError

VENDORED = frozenset(
    "node_modules bower_components jspm_packages site-packages dist-packages __pycache__ __pypackages__ .git .hg .svn"
    " .tox .nox .mypy_cache .pytest_cache .ruff_cache .eggs .terraform .serverless .aws-sam .chalice"
    " .ipynb_checkpoints .idea .vscode".split()
)
"""Folders that a tool fills, by name."""

TEMPLATE_SUFFIXES = (".yaml", ".yml", ".json", ".template")
SUFFIXES = (*TEMPLATE_SUFFIXES, ".py")

MAX_FILES = 500_000
MAX_LEVELS = 60
"""Folders in folders; what lies deeper is left out."""


@dataclass(frozen=True, slots=True)
class Inventory:
    """Paths relative to the root, sorted; `left_out` counts what was passed over, by reason."""

    candidates: tuple[str, ...] = ()
    """Files that may be templates."""
    python: tuple[str, ...] = ()
    left_out: Counter[str] = field(default_factory=Counter)


def collect(tree: Tree, exclude: Sequence[str] = ()) -> Inventory:
    """Walks the tree once. `exclude` holds patterns in .gitignore's syntax, relative to the root."""
    walk = _Walk(tree, compile_patterns(exclude))
    files = sorted(walk.files())
    return Inventory(
        tuple(path for path in files if not path.endswith(".py")),
        tuple(path for path in files if path.endswith(".py")),
        walk.left_out,
    )


class _Ignore(NamedTuple):
    """One .gitignore and the folder that it stands in, with a slash at its end."""

    folder: str
    patterns: Patterns


class _Walk:
    def __init__(self, tree: Tree, exclude: Patterns) -> None:
        self.tree = tree
        self.exclude = exclude
        self.tracked = tracked_paths(tree)
        self.left_out: Counter[str] = Counter()

    def files(self) -> Iterator[str]:
        pending: list[tuple[str, tuple[_Ignore, ...]]] = [("", ())]
        count = 0
        while pending:
            folder, ignores = pending.pop()
            names = self.tree.names(folder)
            if ".gitignore" in names:
                ignores = (*ignores, *self._ignore_file(folder))
            installed = installed_names(self.tree, folder, names)
            for name in names:
                path = f"{folder}/{name}" if folder else name
                is_folder = self.tree.is_dir(path)
                if not is_folder and not self._is_wanted(path, name):
                    continue
                reason = self._passed_over(path, name, is_folder, ignores, installed)
                if is_folder and not reason and path.count("/") >= MAX_LEVELS:
                    reason = "nested too deeply"
                if reason:
                    self.left_out[reason] += 1
                elif is_folder:
                    pending.append((path, ignores))
                else:
                    count += 1
                    if count > MAX_FILES:
                        self.left_out["beyond the limit of files"] += 1
                        return
                    yield path

    def _is_wanted(self, path: str, name: str) -> bool:
        """Pipes, sockets and devices are no files. A link that leads nowhere, or out of the root, counts as one that is
        left out, whatever its name is."""
        if self.tree.is_file(path):
            return name.lower().endswith(SUFFIXES)
        return self.tree.is_link(path)

    def _passed_over(
        self, path: str, name: str, is_folder: bool, ignores: tuple[_Ignore, ...], installed: frozenset[str]
    ) -> str | None:
        """Why a path is not read, or None."""
        if self.tree.is_link(path):
            return "link"
        if name in installed or (is_folder and _is_vendored(name)):
            return "built or vendored"
        if is_folder and is_environment(self.tree, path):
            return "virtual environment"
        excluded = self.exclude.check(path + "/" if is_folder else path)
        if excluded is not None and excluded.ignored:
            return "excluded by the configuration"
        if not name.endswith(".py") and self._ignored(path, is_folder, ignores):
            return "ignored by git"
        return None

    def _ignored(self, path: str, is_folder: bool, ignores: tuple[_Ignore, ...]) -> bool:
        """As git does it: the deepest .gitignore with an opinion decides, and a tracked file is never ignored. An
        exported repository has no index; there a file that .gitignore names outright and that is present all the same
        counts as tracked."""
        if self.tracked is not None and path in self.tracked:
            return False
        for ignore in reversed(ignores):
            relative = path.removeprefix(ignore.folder)
            verdict = ignore.patterns.check(relative + "/" if is_folder else relative)
            if verdict is None:
                continue
            name = path.rsplit("/", 1)[-1]
            outright = self.tracked is None and not is_folder and verdict.pattern.strip("/").endswith(name)
            return verdict.ignored and not outright
        return False

    def _ignore_file(self, folder: str) -> tuple[_Ignore, ...]:
        path = f"{folder}/.gitignore" if folder else ".gitignore"
        try:
            text = self.tree.read(path).decode("utf-8", "replace")
        except UnreadableError:
            return ()
        return (_Ignore(path.removesuffix(".gitignore"), compile_text(text)),)


def _is_vendored(name: str) -> bool:
    return name in VENDORED or name.startswith("cdk.out") or name.endswith((".egg-info", ".dist-info"))


def installed_names(tree: Tree, folder: str, names: Iterable[str]) -> frozenset[str]:
    """What an installer put into a folder, by the RECORD of each *.dist-info; people install next to their own code."""
    found: set[str] = set()
    for name in names:
        if not name.endswith(".dist-info"):
            continue
        found.add(name.split("-", 1)[0])
        for listing in ("RECORD", "top_level.txt"):
            try:
                text = tree.read(f"{folder}/{name}/{listing}" if folder else f"{name}/{listing}")
            except UnreadableError:
                continue
            rows = text.decode("utf-8", "replace").splitlines()
            found.update(row.split("/", 1)[0].split(",", 1)[0].strip('"') for row in rows)
            break
    return frozenset(found)


def is_environment(tree: Tree, folder: str) -> bool:
    """A Python virtual environment, also one that is checked in without its configuration file."""
    names = tree.names(folder)
    if "pyvenv.cfg" in names:
        return True
    if "lib" in names and ("bin" in names or "include" in names):
        versions = [name for name in tree.names(f"{folder}/lib") if name.startswith("python3")]
        return any(tree.is_dir(f"{folder}/lib/{name}/site-packages") for name in versions)
    return "Lib" in names and tree.is_dir(f"{folder}/Lib/site-packages")
