"""A commit's files, beside a checkout of it."""

from __future__ import annotations

import contextlib
import os
import random
import shutil
import zlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from archlint.collect import tracked_paths
from archlint.git.objects import GitError, MissingObjectError, Objects, ObjectTooLargeError
from archlint.git.repository import base_of, lost
from archlint.tree import DiskTree, Tree, UnreadableError
from repositories import commit, git, repository, write

POINTER = "version https://git-lfs.github.com/spec/v1\noid sha256:" + "a" * 64 + "\nsize 123456789\n"


def walked(tree: Tree, folder: str = "", depth: int = 6) -> Iterator[tuple[object, ...]]:
    for name in tree.names(folder):
        if name == ".git":
            continue
        path = f"{folder}/{name}" if folder else name
        file = tree.is_file(path)
        yield path, file, tree.is_dir(path), tree.is_link(path), tree.size(path), tree.read(path) if file else b""
        if tree.is_dir(path) and depth:
            yield from walked(tree, path, depth - 1)


@pytest.fixture
def many(tmp_path: Path) -> Path:
    """Files that git stores as changes of each other, folders, and links of every kind."""
    folder = repository(tmp_path / "repo")
    text = "".join(f"line {random.Random(n).random()}\n" for n in range(500))
    for turn in range(8):
        write(folder, {f"data/file{n}.txt": text + f"{n} {turn}\n" for n in range(4)})
        write(folder, {"data/grows.txt": text[: 1_000 * (turn + 1)], f"é/{turn} b.txt": "x" * turn})
        commit(folder, f"turn {turn}")
    write(tmp_path, {"outside/secret.txt": "secret"})
    links = {
        "in": "data/file1.txt", "folder": "data", "data/up": "../src", "data/back": "../folder/file0.txt",
        "out": "../outside/secret.txt", "absolute": "/etc/passwd", "none": "nothing", "self": "self", "here": ".",
        "over": "../repo/template.yaml", "a": "b", "b": "a", "through": "in/x", "src/slow": "..//data/./file2.txt",
    }  # fmt: skip
    for path, target in links.items():
        (folder / path).symlink_to(target)
    commit(folder, "links")
    return folder


@pytest.mark.parametrize("packed", [False, True])
def test_it_is_like_the_checkout(many: Path, packed: bool) -> None:
    if packed:
        git(many, "gc", "--quiet", "--aggressive", "--prune=now")
        assert not list((many / ".git" / "objects").glob("[0-9a-f][0-9a-f]/*"))
    (many / "over").unlink()  # leads out and in again: a checkout may have another name
    commit(many)
    with base_of(many, "HEAD") as base:
        assert list(walked(base.tree)) == list(walked(DiskTree(many)))
        assert tracked_paths(base.tree) == tracked_paths(DiskTree(many))
        assert base.tree.lost == {}
        for path in ("out", "absolute", "none", "self", "a", "through", "nothing", "../outside/secret.txt", "data/x/y"):
            assert not base.tree.is_file(path)
            with pytest.raises(UnreadableError):
                base.tree.read(path)
        with pytest.raises(UnreadableError, match="reads files up to 10"):
            base.tree.read("template.yaml", 10)
        lost(base)


def test_old_states_are_read_whole(many: Path, tmp_path: Path) -> None:
    git(many, "gc", "--quiet", "--aggressive", "--prune=now")
    for back in (1, 3, 8):
        other = tmp_path / f"old{back}"
        git(many, "worktree", "add", "--quiet", "--detach", str(other), f"HEAD~{back}")
        with base_of(many, f"HEAD~{back}") as base:
            assert list(walked(base.tree)) == list(walked(DiskTree(other)))


def test_the_size_of_a_file_kept_elsewhere(tmp_path: Path) -> None:
    folder = repository(tmp_path / "repo", {"model.bin": POINTER, "small": "version https://git-lfs\n"})
    with base_of(folder, "HEAD") as base:
        assert base.tree.size("model.bin") == 123_456_789
        assert base.tree.read("model.bin") == POINTER.encode()
        assert base.tree.size("small") == 24


