"""Which repository a folder belongs to, and which links to one are followed."""

from __future__ import annotations

from pathlib import Path

import pytest

from archlint.git.objects import GitError, Objects
from archlint.git.repository import base_of, locate
from repositories import commit, git, repository, write


def test_a_folder_of_a_repository(tmp_path: Path) -> None:
    folder = repository(tmp_path / "repo")
    (folder / "src" / "deep").mkdir()
    assert locate(folder).prefix == ""
    assert locate(folder / "src" / "deep").prefix == "src/deep"
    assert locate(folder / "src").root == folder
    with base_of(folder / "src", "main") as base:
        assert base.tree.names("") == ("app.py",)
    with base_of(folder / "src" / "deep", "main") as base:
        assert base.tree.names("") == ()
        assert not base.tree.is_dir("")


def test_no_repository(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    with pytest.raises(GitError, match="lies in no git repository"):
        locate(tmp_path)


def test_a_worktree(tmp_path: Path) -> None:
    folder = repository(tmp_path / "repo")
    git(folder, "worktree", "add", "--quiet", "-b", "other", str(tmp_path / "other"))
    mine = commit(tmp_path / "other", "here")
    found = locate(tmp_path / "other" / "src")
    assert (found.root, found.common, found.prefix) == (tmp_path / "other", folder / ".git", "src")
    with base_of(tmp_path / "other", "main") as base:
        assert base.commit == git(folder, "rev-parse", "main")
    with base_of(tmp_path / "other", "HEAD") as base:
        assert base.commit == mine


def test_a_submodule(tmp_path: Path) -> None:
    inner = repository(tmp_path / "inner")
    outer = repository(tmp_path / "outer")
    git(outer, "-c", "protocol.file.allow=always", "submodule", "--quiet", "add", str(inner), "libs/inner")
    commit(outer)
    assert locate(outer / "libs" / "inner").common == outer / ".git" / "modules" / "libs" / "inner"
    with base_of(outer / "libs" / "inner", "main") as base:
        assert base.tree.is_file("template.yaml")
    with base_of(outer, "main") as base:
        assert base.tree.names("libs") == ("inner",)
        assert not base.tree.is_dir("libs/inner")
        assert base.tree.names("libs/inner") == ()


@pytest.mark.parametrize("target", ["../victim/.git", "../victim/.git/modules/x", "../nothing", "/dev/null", ""])
def test_a_link_to_somebody_elses_repository(tmp_path: Path, target: str) -> None:
    repository(tmp_path / "victim")
    (tmp_path / "evil").mkdir()
    (tmp_path / "evil" / ".git").write_text(f"gitdir: {target}\n")
    with pytest.raises(GitError, match="neither a worktree that points back nor a submodule"):
        locate(tmp_path / "evil")


def test_a_worktree_of_somebody_else(tmp_path: Path) -> None:
    victim = repository(tmp_path / "victim")
    git(victim, "worktree", "add", "--quiet", "-b", "other", str(tmp_path / "other"))
    (tmp_path / "evil").mkdir()
    (tmp_path / "evil" / ".git").write_text(f"gitdir: {victim}/.git/worktrees/other\n")
    with pytest.raises(GitError, match="points back"):
        locate(tmp_path / "evil")


def test_other_ways_out(tmp_path: Path) -> None:
    victim = repository(tmp_path / "victim")
    evil = repository(tmp_path / "evil")
    (evil / ".git" / "commondir").write_text(f"{victim}/.git\n")
    with pytest.raises(GitError, match="commondir"):
        locate(evil)
    linked = tmp_path / "linked"
    linked.mkdir()
    (linked / ".git").symlink_to(victim / ".git")
    with pytest.raises(GitError, match="is a link"):
        locate(linked)
    (tmp_path / "odd").mkdir()
    write(tmp_path / "odd", {".git": "hello\n"})
    with pytest.raises(GitError, match="no repository"):
        locate(tmp_path / "odd")


def test_borrowed_objects_are_refused(tmp_path: Path) -> None:
    victim = repository(tmp_path / "victim")
    git(tmp_path, "clone", "--quiet", "--shared", str(victim), "shared")
    with pytest.raises(GitError, match="borrows objects"), base_of(tmp_path / "shared", "main"):
        pass


def test_object_folders_that_lead_out_hold_nothing(tmp_path: Path) -> None:
    victim = repository(tmp_path / "victim")
    name = git(victim, "rev-parse", "HEAD")
    evil = repository(tmp_path / "evil", {"a": "b"})
    target = evil / ".git" / "objects" / name[:2]
    if target.exists():
        target.rename(tmp_path / "aside")
    target.symlink_to(victim / ".git" / "objects" / name[:2])
    objects = Objects(evil / ".git" / "objects")
    with pytest.raises(GitError, match="is not there"):
        objects.read(name, 1_000)
    objects.close()
