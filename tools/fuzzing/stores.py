"""What lies in binary beside a repository: git's objects and references, and archlint's own cache."""

from __future__ import annotations

import contextlib
import os
import pickletools
import random
import subprocess
import tempfile
import zlib
from collections.abc import Iterator, Sequence
from functools import cache
from hashlib import blake2b
from pathlib import Path

from archlint.cache.frozen import FrozenError, thaw
from archlint.cache.store import Store
from archlint.config import Config
from archlint.git.objects import GitError
from archlint.git.repository import base_of, lost
from archlint.report.visible import visible
from archlint.scanner.pipeline import scan, scan_tree
from archlint.tree import Tree, UnreadableError
from fuzzing.damage import damaged
from fuzzing.outputs import wrong_text
from fuzzing.repositories import TEMPLATE, Files
from fuzzing.target import Target

REVISIONS = ("main", "main~1", "v1", "main^2", "@", "refs/heads/side", "origin/main", "v1^{}", "FETCH_HEAD")
_CODE = b"import boto3\n\n\ndef handler(event, context):\n    return boto3.client('s3')\n"
_MAGIC, _DIGEST = b"archlint parts 1\n", 20


def check_git(files: Files) -> str:
    """A damaged repository is a GitError or a tree that can be walked and scanned."""
    revision = REVISIONS[zlib.crc32(b"".join(files.values())) % len(REVISIONS)]
    with tempfile.TemporaryDirectory() as name:
        root = Path(name)
        _put(root, files)
        try:
            with base_of(root, revision) as base:
                for path in _walked(base.tree):
                    if base.tree.is_file(path):
                        _read(base.tree, path)
                scan_tree(base.tree, Config())
                lost(base)
        except GitError as error:
            return wrong_text(visible(str(error)), secret=False)
        finally:
            scan(root, Config())  # its index may be damaged
    return ""


def _read(tree: Tree, path: str) -> bytes:
    try:
        return tree.read(path)
    except UnreadableError:
        return b""


def _walked(tree: Tree) -> Iterator[str]:
    left, folders = 500, [""]
    while folders and left:
        folder = folders.pop()
        for name in tree.names(folder):
            left -= 1
            path = f"{folder}/{name}" if folder else name
            yield path
            tree.size(path), tree.is_link(path)
            if tree.is_dir(path) and left > 0:
                folders.append(path)


def make_git(chance: random.Random) -> Files:
    files = dict(chance.choice(_repositories()))
    for path in chance.sample(sorted(files), chance.randint(1, 2)):
        files[path] = _harmed(chance, path, files[path], files[chance.choice(sorted(files))])
    if chance.random() < 0.1:
        files[".git/packed-refs"] = damaged(
            chance, b"# pack-refs with: peeled\n" + b"a" * 40 + b" refs/tags/v1\n", b"^"
        )
    if chance.random() < 0.1:
        files.pop(chance.choice([path for path in sorted(files) if path != ".git/HEAD"]))
    return files


def _harmed(chance: random.Random, path: str, data: bytes, other: bytes) -> bytes:
    """Of a loose object mostly the content, so that what is damaged is read."""
    if "/objects/" in path and "/pack/" not in path and chance.random() < 0.7:
        try:
            content = damaged(chance, zlib.decompress(data), _content(other), 2)
        except zlib.error:
            return data
        if chance.random() < 0.8:
            kind, _, body = content.partition(b"\0")
            content = kind.split(b" ")[0] + b" " + str(len(body)).encode() + b"\0" + body
        return zlib.compress(content)
    if "/pack/" in path and chance.random() < 0.6:
        at = chance.randrange(len(data))
        return data[:at] + bytes([data[at] ^ 1 << chance.randrange(8)]) + data[at + 1 :]
    return damaged(chance, data, other, 3)


def _content(data: bytes) -> bytes:
    try:
        return zlib.decompress(data)
    except zlib.error:
        return data


