"""Where files of the repository lie in a build context and in an image: the rules of COPY and .dockerignore."""

from __future__ import annotations

import posixpath
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from archlint.model.image import Copied
from archlint.tree import Tree, UnreadableError, join

if TYPE_CHECKING:  # most scans that remember need no pattern
    from pathspec import Pattern

MAX_FILES = 2_000
"""Copied files and folders that one stage may hold, and matches of one wildcard."""
MAX_PATH = 4_096
MAX_WALK = 20_000
"""Entries of the build context that are compared with .dockerignore."""
MAX_IGNORE_LINES = 500
_DEEPEST = 40


def relative(path: str, base: str) -> str | None:
    """`path` as seen from `base`, "" for the same; None outside. Both absolute, or both relative."""
    if path == base:
        return ""
    if path.startswith("/") != base.startswith("/"):
        return None
    prefix = base if base in ("", "/") else base + "/"
    return path[len(prefix) :] if path.startswith(prefix) else None


def resolve(folder: str, path: str) -> str | None:
    """A path in an image; None for one above Linux's limit or out of a working directory that is not known."""
    if len(folder) + len(path) > MAX_PATH:
        return None
    joined = posixpath.normpath(posixpath.join(folder, path))
    if joined == ".." or joined.startswith("../"):
        return None
    return "" if joined == "." else "/" + joined.lstrip("/") if joined.startswith("/") else joined


class Ignored:
    """The lines of a .dockerignore: anchored at the context, the last one that matches a path or a parent decides."""

    def __init__(self, tree: Tree, context: str, text: str) -> None:
        self.tree = tree
        self.context = context
        lines = [line for line in map(_ignore_line, text.splitlines()[:MAX_IGNORE_LINES]) if line is not None]
        self._patterns = [p for p in _patterns(lines) if p.include is not None]
        self._readmits = any(not p.include for p in self._patterns)
        self._left = MAX_WALK

    def excludes(self, source: str) -> bool:
        """`source` is relative to the scanned root, like all paths here."""
        path = relative(source, self.context)
        if not path or not self._patterns:
            return False
        names = path.split("/")
        heads = ["/".join(names[: n + 1]) for n in range(len(names))]
        verdict = False
        for pattern in self._patterns:
            if pattern.include == verdict:
                continue
            if any(pattern.match_file(head) is not None for head in heads):
                verdict = bool(pattern.include)
        return verdict

    def parts(self, folder: str) -> list[tuple[str, str]]:
        """(path below `folder`, source) of what is left of a folder; the folder itself when nothing is taken away."""
        if not self._patterns:
            return [("", folder)]
        whole, kept = self._walk(folder, 0)
        return [("", folder)] if whole else [(relative(path, folder) or "", path) for path in kept]

    def _walk(self, folder: str, depth: int) -> tuple[bool, list[str]]:
        excluded = self.excludes(folder)
        if excluded and not self._readmits:
            return False, []
        names = self.tree.names(folder)
        self._left -= len(names)
        if depth > _DEEPEST or self._left < 0:
            return not excluded, []
        whole, kept = not excluded, []
        for name in names:
            path = posixpath.join(folder, name)
            if self.tree.is_dir(path):
                complete, below = self._walk(path, depth + 1)
                kept += [path] if complete else below
                whole = whole and complete
            elif self.excludes(path):
                whole = False
            else:
                kept.append(path)
        return whole, kept


