"""The paths that git tracks, from `.git/index`. Nothing of git is run: a repository's configuration can name programs.

Format: https://git-scm.com/docs/index-format (versions 2 to 4).
"""

from __future__ import annotations

from archlint.tree import Tree, UnreadableError

MAX_BYTES = 200_000_000
MAX_PATH = 4_096
_FIXED = 62
_EXTENDED = 0x4000
_NAME_LENGTH = 0xFFF


def tracked_paths(tree: Tree) -> frozenset[str] | None:
    """Tracked files and the folders that hold them; None where there is no index that can be read whole."""
    try:
        paths = _parse(tree.read(".git/index", MAX_BYTES))
    except (UnreadableError, ValueError, IndexError):
        return None
    found = set(paths)
    left = MAX_BYTES
    for path in paths:
        while "/" in path:
            path = path.rsplit("/", 1)[0]
            if path in found:
                break
            found.add(path)
            left -= len(path)
        if left < 0:
            return None
    return frozenset(found)


def _parse(data: bytes) -> list[str]:
    """Raises ValueError or IndexError for an index that is damaged, split in two files, or of a SHA-256 repository."""
    if data[:4] != b"DIRC":
        raise ValueError("no index")
    version, count = int.from_bytes(data[4:8], "big"), int.from_bytes(data[8:12], "big")
    if version not in (2, 3, 4):
        raise ValueError("an unknown version")
    paths: list[str] = []
    at, name, left = 12, b"", MAX_BYTES
    for _ in range(count):
        start = at
        at += _FIXED
        flags = int.from_bytes(data[at - 2 : at], "big")
        if flags & _EXTENDED:
            at += 2
        strip = 0
        if version == 4:
            strip, at = _offset(data, at)
        end = data.index(b"\0", at)
        name = name[: max(0, len(name) - strip)] + data[at:end] if version == 4 else data[at:end]
        at = end + 1 if version == 4 else start + (end - start + 8) // 8 * 8
        left -= len(name)
        if min(len(name), _NAME_LENGTH) != flags & _NAME_LENGTH or len(name) > MAX_PATH or left < 0:
            raise ValueError("a damaged entry")
        paths.append(name.decode("utf-8", "surrogateescape").rstrip("/"))
    if data[at : at + 4] == b"link":
        raise ValueError("a split index")
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