@cache
def _repositories() -> Sequence[Files]:
    """One commit history with its objects loose, and packed."""
    found = []
    for packed in (False, True):
        with tempfile.TemporaryDirectory() as name:
            root = Path(name)
            _git(root, "init", "--quiet", "--initial-branch=main")
            for turn in range(4):
                _put(
                    root, {"template.yaml": TEMPLATE, "app.py": _CODE + b"# x\n" * turn, f"lib/{turn}.txt": b"a" * 300}
                )
                _commit(root, str(turn))
            _git(root, "checkout", "--quiet", "-b", "side", "HEAD~2")
            _put(root, {"lib/side.py": b"x = 1\n" * 50})
            _commit(root, "side")
            _git(root, "checkout", "--quiet", "main")
            _git(root, "merge", "--quiet", "--no-edit", "side")
            _git(root, "tag", "-a", "v1", "-m", "one", "HEAD~1")
            _git(root, "update-ref", "refs/remotes/origin/main", "HEAD~1")
            (root / ".git" / "FETCH_HEAD").write_bytes((root / ".git/refs/remotes/origin/main").read_bytes())
            if packed:
                _git(root, "gc", "--quiet", "--aggressive", "--prune=now")
            names = (p for p in sorted(root.rglob("*")) if p.is_file() and not {"hooks", "logs"} & set(p.parts))
            found.append({p.relative_to(root).as_posix(): p.read_bytes() for p in names})
    return found


def _commit(root: Path, message: str) -> None:
    _git(root, "add", "--all")
    _git(root, "commit", "--quiet", "-m", message)


def _git(root: Path, *arguments: str) -> None:
    person = {f"GIT_{who}_{what}": "a@example.org" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}
    dates = {"GIT_AUTHOR_DATE": "1762000000 +0000", "GIT_COMMITTER_DATE": "1762000000 +0000"}
    own = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull, "PATH": os.environ["PATH"]}
    subprocess.run(["git", "-C", str(root), *arguments], env=own | person | dates, check=True, capture_output=True)


def _put(root: Path, files: Files) -> None:
    for path, data in files.items():
        target = root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(data)
    for folder in ("objects", "refs"):
        if (root / ".git").is_dir():
            (root / ".git" / folder).mkdir(exist_ok=True)


@cache
def _kept() -> bytes:
    """The cache of a scan of a small repository."""
    with tempfile.TemporaryDirectory() as name:
        _put(Path(name) / "r", {"template.yaml": TEMPLATE, "app.py": _CODE})
        scan(Path(name) / "r", Config(), store=Store(Path(name) / "c"))
        (file,) = (Path(name) / "c").glob("*.parts")
        return file.read_bytes()


def make_cache(chance: random.Random) -> Files:
    """A damaged file, now and then with a digest that fits; or values as bytes."""
    whole = _kept()
    if chance.random() < 0.5:
        return {"file": damaged(chance, whole, whole, 3)}
    return {"values": damaged(chance, whole[len(_MAGIC) + _DIGEST :], b"cos\nsystem\n(S'true'\ntR.\x8c\x02os\x93", 3)}


def check_cache(files: Files) -> str:
    """A damaged file is no cache; bytes with a digest that fits build nothing but values."""
    with tempfile.TemporaryDirectory() as name:
        store = Store(Path(name) / "c")
        store.folder.mkdir()
        if "file" in files:
            (store.folder / "x").write_bytes(files["file"])
            found = store.load("x")
            return "" if found is None or files["file"] == _kept() else "a damaged cache is taken"
        data = files["values"]
        if _asks_for_much(data):
            return ""
        try:
            thaw(data)
        except FrozenError:
            return ""
        (store.folder / "x").write_bytes(_MAGIC + blake2b(data, digest_size=_DIGEST).digest() + data)
        store.load("x")
    return ""


def _asks_for_much(data: bytes) -> bool:
    """Whether pickle would set aside gigabytes for one number in it, which a file's digest keeps from happening."""
    with contextlib.suppress(Exception):
        for op, arg, _ in pickletools.genops(data):
            if op.name == "BYTEARRAY8" or ("PUT" in op.name and isinstance(arg, int) and arg > 1_000_000):
                return True
    return False


TARGETS = {"git": Target(make_git, check_git, 16), "cache": Target(make_cache, check_cache, 16)}
