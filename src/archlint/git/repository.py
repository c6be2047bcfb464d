"""One repository, opened to compare its working tree with a commit."""

from __future__ import annotations

import io
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from dulwich.refs import Ref, check_ref_format, read_packed_refs_with_peeled

from archlint.git.commit_tree import CommitTree, History, is_name
from archlint.git.objects import GitError, Objects
from archlint.tree import DiskTree, UnreadableError

_LINK_BYTES = 8_192
_MARK = "gitdir:"


@dataclass(frozen=True, slots=True)
class Location:
    """Absolute paths. `own` holds HEAD, `common` objects and branches; they differ in a linked worktree. `prefix` is
    the folder asked for, relative to the root of the working tree, "" for the root itself."""

    root: Path
    own: Path
    common: Path
    prefix: str


def locate(folder: Path) -> Location:
    """The repository that holds `folder`, as git finds it: the nearest `.git` upwards. Raises GitError."""
    start = Path(os.path.realpath(folder))
    for root in (start, *start.parents):
        found = _git_folders(root)
        if found is not None:
            prefix = start.relative_to(root).as_posix()
            return Location(root, *found, "" if prefix == "." else prefix)
    raise GitError(f"{str(folder)!a} lies in no git repository")


def _git_folders(root: Path) -> tuple[Path, Path] | None:
    """(own, common), or None where there is no repository."""
    entry = root / ".git"
    if entry.is_symlink():
        raise GitError(f"{str(entry)!a} is a link; archlint follows no link to a repository")
    if entry.is_file():
        return _linked(root, entry)
    if not _is_repository(entry):
        return None
    if (entry / "commondir").exists():
        raise GitError(f"{str(entry)!a} takes its objects from elsewhere (commondir), which only a worktree may do")
    return entry, entry


def _is_repository(folder: Path) -> bool:
    return (folder / "HEAD").is_file() and (folder / "objects").is_dir() and (folder / "refs").is_dir()


def _linked(root: Path, entry: Path) -> tuple[Path, Path]:
    """Of a `.git` file, as `git worktree add` and submodules have it; it may name that kind of place only."""
    text = _line(root, ".git")
    if not text.startswith(_MARK):
        raise GitError(f"{str(entry)!a} is no repository, and no file that names one")
    own = Path(os.path.realpath(root / text.removeprefix(_MARK).strip()))
    if _is_worktree(entry, own):
        return own, own.parent.parent
    if _is_repository(own) and not (own / "commondir").exists() and _is_submodule(root, own):
        return own, own
    raise GitError(
        f"{str(entry)!a} points to {str(own)!a}, which is neither a worktree that points back nor a submodule of the "
        "repository around it; archlint does not read it"
    )


def _is_worktree(entry: Path, own: Path) -> bool:
    common = own.parent.parent
    if own.parent.name != "worktrees" or common.name != ".git" or not _is_repository(common):
        return False
    back, base = _line(own, "gitdir"), _line(own, "commondir")
    return os.path.realpath(own / back) == str(entry) and os.path.realpath(own / base) == str(common)


def _is_submodule(root: Path, own: Path) -> bool:
    """Whether it lies in the `modules` of the repository around `root`."""
    for outer in root.parents:
        found = outer / ".git"
        if found.is_file() or found.is_dir():
            git = _git_folders(outer)
            if git is not None:
                return any(own.is_relative_to(folder / "modules") for folder in git)
    return False


def _line(folder: Path, name: str) -> str:
    """The text of a one-line file; "" where it cannot be read."""
    try:
        return os.fsdecode(DiskTree(folder).read(name, _LINK_BYTES)).strip()
    except (UnreadableError, ValueError):
        return ""


_REF_BYTES = 4_096
_MAX_PACKED = 50_000_000
_MAX_HOPS = 5
_MAX_STEPS = 100_000
_SUFFIX = re.compile(r"\^\{(?:commit)?\}|[~^][0-9]{0,6}")
_SHORT = re.compile(r"[0-9a-f]{4,39}")
_TIPS = ("HEAD", "FETCH_HEAD", "ORIG_HEAD", "MERGE_HEAD")
_WHERE = ("refs/", "refs/tags/", "refs/heads/", "refs/remotes/")


