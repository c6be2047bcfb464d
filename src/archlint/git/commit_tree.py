"""The files of one commit, as a tree that rules cannot tell from a checkout."""

from __future__ import annotations

import posixpath
import re
import stat
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from heapq import heappop, heappush

from dulwich.objects import parse_tree

from archlint.git.objects import BLOB, COMMIT, TAG, TREE, GitError, Objects, ObjectTooLargeError
from archlint.tree import MAX_FILE_BYTES, UnreadableError, parent

MAX_COMMITS = 500_000
_MAX_BYTES = 5_000_000
_MAX_TAGS = 20
_DIGITS = frozenset("0123456789abcdef")
_OURS, _THEIRS, _STALE = 1, 2, 4


@dataclass(frozen=True, slots=True)
class Commit:
    """`time` is the committer's, in seconds since 1970."""

    tree: str
    parents: tuple[str, ...]
    time: int


class History:
    """`shallow` are the commits whose parents were not fetched."""

    def __init__(self, objects: Objects, shallow: frozenset[str] = frozenset()) -> None:
        self.objects = objects
        self.shallow = shallow
        self._commits: dict[str, Commit] = {}

    def commit(self, name: str) -> Commit:
        """Raises GitError for what is no commit."""
        if name not in self._commits:
            if len(self._commits) >= MAX_COMMITS:
                raise GitError(f"its history has more than {MAX_COMMITS:,} commits")
            kind, content = self.objects.read(name, _MAX_BYTES)
            if kind != COMMIT:
                raise GitError(f"object {name} is no commit")
            found = _parse(name, content)
            self._commits[name] = Commit(found.tree, (), found.time) if name in self.shallow else found
        return self._commits[name]

    def peeled(self, name: str) -> str:
        """The commit that a tag, or a tag of a tag, stands for."""
        for _ in range(_MAX_TAGS):
            kind, content = self.objects.read(name, _MAX_BYTES)
            if kind == COMMIT:
                return name
            if kind != TAG:
                raise GitError(f"object {name} is a {kind}, not a commit")
            name = _field(name, content, "object")
        raise GitError(f"object {name} is a tag of a tag of a tag …")

    def merge_base(self, ours: str, theirs: str) -> str | None:
        """The best common ancestor, as `git merge-base` finds it; None where there is none."""
        if ours == theirs:
            return ours
        flags = {ours: _OURS, theirs: _THEIRS}
        queue: list[tuple[int, str]] = []
        for name in (ours, theirs):
            heappush(queue, (-self.commit(name).time, name))
        found: dict[str, None] = {}
        while any(not flags[name] & _STALE for _, name in queue):
            _, name = heappop(queue)
            state = flags[name]
            if state & (_OURS | _THEIRS) == _OURS | _THEIRS:
                if not state & _STALE:
                    found[name] = None
                state |= _STALE
            for earlier in self.commit(name).parents:
                known = flags.get(earlier, 0)
                if known & state != state:
                    flags[earlier] = known | state
                    heappush(queue, (-self.commit(earlier).time, earlier))
        best = [name for name in found if not flags[name] & _STALE]
        return best[0] if best else None


def _parse(name: str, content: bytes) -> Commit:
    tree = _field(name, content, "tree")
    head = content.partition(b"\n\n")[0].split(b"\n")
    parents = [line[7:].decode("ascii", "replace") for line in head if line.startswith(b"parent ")]
    committer = next((line for line in head if line.startswith(b"committer ")), b"")
    words = committer.rsplit(b" ", 2)
    if not all(is_name(parent) for parent in parents):
        raise GitError(f"object {name} is a damaged commit")
    time = int(words[1]) if len(words) == 3 and words[1].isdigit() and len(words[1]) < 15 else 0
    return Commit(tree, tuple(parents), time)


def _field(name: str, content: bytes, key: str) -> str:
    """The name on the first line of a commit or tag."""
    word, _, value = content.partition(b"\n")[0].decode("ascii", "replace").partition(" ")
    if word != key or not is_name(value):
        raise GitError(f"object {name} is damaged")
    return value


