"""Finds what a scan starts from: the files of the user's own that may be templates, and the names of Python files.

Code is read only when a function leads to it.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import NamedTuple

from archlint.cache.recording_tree import RecordingTree
from archlint.model.place import Place, Problem
from archlint.syntax.gitignore import Patterns, compile_patterns, compile_text
from archlint.tree import Tree, UnreadableError

MAX_BYTES = 200_000_000
MAX_PATH = 4_096
_FIXED = 62
_EXTENDED = 0x4000
_NAME_LENGTH = 0xFFF


def tracked_paths(tree: Tree) -> frozenset[str] | None:
    """Tracked files and the folders that hold them; None where there is no index that can be read whole."""
    try:
        paths = _parse(tree.read(".git/index", MAX_BYTES))
    except (UnreadableError, ValueError, IndexError):
        return None
    found = set(paths)
    left = MAX_BYTES
    for path in paths:
        while "/" in path:
            path = path.rsplit("/", 1)[0]
            if path in found:
                break
            found.add(path)
            left -= len(path)
        if left < 0:
            return None
    return frozenset(found)


def _parse(data: bytes) -> list[str]:
    """Raises ValueError or IndexError for an index that is damaged, split in two files, or of a SHA-256 repository."""
    if data[:4] != b"DIRC":
        raise ValueError("no index")
    version, count = int.from_bytes(data[4:8], "big"), int.from_bytes(data[8:12], "big")
    if version not in (2, 3, 4):
        raise ValueError("an unknown version")
    paths: list[str] = []
    at, name, left = 12, b"", MAX_BYTES
    for _ in range(count):
        start = at
        at += _FIXED
        flags = int.from_bytes(data[at - 2 : at], "big")
        if flags & _EXTENDED:
            at += 2
        strip = 0
        if version == 4:
            strip, at = _offset(data, at)
        end = data.index(b"\0", at)
        name = name[: max(0, len(name) - strip)] + data[at:end] if version == 4 else data[at:end]
        at = end + 1 if version == 4 else start + (end - start + 8) // 8 * 8
        left -= len(name)
        if min(len(name), _NAME_LENGTH) != flags & _NAME_LENGTH or len(name) > MAX_PATH or left < 0:
            raise ValueError("a damaged entry")
        paths.append(name.decode("utf-8", "surrogateescape").rstrip("/"))
    if data[at : at + 4] == b"link":
        raise ValueError("a split index")
    return paths


def _offset(data: bytes, at: int) -> tuple[int, int]:
    """Git's variable-width number at `at`, and where it ends."""
    byte = data[at]
    value = byte & 0x7F
    while byte & 0x80:
        at += 1
        byte = data[at]
        value = ((value + 1) << 7) | (byte & 0x7F)
    return value, at + 1


class PythonFileIndex:
    """The paths of the files with a file name; what is asked of it is noted."""

    NOTE = "p"

    def __init__(self, tree: Tree, paths: Sequence[str] = ()) -> None:
        self.paths = paths
        self._watched = tree if isinstance(tree, RecordingTree) else None
        self._by_name: dict[str, list[str]] | None = None

    def __call__(self, name: str) -> Sequence[str]:
        if self._by_name is None:
            self._by_name = defaultdict(list)
            for path in self.paths:
                self._by_name[path.rpartition("/")[2]].append(path)
        found = self._by_name.get(name, [])
        if self._watched is not None:
            self._watched.note(f"{self.NOTE}{name}", "\n".join(found))
        return found

    def answer(self, name: str) -> str:
        """What the note about a file name says."""
        return "\n".join(path for path in self.paths if path.rpartition("/")[2] == name)


VENDORED = frozenset(
    "node_modules bower_components jspm_packages site-packages dist-packages __pycache__ __pypackages__ .git .hg .svn"
    " .tox .nox .mypy_cache .pytest_cache .ruff_cache .eggs .terraform .serverless .aws-sam .chalice"
    " .ipynb_checkpoints .idea .vscode".split()
)
"""Folders that a tool fills, by name."""

VERSION_CONTROL = frozenset({".git", ".hg", ".svn"})
"""Folders that nobody misses in a scan."""

TEMPLATE_SUFFIXES = (".yaml", ".yml", ".json", ".template")
SUFFIXES = (*TEMPLATE_SUFFIXES, ".py")

