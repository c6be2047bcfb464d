"""The paths that git tracks, from `.git/index`. Nothing of git is run: a repository's configuration can name programs.

Format: https://git-scm.com/docs/index-format (versions 2 to 4).
"""

from __future__ import annotations

from archlint.tree import Tree, UnreadableError

MAX_BYTES = 200_000_000
_FIXED = 62
_EXTENDED = 0x4000


def tracked_paths(tree: Tree) -> frozenset[str] | None:
    """Tracked files and the folders that hold them; None where there is no index to read."""
    try:
        data = tree.read(".git/index", MAX_BYTES)
        paths = _parse(data)
    except (UnreadableError, ValueError, IndexError):
        return None
    found = set(paths)
    for path in paths:
        while "/" in path:
            path = path.rsplit("/", 1)[0]
            if path in found:
                break
            found.add(path)
    return frozenset(found)


def _parse(data: bytes) -> list[str]:
    if data[:4] != b"DIRC":
        raise ValueError("no index")
    version, count = int.from_bytes(data[4:8], "big"), int.from_bytes(data[8:12], "big")
    if version not in (2, 3, 4):
        raise ValueError("an unknown version")
    paths: list[str] = []
    at, name = 12, b""
    for _ in range(count):
        start = at
        at += _FIXED
        if int.from_bytes(data[at - 2 : at], "big") & _EXTENDED:
            at += 2
        if version == 4:
            strip, at = _offset(data, at)
            end = data.index(b"\0", at)
            name = name[: len(name) - strip] + data[at:end]
            at = end + 1
        else:
            end = data.index(b"\0", at)
            name = data[at:end]
            at = start + (end - start + 8) // 8 * 8
        paths.append(name.decode("utf-8", "surrogateescape"))
    return paths


def _offset(data: bytes, at: int) -> tuple[int, int]:
    """Git's variable-width number at `at`, and where it ends."""
    byte = data[at]
    value = byte & 0x7F
    while byte & 0x80:
        at += 1
        byte = data[at]
        value = ((value + 1) << 7) | (byte & 0x7F)
    return value, at + 1
