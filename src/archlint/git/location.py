"""Where a folder's git repository keeps its data. Nothing of the environment counts, GIT_DIR neither."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from archlint.git.objects import GitError
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