class Revisions:
    """The names in one repository."""

    def __init__(self, location: Location, history: History) -> None:
        self._own = DiskTree(location.own)
        self._common = DiskTree(location.common)
        self._history = history
        self._packed: dict[str, str] | None = None

    def commit(self, text: str) -> str:
        """The commit's name; raises GitError for what is no commit of this repository."""
        base, steps = _parts(text)
        try:
            name = self._history.peeled(self._object(base))
            for step in steps:
                name = self._step(name, step)
        except GitError as error:
            raise GitError(f"{text!a}: {error}") from error
        return name

    def _step(self, name: str, step: str) -> str:
        if step.startswith("^{"):
            return name
        number = int(step[1:] or 1)
        if step[0] == "^":
            return name if number == 0 else self._parent(name, number)
        for _ in range(min(number, _MAX_STEPS)):
            name = self._parent(name, 1)
        return name

    def _parent(self, name: str, number: int) -> str:
        parents = self._history.commit(name).parents
        if number > len(parents):
            why = "; the clone is shallow" if name in self._history.shallow else ""
            raise GitError(f"commit {name[:10]} has no parent number {number}{why}")
        return parents[number - 1]

    def _object(self, text: str) -> str:
        if is_name(text):
            return text
        found = self._named(text)
        if found is not None:
            return found
        if _SHORT.fullmatch(text):
            names = self._history.objects.starting(text)
            if len(names) == 1:
                return next(iter(names))
            if names:
                raise GitError(f"{len(names)} objects start so; give more of the name")
        advice = "; a shallow clone lacks most (fetch-depth: 0 fetches all)" if self._history.shallow else ""
        raise GitError(f"no such branch, tag or commit here{advice}; `git fetch` may bring it")

    def _named(self, text: str) -> str | None:
        """As git does: the name itself, then as a tag, a branch, a branch of a remote."""
        if text == "@":
            text = "HEAD"
        if text in _TIPS:
            return self._ref(text)
        if not check_ref_format(Ref(b"refs/heads/" + text.encode("utf-8", "surrogateescape"))):
            return None
        names = [text] if text.startswith("refs/") else []
        names += [where + text for where in _WHERE]
        for name in (*names, f"refs/remotes/{text}/HEAD"):
            found = self._ref(name)
            if found is not None:
                return found
        return None

    def _ref(self, name: str) -> str | None:
        """Through symbolic references."""
        for _ in range(_MAX_HOPS):
            text = self._text(name)
            if text is None:
                return self._packed_refs().get(name)
            if not text.startswith("ref:"):
                found = text[:40]
                if len(text.split()[0]) == 64:
                    raise GitError("the repository uses SHA-256, which archlint does not read")
                return found if is_name(found) else None
            name = text.removeprefix("ref:").strip()
            if name == "refs/heads/.invalid":
                raise GitError("the repository keeps its references as reftable, which archlint does not read")
            if not check_ref_format(Ref(name.encode("utf-8", "surrogateescape"))):
                return None
        return None

    def _text(self, name: str) -> str | None:
        """The file of a reference; None where there is none that says anything."""
        tree = self._own if name in _TIPS else self._common
        try:
            return tree.read(name, _REF_BYTES if name != "FETCH_HEAD" else _MAX_PACKED).decode("utf-8").strip() or None
        except (UnreadableError, ValueError):
            return None

    def _packed_refs(self) -> dict[str, str]:
        if self._packed is None:
            try:
                data = self._common.read("packed-refs", _MAX_PACKED)
                rows = list(read_packed_refs_with_peeled(io.BytesIO(data)))
            except UnreadableError:
                rows = []
            except Exception as error:
                raise GitError(f".git/packed-refs is damaged ({type(error).__name__})") from error
            self._packed = {ref.decode("utf-8", "surrogateescape"): name.decode("ascii") for name, ref, _ in rows}
        return self._packed


def _parts(text: str) -> tuple[str, list[str]]:
    """`main~2^2` as ("main", ["~2", "^2"])."""
    match = re.fullmatch(rf"([^~^:@\s]+(?:@(?!\{{)[^~^:@\s]+)*|@)((?:{_SUFFIX.pattern})*)", text)
    if match is None or ".." in text:
        raise GitError(
            f"{text!a} is no commit that archlint understands; give a branch, a tag, a commit, or one of them with "
            "~2 or ^2 behind it"
        )
    return match[1], _SUFFIX.findall(match[2])


_MAX_SHALLOW = 10_000_000


@dataclass(frozen=True, slots=True)
class DiffBase:
    """The commit in which a branch left another, and its files below the folder asked for."""

    commit: str
    tree: CommitTree


@contextmanager
def base_of(folder: Path, revision: str) -> Iterator[DiffBase]:
    """Where HEAD left `revision`, as `git diff REV...` does; its tree lives inside the `with`. Raises GitError."""
    location = locate(folder)
    objects = Objects(location.common / "objects")
    try:
        history = History(objects, _shallow(location))
        revisions = Revisions(location, history)
        theirs, ours = revisions.commit(revision), revisions.commit("HEAD")
        commit = history.merge_base(ours, theirs)
        if commit is None:
            raise GitError(_no_base(revision, history))
        root = history.commit(commit).tree
        tree = CommitTree(objects, _below(objects, root, location.prefix), indexed=_has_index(location))
        yield DiffBase(commit, tree)
    finally:
        objects.close()


def lost(base: DiffBase) -> None:
    """Raises GitError where something was not there that a scan of the base has asked for."""
    for path, reason in sorted(base.tree.lost.items()):
        where = path or "the folder"
        raise GitError(
            f"commit {base.commit[:10]} cannot be read whole: {where!a}: {reason}; a clone with a filter has no old "
            "files, and `git fetch --refetch --no-filter` brings them"
        )


def _no_base(revision: str, history: History) -> str:
    if history.shallow:
        return (
            f"HEAD and {revision!a} have no common commit in this shallow clone: fetch the whole history "
            "(fetch-depth: 0 of actions/checkout, GIT_DEPTH: 0 of GitLab, or `git fetch --unshallow`)"
        )
    return f"HEAD and {revision!a} have no commit in common"


def _below(objects: Objects, root: str, prefix: str) -> str | None:
    """The folder `prefix` of a commit; None where the commit has none."""
    if not prefix:
        return root
    return CommitTree(objects, root).folder(prefix)


def _has_index(location: Location) -> bool:
    """Whether the scanned folder has a `.git` folder, and so an index."""
    return not location.prefix and location.own == location.root / ".git"


def _shallow(location: Location) -> frozenset[str]:
    try:
        text = DiskTree(location.common).read("shallow", _MAX_SHALLOW).decode("ascii", "replace")
    except UnreadableError:
        return frozenset()
    return frozenset(line for line in text.split() if is_name(line))