@dataclass(frozen=True, slots=True)
class Files:
    """The files of a build context (at "/") or of a stage, in the order in which they were copied."""

    tree: Tree
    entries: tuple[Copied, ...]
    ignored: Ignored | None = None

    def is_file(self, path: str) -> bool:
        return self.file(path) is not None

    def file(self, path: str) -> str | None:
        """The source of the file at `path`; the last copy counts."""
        for entry in reversed(self.entries):
            below = relative(path, entry.destination)
            if below is None:
                continue
            source = entry.source if below == "" else join(entry.source, below)
            if source is not None and self.tree.is_file(source):
                return None if self.ignored is not None and self.ignored.excludes(source) else source
        return None

    def is_dir(self, path: str) -> bool:
        for entry in self.entries:
            below = relative(path, entry.destination)
            source = join(entry.source, below) if below is not None else None
            if source is not None and self.tree.is_dir(source):
                return True
            if relative(entry.destination, path):
                return True
        return False

    def names(self, folder: str) -> set[str]:
        found: set[str] = set()
        for entry in self.entries:
            above = relative(entry.destination, folder)
            if above:
                found.add(above.partition("/")[0])
            below = relative(folder, entry.destination)
            source = join(entry.source, below) if below is not None else None
            if source is not None:
                found.update(self.tree.names(source))
        return found

    def below(self, path: str) -> list[tuple[str, str]]:
        """(path below `path`, source) of everything there, earlier copies first."""
        found: list[tuple[str, str]] = []
        for entry in self.entries:
            above = relative(entry.destination, path)
            if above is not None:
                found.append((above, entry.source))
                continue
            inside = relative(path, entry.destination)
            source = join(entry.source, inside) if inside is not None else None
            if source is not None and self.tree.is_dir(source):
                found.append(("", source))
        if self.ignored is None:
            return found
        return [(posixpath.join(at, rest), part) for at, source in found for rest, part in self.ignored.parts(source)]

    def match(self, pattern: str) -> list[str]:
        """The paths that a COPY source names: they start at the root, and wildcards work within one name."""
        paths = ["/"]
        if len(pattern) > MAX_PATH:
            return []
        for name in posixpath.normpath("/" + pattern).split("/"):
            if not name:
                continue
            if any(mark in name for mark in "*?["):
                wild = name.replace("[^", "[!")
                paths = [posixpath.join(p, n) for p in paths for n in sorted(self.names(p)) if fnmatchcase(n, wild)]
            else:
                paths = [posixpath.join(p, name) for p in paths]
            paths = paths[: MAX_FILES if len(self.entries) < 50 else 100]
        return [p for p in paths if self.is_file(p) or self.is_dir(p)]


def context_files(tree: Tree, context: str, dockerfile: str) -> Files:
    """The build context without what `<Dockerfile>.dockerignore`, or else `.dockerignore`, leaves out."""
    for path in (dockerfile + ".dockerignore", posixpath.join(context, ".dockerignore")):
        if tree.is_file(path):
            try:
                text = tree.read(path, 100_000).decode("utf-8-sig", "replace")
            except UnreadableError:
                continue
            return Files(tree, (Copied(context, "/", 0),), Ignored(tree, context, text))
    return Files(tree, (Copied(context, "/", 0),), Ignored(tree, context, ""))


def copied(
    files: Files, sources: list[str], destination: str, is_folder: bool, parents: bool, line: int
) -> list[Copied]:
    """What COPY puts where. `destination` is resolved; `is_folder` says that it ends in `/` or is there already."""
    found: list[Copied] = []
    into = is_folder or len(sources) > 1
    for path in sources:
        source = files.file(path)
        name = path.lstrip("/") if parents else posixpath.basename(path)
        if source is not None:
            found.append(Copied(source, posixpath.join(destination, name) if into or parents else destination, line))
            continue
        target = posixpath.join(destination, name) if parents else destination
        found += [Copied(s, posixpath.join(target, at) if at else target, line) for at, s in files.below(path)]
        if len(found) > MAX_FILES:
            break
    return found


def _ignore_line(line: str) -> str | None:
    """A line in the words of .gitignore. Patterns with many wildcards are dropped: matching them may take for ever."""
    text = line.strip()
    if not text or line.startswith("#") or len(text) > 300:
        return None
    negated = text.startswith("!")
    path = posixpath.normpath("/" + text.removeprefix("!").strip()).lstrip("/")
    if path in ("", ".") or any(name.count("*") > 3 for name in path.split("/")) or path.count("**") > 4:
        return None
    return f"{'!' if negated else ''}/{path}"


def _patterns(lines: list[str]) -> list[Pattern]:
    from pathspec import PathSpec

    found: list[Pattern] = []
    for line in lines:
        try:
            found += PathSpec.from_lines("gitignore", [line]).patterns
        except ValueError:
            continue
    return found