def is_name(text: str) -> bool:
    """Whether it is the whole name of an object."""
    return len(text) == 40 and _DIGITS.issuperset(text)


MAX_FOLDERS = 200_000
MAX_ENTRIES = 2_000_000
MAX_LEVELS = 200
_MAX_TREE_BYTES = 50_000_000
_MAX_LINKS = 40
_LINK_BYTES = 4_096
_POINTER = re.compile(rb"version https://git-lfs\.github\.com/spec/v1\n(?:[^\n]*\n)*?size ([0-9]{1,15})\n")
_POINTER_BYTES = 1_024
_INDEX = ".git/index"


@dataclass(frozen=True, slots=True)
class _Entry:
    """`kind` is "file", "folder", "link" or "" for a submodule, whose files are in another repository."""

    kind: str
    name: str


class CommitTree:
    """A commit, or a folder of it. Links are followed only to places inside. `lost` collects what the repository should
    hold and does not: a scan of such a tree would miss things.

    With `indexed` it has the `.git/index` that a checkout has, so that tracked files are told from ignored ones."""

    def __init__(self, objects: Objects, root: str | None, *, indexed: bool = False) -> None:
        self._objects = objects
        self._root = root
        self._folders: dict[str, Mapping[str, _Entry]] = {}
        self._trees: dict[str, Mapping[str, _Entry]] = {}
        """By the names of their objects; a folder may stand in many places."""
        self._entries = 0
        self._index: bytes | None = None
        self._indexed = indexed
        self.lost: dict[str, str] = {}

    def folder(self, path: str) -> str | None:
        """The name of the object that is the folder at `path`, without a look through links."""
        entry = self._folder_at(path) if self._root is not None else _Entry("", "")
        return entry.name if entry.kind == "folder" else None

    def is_file(self, path: str) -> bool:
        return self._find(path)[1].kind == "file" or self._is_index(path)

    def is_dir(self, path: str) -> bool:
        return self._find(path)[1].kind == "folder"

    def is_link(self, path: str) -> bool:
        folder, entry = self._find(parent(path))
        return entry.kind == "folder" and self._entry(folder, posixpath.basename(path)).kind == "link"

    def names(self, folder: str) -> tuple[str, ...]:
        found, entry = self._find(folder)
        return tuple(sorted(self._list(found, entry.name))) if entry.kind == "folder" else ()

    def listing(self, folder: str) -> str:
        found, entry = self._find(folder)
        rows = self._list(found, entry.name) if entry.kind == "folder" else {}
        return "/".join(f"{name}/{rows[name].kind}" for name in sorted(rows))

    def stamp(self, path: str) -> str:
        """The name of the object, which is a hash of its content."""
        _, entry = self._find(path)
        return entry.name if entry.kind == "file" else ""

    def refusal(self, folder: str) -> str:
        return self.lost.get(folder, "")

    def size(self, path: str) -> int:
        """That of a file kept with Git LFS is the size of the file, not of its pointer."""
        if self._is_index(path):
            return len(self._whole_index())
        _, entry = self._find(path)
        if entry.kind != "file":
            return 0
        try:
            size = self._objects.size(entry.name)
            if size <= _POINTER_BYTES:
                pointer = _POINTER.match(self._objects.read(entry.name, _POINTER_BYTES)[1])
                return int(pointer[1]) if pointer else size
        except GitError as error:
            self.lost[path] = str(error)
            return 0
        return size

    def read(self, path: str, limit: int = MAX_FILE_BYTES) -> bytes:
        if self._is_index(path):
            return self._whole_index()
        _, entry = self._find(path)
        if entry.kind != "file":
            raise UnreadableError("it is not a regular file below the scanned folder")
        try:
            return self._blob(entry.name, limit)
        except ObjectTooLargeError as error:
            raise UnreadableError(str(error)) from error
        except GitError as error:
            self.lost[path] = str(error)
            raise UnreadableError(str(error)) from error

    def _blob(self, name: str, limit: int) -> bytes:
        kind, content = self._objects.read(name, limit)
        if kind != BLOB:
            raise GitError(f"object {name} is no file")
        return content

    def _find(self, path: str) -> tuple[str, _Entry]:
        """Where a path leads through links, and what is there."""
        if self._root is None:
            return path, _Entry("", "")
        here, entry = "", _Entry("folder", self._root)
        left = [name for name in path.split("/") if name] if path else []
        hops = 0
        while left:
            name = left.pop(0)
            if name == ".":
                continue
            if name == "..":
                if not here:
                    return path, _Entry("", "")
                here = parent(here)
                entry = self._folder_at(here)
                continue
            if entry.kind != "folder":
                return path, _Entry("", "")
            found = self._list(here, entry.name).get(name, _Entry("", ""))
            if found.kind == "link":
                hops += 1
                target = self._target(found.name)
                if hops > _MAX_LINKS or target is None:
                    return path, _Entry("", "")
                left = [*(part for part in target.split("/") if part), *left]
                continue
            here, entry = f"{here}/{name}" if here else name, found
        return here, entry

    def _folder_at(self, path: str) -> _Entry:
        """Of a path without links."""
        if not path:
            return _Entry("folder", self._root or "")
        return self._entry(parent(path), posixpath.basename(path))

    def _entry(self, folder: str, name: str) -> _Entry:
        above = self._folder_at(folder)
        return self._list(folder, above.name).get(name, _Entry("", "")) if above.kind == "folder" else _Entry("", "")

    def _target(self, name: str) -> str | None:
        try:
            target = self._blob(name, _LINK_BYTES).decode("utf-8", "surrogateescape")
        except GitError:
            return None
        return None if target.startswith("/") or "\0" in target else target

    def _list(self, path: str, name: str) -> Mapping[str, _Entry]:
        if path not in self._folders:
            if len(self._folders) >= MAX_FOLDERS or self._entries > MAX_ENTRIES or path.count("/") > MAX_LEVELS:
                self.lost[path] = "the commit has more files and folders than archlint reads"
                return {}
            try:
                if name not in self._trees:
                    self._trees[name] = dict(self._parsed(name))
            except GitError as error:
                self.lost[path] = str(error)
                self._trees[name] = {}
            self._entries += len(self._trees[name])
            self._folders[path] = self._trees[name]
        return self._folders[path]

    def _parsed(self, name: str) -> Iterator[tuple[str, _Entry]]:
        kind, content = self._objects.read(name, _MAX_TREE_BYTES)
        if kind != TREE:
            raise GitError(f"object {name} is no folder")
        try:
            rows = list(parse_tree(content, 20))
        except Exception as error:
            raise GitError(f"object {name} is a damaged folder ({type(error).__name__})") from error
        for raw, mode, target in rows:
            text = raw.decode("utf-8", "surrogateescape")
            if text in ("", ".", "..", ".git") or "/" in text or "\0" in text:
                continue
            yield text, _Entry(_kind(mode), target.decode("ascii"))

    def _is_index(self, path: str) -> bool:
        return self._indexed and path == _INDEX

    def _whole_index(self) -> bytes:
        """With the paths alone; see syntax/git_index.py for what is read of it."""
        if self._index is None:
            paths = sorted(self._all_paths())
            rows = []
            for path in paths:
                name = path.encode("utf-8", "surrogateescape")
                row = bytes(60) + min(len(name), 0xFFF).to_bytes(2, "big") + name
                rows.append(row + bytes(8 - len(row) % 8))
            self._index = b"DIRC" + (2).to_bytes(4, "big") + len(rows).to_bytes(4, "big") + b"".join(rows)
        return self._index

    def _all_paths(self) -> Iterator[str]:
        pending = [("", self._root or "")]
        while pending:
            folder, name = pending.pop()
            for child, entry in self._list(folder, name).items():
                path = f"{folder}/{child}" if folder else child
                if entry.kind == "folder":
                    pending.append((path, entry.name))
                else:
                    yield path


def _kind(mode: int) -> str:
    if stat.S_ISDIR(mode):
        return "folder"
    return "link" if stat.S_ISLNK(mode) else "file" if stat.S_ISREG(mode) else ""