def test_a_shallow_clone(tmp_path: Path) -> None:
    origin = repository(tmp_path / "origin")
    git(origin, "checkout", "--quiet", "-b", "feature")
    commit(origin, "mine")
    git(origin, "checkout", "--quiet", "main")
    commit(origin, "theirs")
    git(tmp_path, "clone", "--quiet", "--depth=1", "--branch=feature", "--no-single-branch", origin.as_uri(), "clone")
    clone = tmp_path / "clone"
    with pytest.raises(GitError, match="fetch-depth: 0"), base_of(clone, "origin/main"):
        pass
    with pytest.raises(GitError, match="the clone is shallow"), base_of(clone, "HEAD~1"):
        pass
    with base_of(clone, "HEAD") as base:
        assert base.tree.is_file("template.yaml")
    git(clone, "fetch", "--quiet", "--unshallow")
    with base_of(clone, "origin/main") as base:
        assert base.commit == git(origin, "rev-parse", "main~1")


def test_a_clone_without_files_says_so(tmp_path: Path) -> None:
    origin = repository(tmp_path / "origin")
    git(origin, "config", "uploadpack.allowFilter", "true")
    commit(origin, "second")
    write(origin, {"template.yaml": "changed"})
    commit(origin, "third")
    git(tmp_path, "clone", "--quiet", "--filter=blob:none", origin.as_uri(), "clone")
    with base_of(tmp_path / "clone", "HEAD~1") as base:
        assert base.tree.is_file("template.yaml")
        with pytest.raises(UnreadableError):
            base.tree.read("template.yaml")
        with pytest.raises(GitError, match="git fetch --refetch"):
            lost(base)


def loose(folder: Path, name: str) -> Path:
    return folder / ".git" / "objects" / name[:2] / name[2:]


def replace_object(folder: Path, name: str, data: bytes) -> None:
    path = loose(folder, name)
    path.chmod(0o644)
    path.write_bytes(data)


DAMAGED = (
    b"", b"garbage", zlib.compress(b""), zlib.compress(b"blob 3\0ab"), zlib.compress(b"blob x\0ab"),
    zlib.compress(b"tree 2\0ab"), zlib.compress(b"tag 2\0ab"),
)  # fmt: skip


@pytest.mark.parametrize("data", DAMAGED)
@pytest.mark.parametrize("which", ["HEAD", "HEAD^{tree}", "HEAD:template.yaml"])
def test_damaged_objects_are_an_error(tmp_path: Path, which: str, data: bytes) -> None:
    folder = repository(tmp_path / "repo")
    replace_object(folder, git(folder, "rev-parse", which), data)
    with pytest.raises(GitError):
        read_all(folder)


def read_all(folder: Path) -> None:
    with base_of(folder, "HEAD") as base:
        for name in base.tree.names(""):
            read_quietly(base.tree, name)
        lost(base)


