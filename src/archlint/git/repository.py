"""One repository, opened to compare its working tree with a commit."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from archlint.git.commit_tree import CommitTree
from archlint.git.errors import GitError
from archlint.git.history import History, is_name
from archlint.git.location import Location, locate
from archlint.git.objects import Objects
from archlint.git.revisions import Revisions
from archlint.tree import DiskTree, UnreadableError

_MAX_SHALLOW = 10_000_000


@dataclass(frozen=True, slots=True)
class Base:
    """The commit in which a branch left another, and its files below the folder asked for."""

    commit: str
    tree: CommitTree


@contextmanager
def base_of(folder: Path, revision: str) -> Iterator[Base]:
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
        yield Base(commit, tree)
    finally:
        objects.close()


def lost(base: Base) -> None:
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
