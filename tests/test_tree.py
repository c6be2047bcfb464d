from __future__ import annotations

import os
from pathlib import Path

import pytest

from archlint.tree import DiskTree, MemoryTree, Tree, UnreadableError, join


@pytest.mark.parametrize(
    ("folder", "relative", "path"),
    [
        ("a", "b", "a/b"), ("a", "./b/", "a/b"), ("a", "..", ""), ("a/b", "../c", "a/c"), ("", ".", ""),
        ("", "a//b", "a/b"),
        ("a", "..\\b", "b"), ("a", "../..", None), ("", "..", None), ("", "/etc", None), ("", "a\0b", None),
        ("", "..a", "..a"),
        ("", "", ""), ("a", "", "a"),
    ],
)  # fmt: skip
def test_join(folder: str, relative: str, path: str | None) -> None:
    assert join(folder, relative) == path


@pytest.fixture(params=["disk", "memory"])
def tree(request: pytest.FixtureRequest, tmp_path: Path) -> Tree:
    if request.param == "memory":
        return MemoryTree({"a/b.py": "x = 1"}, ["empty"])
    (tmp_path / "a").mkdir()
    (tmp_path / "empty").mkdir()
    (tmp_path / "a" / "b.py").write_text("x = 1")
    return DiskTree(tmp_path)


def test_both_trees_answer_alike(tree: Tree) -> None:
    assert tree.names("") == ("a", "empty")
    assert tree.names("a") == ("b.py",)
    assert tree.names("empty") == tree.names("missing") == tree.names("a/b.py") == ()
    assert (tree.is_dir(""), tree.is_dir("a"), tree.is_dir("a/b.py"), tree.is_dir("missing")) == (
        True,
        True,
        False,
        False,
    )
    assert (tree.is_file("a/b.py"), tree.is_file("a"), tree.is_file("missing")) == (True, False, False)
    assert (tree.size("a/b.py"), tree.size("a"), tree.size("missing")) == (5, 0, 0)
    assert tree.read("a/b.py") == b"x = 1"
    for path, limit in (("a", 10), ("missing", 10), ("a/b.py", 4)):
        with pytest.raises(UnreadableError):
            tree.read(path, limit)


def test_links_lead_only_inside(tmp_path: Path) -> None:
    root = tmp_path / "root"
    (root / "real").mkdir(parents=True)
    (root / "real" / "a.py").write_text("a")
    (tmp_path / "rootless").mkdir()
    (tmp_path / "rootless" / "b.py").write_text("b")
    (root / "inside").symlink_to("real")
    (root / "outside").symlink_to(tmp_path / "rootless")
    (root / "up").symlink_to("..")
    (root / "self").symlink_to("self")
    (root / "one").symlink_to("two")
    (root / "two").symlink_to("one")
    (root / "root").symlink_to(".")
    tree = DiskTree(root)
    assert tree.read("inside/a.py") == b"a"
    assert tree.is_link("inside")
    assert not tree.is_link("real")
    assert tree.is_dir("root")
    for path in ("outside", "outside/b.py", "up", "up/rootless/b.py", "self", "one", "two"):
        assert not tree.is_file(path)
        assert not tree.is_dir(path)
        assert tree.names(path) == ()
        with pytest.raises(UnreadableError):
            tree.read(path)


def test_pipes_are_never_opened(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.yaml")
    (tmp_path / "link.yaml").symlink_to("pipe.yaml")
    tree = DiskTree(tmp_path)
    for path in ("pipe.yaml", "link.yaml"):
        assert not tree.is_file(path)
        with pytest.raises(UnreadableError):
            tree.read(path)


@pytest.mark.parametrize("path", ["a\0b", "x" * 5_000, "a/" * 3_000, "../secret", "/etc/passwd"])
def test_paths_that_no_file_has(tmp_path: Path, path: str) -> None:
    (tmp_path / "root").mkdir()
    (tmp_path / "secret").write_text("s")
    tree = DiskTree(tmp_path / "root")
    assert not tree.is_file(path)
    assert tree.size(path) == 0
    with pytest.raises(UnreadableError):
        tree.read(path)


def test_a_root_that_is_itself_a_link(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "real" / "a.py").write_text("a")
    (tmp_path / "link").symlink_to("real")
    assert DiskTree(tmp_path / "link").read("a.py") == b"a"


def test_a_missing_name_is_known_from_the_list_of_its_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a" / "b").mkdir(parents=True)
    (tmp_path / "a" / "b" / "c.py").write_text("c")
    tree = DiskTree(tmp_path)
    with monkeypatch.context() as patch:
        patch.setattr(os.path, "realpath", lambda path: pytest.fail(f"{path} was looked up"))
        assert tree.is_file("a/b/c.py")
        for path in ("d", "a/d", "a/b/d.py", "a/d/e/f.py", "d/" * 50_000 + "e"):
            assert not tree.is_file(path)
            assert not tree.is_dir(path)


def test_a_name_that_lists_leave_open_is_looked_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file system may take `README` for `readme`, and a link leads to a place that other lists tell of."""
    root = tmp_path / "root"
    (root / "real").mkdir(parents=True)
    (root / "real" / "a.py").write_text("a")
    (root / "readme").write_text("r")
    (root / "inside").symlink_to("real")
    asked: list[str] = []
    resolve = os.path.realpath
    tree = DiskTree(root)

    def realpath(path: str) -> str:
        asked.append(os.path.relpath(path, root))
        return resolve(path)

    with monkeypatch.context() as patch:
        patch.setattr(os.path, "realpath", realpath)
        for path in ("README", "inside/a.py", "inside/b.py", "\u00e4", "real/a.py/b", "a\ud800", "a\0"):
            tree.is_file(path)
    assert "README" in asked
    assert "inside/a.py" in asked
    assert tree.is_file("inside/a.py")
    assert not tree.is_file("inside/b.py")


def test_links_below_links_stay_inside(tmp_path: Path) -> None:
    """Also where the folders around them have been listed before."""
    root = tmp_path / "root"
    (root / "real").mkdir(parents=True)
    (tmp_path / "secret").mkdir()
    (tmp_path / "secret" / "key.py").write_text("k")
    (root / "real" / "out").symlink_to(tmp_path / "secret")
    (root / "in").symlink_to("real")
    tree = DiskTree(root)
    for folder in ("", "real", "in", "in/out", "real/out"):
        tree.names(folder)
    for path in ("real/out", "in/out", "real/out/key.py", "in/out/key.py"):
        assert not tree.is_file(path)
        assert not tree.is_dir(path)
        assert tree.names(path) == ()
        with pytest.raises(UnreadableError):
            tree.read(path)
