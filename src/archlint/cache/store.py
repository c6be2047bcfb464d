"""The folder that keeps what scans found, between runs. It may vanish, be full, be read-only or hold rubbish: then a
scan takes longer, and that is all."""

from __future__ import annotations

import contextlib
import hashlib
import os
import sys
import sysconfig
import time
from array import array
from collections.abc import Iterator
from hashlib import blake2b
from pathlib import Path

from archlint import __version__
from archlint.cache.frozen import FrozenError, freeze, thaw
from archlint.cache.incremental import CacheEntry, CacheSnapshot

MAX_BYTES = 500_000_000
"""Of all files together; the ones that were used longest ago go first."""

MAX_AGE_S = 30 * 86_400
"""A file that no scan used for so long goes too."""

_MAGIC = b"archlint parts 2\n"
_DIGEST_BYTES = 20


class Store:
    """Files by the scanned folder and by everything else that a result depends on."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @classmethod
    def of_user(cls) -> Store:
        """The folder that ARCHLINT_CACHE_DIR names, or the system's for caches of this user."""
        named = os.environ.get("ARCHLINT_CACHE_DIR")
        if named:
            return cls(Path(named))
        from platformdirs import user_cache_path

        return cls(user_cache_path("archlint"))

    def name(self, root: Path, settings: str) -> str:
        """The file for scans of one folder with these settings, by this very archlint on this very Python."""
        parts = (os.path.realpath(root), settings, __version__, sys.version, *_installation())
        return hashlib.sha256("\0".join(parts).encode("utf-8", "surrogatepass")).hexdigest()[:32] + ".parts"

    def load(self, name: str) -> CacheSnapshot | None:
        """None where nothing is kept, or nothing that can be relied on."""
        path = self.folder / name
        try:
            data = path.read_bytes()
        except OSError:
            return None
        start = len(_MAGIC) + _DIGEST_BYTES
        if not data.startswith(_MAGIC) or _digest(data[start:]) != data[len(_MAGIC) : start]:
            return None
        with contextlib.suppress(OSError):
            os.utime(path)
        try:
            return _opened(data[start:])
        except (FrozenError, ValueError, TypeError, IndexError, KeyError):
            return None

    def save(self, name: str, kept: CacheSnapshot) -> bool:
        """Whether the whole of it is on disk now; a file that is there already stays whole if not. Only the user may
        read it: it holds what templates set, in environment variables too."""
        data = _closed(kept)
        partial = self.folder / f".{name}.{os.urandom(8).hex()}"
        try:
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            with os.fdopen(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
                file.write(_MAGIC + _digest(data) + data)
            os.replace(partial, self.folder / name)
        except OSError:
            with contextlib.suppress(OSError):
                partial.unlink()
            return False
        self._tidy(name)
        return True

    def _tidy(self, newest: str) -> None:
        found = []
        with contextlib.suppress(OSError), os.scandir(self.folder) as entries:
            for entry in entries:
                with contextlib.suppress(OSError):
                    state = entry.stat(follow_symlinks=False)
                    found.append((entry.name != newest, -state.st_mtime, state.st_size, entry.path))
        total = 0
        for is_other, age, size, path in sorted(found):
            total += size
            if is_other and (total > MAX_BYTES or -age < time.time() - MAX_AGE_S):
                with contextlib.suppress(OSError):
                    os.unlink(path)


def _installation() -> tuple[str, ...]:
    """What changes when archlint's own files or the libraries beside them do, and with nothing else."""
    own = Path(__file__).resolve().parents[1]
    try:
        libraries = sorted(name for name in os.listdir(sysconfig.get_path("purelib")) if name.endswith(".dist-info"))
    except OSError:
        libraries = []
    try:
        record = (own.parent / f"archlint_aws-{__version__}.dist-info" / "RECORD").read_bytes()
    except OSError:
        return (*libraries, *_checkout(own))
    return (*libraries, _digest(record).hex())


def _checkout(own: Path) -> Iterator[str]:
    """Of files that may change without an installation."""
    from archlint.knowledge.store import rules_folder

    for folder in (own, rules_folder()):
        for path, folders, names in os.walk(folder):
            folders[:] = sorted(name for name in folders if name != "__pycache__")
            for name in sorted(names):
                with contextlib.suppress(OSError):
                    found = os.stat(os.path.join(path, name))
                    yield f"{name} {found.st_mtime_ns} {found.st_size}"


def _digest(data: bytes) -> bytes:
    return blake2b(data, digest_size=_DIGEST_BYTES).digest()


def _closed(kept: CacheSnapshot) -> bytes:
    keys = list(kept.entries)
    notes = [array("L", kept.entries[key].notes).tobytes() for key in keys]
    data = [kept.entries[key].data for key in keys]
    return freeze((kept.notes, kept.digests, kept.stamps, kept.useful, keys, notes, data))


def _opened(data: bytes) -> CacheSnapshot:
    whole = thaw(data)
    if not isinstance(whole, tuple):
        raise TypeError("no tuple")
    notes, digests, stamps, useful, keys, numbers, blobs = whole
    if not len(notes) == len(digests) == len(stamps):
        raise ValueError("answers are missing")
    entries = {}
    for key, packed, blob in zip(keys, numbers, blobs, strict=True):
        found = array("L")
        found.frombytes(packed)
        entries[key] = CacheEntry(found, blob)
    return CacheSnapshot(notes, digests, stamps, entries, useful)
