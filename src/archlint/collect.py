"""Finds what a scan starts from: the files of the user's own that may be templates, and the names of Python files.

Code is read only when a function leads to it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache

from pathspec import GitIgnoreSpec

from archlint.syntax.git_index import tracked_paths
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


@dataclass(frozen=True, slots=True)
class Inventory:
    """Paths relative to the root, sorted; `left_out` counts what was passed over, by reason."""

    candidates: tuple[str, ...] = ()
    """Files that may be templates."""
    python: tuple[str, ...] = ()
    left_out: Counter[str] = field(default_factory=Counter)


def collect(tree: Tree, exclude: Sequence[str] = ()) -> Inventory:
    """Walks the tree once. `exclude` holds patterns in .gitignore's syntax, relative to the root."""
    walk = _Walk(tree, GitIgnoreSpec.from_lines(exclude))
    files = sorted(walk.files())
    return Inventory(
        tuple(path for path in files if not path.endswith(".py")),
        tuple(path for path in files if path.endswith(".py")),
        walk.left_out,
    )


@dataclass(frozen=True, slots=True)
class _Ignore:
    """One .gitignore and the folder that it stands in."""

    folder: str
    spec: GitIgnoreSpec


class _Walk:
    def __init__(self, tree: Tree, exclude: GitIgnoreSpec) -> None:
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
            for name in names:
                path = f"{folder}/{name}" if folder else name
                is_folder = self.tree.is_dir(path)
                if not is_folder and not name.lower().endswith(SUFFIXES):
                    continue
                reason = self._passed_over(path, name, is_folder, ignores)
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

    def _passed_over(self, path: str, name: str, is_folder: bool, ignores: tuple[_Ignore, ...]) -> str | None:
        """Why a path is not read, or None."""
        if self.tree.is_link(path):
            return "link"
        if is_folder and (name in VENDORED or name.startswith("cdk.out") or name.endswith((".egg-info", ".dist-info"))):
            return "built or vendored"
        if is_folder and is_environment(self.tree, path):
            return "virtual environment"
        if self.exclude.match_file(path + "/" if is_folder else path):
            return "excluded by the configuration"
        if not name.endswith(".py") and self._ignored(path, is_folder, ignores):
            return "ignored by git"
        return None

    def _ignored(self, path: str, is_folder: bool, ignores: tuple[_Ignore, ...]) -> bool:
        """As git does it: the deepest .gitignore with an opinion decides, and a tracked file is never ignored. An
        exported repository has no index; there a file that .gitignore names outright and that is present all the same
        counts as tracked."""
        for ignore in reversed(ignores):
            relative = path[len(ignore.folder) + 1 :] if ignore.folder else path
            result = ignore.spec.check_file(relative + "/" if is_folder else relative)
            if result.include is None:
                continue
            if self.tracked is not None:
                return result.include and path not in self.tracked
            pattern = ignore.spec.patterns[result.index or 0].pattern
            outright = not is_folder and str(pattern).strip("/").endswith(path.rsplit("/", 1)[-1])
            return result.include and not outright
        return False

    def _ignore_file(self, folder: str) -> tuple[_Ignore, ...]:
        try:
            text = self.tree.read(f"{folder}/.gitignore" if folder else ".gitignore").decode("utf-8", "replace")
            return (_Ignore(folder, _compiled(text)),)
        except (UnreadableError, ValueError):
            return ()


@cache
def _compiled(text: str) -> GitIgnoreSpec:
    return GitIgnoreSpec.from_lines(text.splitlines())


def is_environment(tree: Tree, folder: str) -> bool:
    """A Python virtual environment, also one that is checked in without its configuration file."""
    names = tree.names(folder)
    if "pyvenv.cfg" in names:
        return True
    if "lib" in names and ("bin" in names or "include" in names):
        versions = [name for name in tree.names(f"{folder}/lib") if name.startswith("python3")]
        return any(tree.is_dir(f"{folder}/lib/{name}/site-packages") for name in versions)
    return "Lib" in names and tree.is_dir(f"{folder}/Lib/site-packages")