MAX_FILES = 500_000
MAX_SHOWN = 100
"""Links that a report names."""

MAX_LEVELS = 60
"""Folders in folders; what lies deeper is left out."""


@dataclass(frozen=True, slots=True)
class Inventory:
    """Paths relative to the root, sorted; `left_out` counts what was passed over, by reason."""

    candidates: tuple[str, ...] = ()
    """Files that may be templates."""
    python: tuple[str, ...] = ()
    left_out: Counter[str] = field(default_factory=Counter)
    refused: tuple[Problem, ...] = ()
    """Folders that could not be listed."""
    outside: tuple[str, ...] = ()
    """Links that lead out of the root or nowhere, as far as they are shown."""


def collect(tree: Tree, exclude: Sequence[str] = (), names: Collection[str] = ()) -> Inventory:
    """Walks the tree once. `exclude` holds patterns in .gitignore's syntax, relative to the root; files with one of the
    `names` are candidates whatever their suffix."""
    walk = _Walk(tree, compile_patterns(exclude), names)
    files = sorted(walk.files())
    return Inventory(
        tuple(path for path in files if not path.endswith(".py")),
        tuple(path for path in files if path.endswith(".py")),
        +walk.left_out,
        tuple(walk.refused),
        tuple(sorted(walk.outside)[:MAX_SHOWN]),
    )


class Tracked:
    """What git tracks. Only single answers are noted: the index changes with every `git add`."""

    NOTE = "t"

    def __init__(self, tree: Tree) -> None:
        self._watched = tree if isinstance(tree, RecordingTree) else None
        self._tree = tree.tree if isinstance(tree, RecordingTree) else tree

    @cached_property
    def _paths(self) -> frozenset[str] | None:
        return tracked_paths(self._tree)

    @property
    def is_known(self) -> bool:
        """Whether there is an index."""
        return self._noted("", self._paths is not None)

    def __contains__(self, path: str) -> bool:
        return self._noted(path, self._paths is not None and path in self._paths)

    def answer(self, path: str) -> str:
        """What the note about a path says; the one about "" is about the index itself."""
        known = self._paths is not None and (not path or path in self._paths)
        return "tracked" if known else ""

    def _noted(self, path: str, answer: bool) -> bool:
        if self._watched is not None:
            self._watched.note(f"{self.NOTE}{path}", self.answer(path))
        return answer


class _Ignore(NamedTuple):
    """One .gitignore and the folder that it stands in, with a slash at its end."""

    folder: str
    patterns: Patterns


class _Walk:
    def __init__(self, tree: Tree, exclude: Patterns, names: Collection[str]) -> None:
        self.wanted = names
        self.tree = tree
        self.exclude = exclude
        self.tracked = Tracked(tree)
        self.left_out: Counter[str] = Counter()
        self.refused: list[Problem] = []
        self.outside: list[str] = []

    def files(self) -> Iterator[str]:
        pending: list[tuple[str, tuple[_Ignore, ...]]] = [("", ())]
        count = 0
        while pending:
            folder, ignores = pending.pop()
            names = self.tree.names(folder)
            refusal = self.tree.refusal(folder) if not names else ""
            if refusal:
                self.refused.append(Problem(Place(folder), f"the folder cannot be listed: {refusal}"))
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
                    self.left_out[reason] += name not in VERSION_CONTROL
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
            return name in self.wanted or name.lower().endswith(SUFFIXES)
        return self.tree.is_link(path)

    def _passed_over(
        self, path: str, name: str, is_folder: bool, ignores: tuple[_Ignore, ...], installed: frozenset[str]
    ) -> str | None:
        """Why a path is not read, or None."""
        if self.tree.is_link(path):
            if not is_folder and not self.tree.is_file(path):
                self.outside.append(path)
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
        for ignore in reversed(ignores):
            relative = path.removeprefix(ignore.folder)
            verdict = ignore.patterns.check(relative + "/" if is_folder else relative)
            if verdict is None:
                continue
            if not verdict.ignored or path in self.tracked:
                return False
            name = path.rsplit("/", 1)[-1]
            outright = not is_folder and verdict.pattern.strip("/").endswith(name)
            return not outright or self.tracked.is_known
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