def test_a_bomb_is_not_unpacked(tmp_path: Path) -> None:
    folder = repository(tmp_path / "repo")
    size = 400_000_000
    packer = zlib.compressobj(9)
    data = packer.compress(b"blob %d\0" % size)
    for _ in range(size // 1_000_000):
        data += packer.compress(bytes(1_000_000))
    name = git(folder, "rev-parse", "HEAD:template.yaml")
    replace_object(folder, name, data + packer.flush())
    objects = Objects(folder / ".git" / "objects")
    with pytest.raises(ObjectTooLargeError):
        objects.read(name, 5_000_000)
    assert objects.size(name) == size
    objects.close()


def test_a_packed_bomb_is_not_unpacked(tmp_path: Path) -> None:
    folder = repository(tmp_path / "repo")
    with open(folder / "zeros.bin", "wb") as file:
        file.truncate(100_000_000)
    commit(folder)
    git(folder, "-c", "core.bigFileThreshold=1g", "gc", "--quiet", "--prune=now")
    with base_of(folder, "HEAD") as base:
        assert base.tree.size("zeros.bin") == 100_000_000
        with pytest.raises(UnreadableError, match="reads files up to"):
            base.tree.read("zeros.bin")
        lost(base)


@pytest.mark.parametrize("suffix", [".pack", ".idx"])
@pytest.mark.parametrize("seed", range(6))
def test_damaged_packs_raise_nothing_else(many: Path, suffix: str, seed: int) -> None:
    git(many, "gc", "--quiet", "--prune=now")
    (path,) = (many / ".git" / "objects" / "pack").glob(f"*{suffix}")
    data = bytearray(path.read_bytes())
    chance = random.Random(seed)
    for _ in range(60):
        data[chance.randrange(len(data))] = chance.randrange(256)
    path.chmod(0o644)
    path.write_bytes(bytes(data[: len(data) // 2] if seed == 5 else data))
    try:
        with base_of(many, "HEAD") as base:
            for found in (base.tree.names(""), base.tree.names("data")):
                for name in found:
                    for place in (name, f"data/{name}"):
                        if base.tree.is_file(place):
                            base.tree.size(place)
                            read_quietly(base.tree, place)
    except GitError:
        pass


def read_quietly(tree: Tree, path: str) -> None:
    with contextlib.suppress(UnreadableError):
        tree.read(path)


def test_a_tree_of_itself_a_thousandfold_ends(tmp_path: Path) -> None:
    """Ten entries, each the same folder of ten entries, forty levels deep."""
    folder = repository(tmp_path / "repo")
    inner = git(folder, "rev-parse", "HEAD^{tree}")
    for _ in range(40):
        listing = "".join(f"040000 tree {inner}\td{n}\n" for n in range(10))
        (tmp_path / "listing").write_text(listing)
        inner = mktree(folder, listing)
    bomb = git(folder, "commit-tree", "-m", "bomb", inner)
    git(folder, "update-ref", "refs/heads/main", bomb)
    with base_of(folder, "HEAD") as base:
        assert tracked_paths(base.tree) is not None
        with pytest.raises(GitError, match="more files and folders"):
            lost(base)


def mktree(folder: Path, listing: str) -> str:
    import subprocess

    command = ["git", "-C", str(folder), "mktree"]
    return subprocess.run(command, input=listing, capture_output=True, text=True, check=True).stdout.strip()


def test_names_that_lead_elsewhere_are_passed_over(tmp_path: Path) -> None:
    folder = repository(tmp_path / "repo")
    blob = git(folder, "rev-parse", "HEAD:template.yaml")
    rows = b"".join(
        b"100644 " + name + b"\0" + bytes.fromhex(blob) for name in (b"..", b".git", b"a/b", b"", b"good", b".")
    )
    content = b"tree %d\0" % len(rows) + rows
    tree = "1234567890" * 4
    path = loose(folder, tree)
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(zlib.compress(content))
    head = git(folder, "commit-tree", "-m", "odd", git(folder, "rev-parse", "HEAD^{tree}"))
    raw = zlib.decompress(loose(folder, head).read_bytes())
    replace_object(folder, head, zlib.compress(raw.replace(raw[16:56], tree.encode())))
    (folder / ".git" / "refs" / "heads" / "main").write_text(head)
    with base_of(folder, "main") as base:
        assert base.tree.names("") == ("good",)


def test_objects_that_are_not_there(tmp_path: Path) -> None:
    folder = repository(tmp_path / "repo")
    objects = Objects(folder / ".git" / "objects")
    with pytest.raises(MissingObjectError):
        objects.read("0" * 40, 10)
    objects.close()
    shutil.rmtree(folder / ".git" / "objects" / "pack")
    os.mkfifo(folder / ".git" / "objects" / "pack")
    objects = Objects(folder / ".git" / "objects")
    with pytest.raises(MissingObjectError):
        objects.size("0" * 40)
    objects.close()
