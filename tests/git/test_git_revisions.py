"""What a revision means, beside git's own answer."""

from __future__ import annotations

from pathlib import Path

import pytest

from archlint.git.commit_tree import History
from archlint.git.objects import GitError, Objects
from archlint.git.repository import Revisions, base_of, locate
from repositories import commit, git, repository


def resolved(folder: Path, revision: str) -> str:
    location = locate(folder)
    objects = Objects(location.common / "objects")
    try:
        return Revisions(location, History(objects)).commit(revision)
    finally:
        objects.close()


def base(folder: Path, revision: str) -> str:
    with base_of(folder, revision) as found:
        return found.commit


@pytest.fixture
def forked(tmp_path: Path) -> Path:
    """main with three commits, a branch from the second with a merge in it, tags, packed references."""
    folder = repository(tmp_path / "repo")
    commit(folder, "second")
    git(folder, "tag", "v1")
    git(folder, "tag", "--annotate", "-m", "two", "v2")
    git(folder, "tag", "--annotate", "-m", "of a tag", "v3", "v2")
    git(folder, "checkout", "--quiet", "-b", "feature/one")
    commit(folder, "mine")
    git(folder, "checkout", "--quiet", "-b", "side", "HEAD~1")
    commit(folder, "aside")
    git(folder, "checkout", "--quiet", "feature/one")
    git(folder, "merge", "--quiet", "--no-edit", "side")
    git(folder, "update-ref", "refs/remotes/origin/main", "main")
    git(folder, "symbolic-ref", "refs/remotes/origin/HEAD", "refs/remotes/origin/main")
    git(folder, "checkout", "--quiet", "main")
    commit(folder, "third")
    git(folder, "checkout", "--quiet", "feature/one")
    return folder


NAMES = (
    "HEAD", "@", "main", "feature/one", "v1", "v2", "v3", "v2^{}", "v3^{commit}", "origin/main", "origin", "heads/main",
    "refs/heads/main", "HEAD~1", "HEAD^", "HEAD^2", "HEAD~2", "HEAD^2~1", "HEAD^^", "main~2", "@~1", "HEAD^0", "HEAD~0",
)  # fmt: skip


@pytest.mark.parametrize("packed", [False, True])
def test_names_mean_what_git_says(forked: Path, packed: bool) -> None:
    if packed:
        git(forked, "gc", "--quiet", "--aggressive", "--prune=now")
        assert (forked / ".git" / "packed-refs").is_file()
    expected = {name: git(forked, "rev-parse", f"{name}^{{commit}}") for name in NAMES}
    assert {name: resolved(forked, name) for name in NAMES} == expected
    whole = expected["HEAD"]
    assert resolved(forked, whole) == resolved(forked, whole[:8]) == resolved(forked, whole[:7]) == whole


@pytest.mark.parametrize("name", ["main", "v1", "side", "HEAD", "origin/main", "feature/one", "HEAD~1"])
def test_the_base_is_where_git_finds_it(forked: Path, name: str) -> None:
    assert base(forked, name) == git(forked, "merge-base", name, "HEAD")


def test_a_criss_cross_has_one_of_the_best(tmp_path: Path) -> None:
    folder = repository(tmp_path / "repo")
    git(folder, "checkout", "--quiet", "-b", "other")
    theirs = commit(folder, "b")
    git(folder, "checkout", "--quiet", "main")
    ours = commit(folder, "a")
    git(folder, "merge", "--quiet", "--no-edit", theirs)
    git(folder, "checkout", "--quiet", "other")
    git(folder, "merge", "--quiet", "--no-edit", ours)
    assert base(folder, "main") in git(folder, "merge-base", "--all", "main", "other").split()


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("nothing", "no such branch, tag or commit"),
        ("main~99", "has no parent number 1"),
        ("main^3", "has no parent number 3"),
        ("main..HEAD", "no commit that archlint understands"),
        ("@{upstream}", "no commit that archlint understands"),
        ("main@{1}", "no commit that archlint understands"),
        ("HEAD:src", "no commit that archlint understands"),
        ("", "no commit that archlint understands"),
        ("../../etc/passwd", "no commit that archlint understands"),
        ("/etc/passwd", "no such branch"),
        ("a\0b", "no such branch"),
        ("dead", "no such branch"),
        ("0" * 40, "is not there"),
    ],
)
def test_what_is_no_commit(forked: Path, name: str, words: str) -> None:
    with pytest.raises(GitError, match=words):
        resolved(forked, name)


def test_a_file_is_no_commit(forked: Path) -> None:
    blob = git(forked, "rev-parse", "HEAD:template.yaml")
    with pytest.raises(GitError, match="is a blob, not a commit"):
        resolved(forked, blob)


def test_unrelated_histories_have_no_base(forked: Path) -> None:
    git(forked, "checkout", "--quiet", "--orphan", "alone")
    commit(forked, "alone")
    with pytest.raises(GitError, match="no commit in common"):
        base(forked, "main")


def test_a_detached_head(forked: Path) -> None:
    git(forked, "checkout", "--quiet", "--detach", "v1")
    assert base(forked, "main") == git(forked, "rev-parse", "v1^{commit}")


def test_a_branch_without_a_commit(tmp_path: Path) -> None:
    folder = tmp_path / "empty"
    folder.mkdir()
    git(folder, "init", "--quiet", "--initial-branch=main")
    with pytest.raises(GitError, match="'HEAD': no such branch, tag or commit"):
        base(folder, "HEAD")


def test_a_loop_of_references(forked: Path) -> None:
    for name, other in (("one", "two"), ("two", "one")):
        (forked / ".git" / "refs" / "heads" / name).write_text(f"ref: refs/heads/{other}\n")
    with pytest.raises(GitError, match="no such branch"):
        resolved(forked, "one")


def test_a_reference_that_leads_out(forked: Path, tmp_path: Path) -> None:
    (tmp_path / "outside").write_text(git(forked, "rev-parse", "main") + "\n")
    (forked / ".git" / "refs" / "heads" / "out").symlink_to(tmp_path / "outside")
    (forked / ".git" / "refs" / "heads" / "up").write_text("ref: ../../outside\n")
    for name in ("out", "up"):
        with pytest.raises(GitError, match="no such branch"):
            resolved(forked, name)


def test_other_formats_are_named(tmp_path: Path, forked: Path) -> None:
    folder = tmp_path / "sha256"
    folder.mkdir()
    git(folder, "init", "--quiet", "--object-format=sha256")
    commit(folder)
    with pytest.raises(GitError, match="SHA-256"):
        base(folder, "HEAD")
    (forked / ".git" / "HEAD").write_text("ref: refs/heads/.invalid\n")
    with pytest.raises(GitError, match="reftable"):
        resolved(forked, "HEAD")
