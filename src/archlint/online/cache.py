"""What was measured before: wheels for ever, since a published wheel never changes, and resolves for a day."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field, fields
from datetime import UTC, datetime, timedelta
from pathlib import Path

import platformdirs

from archlint.online.wheels import WheelContents
from archlint.packaging.sizes.measurer import Unmeasured, WheelFile

RESOLVE_AGE = timedelta(days=1)
MAX_BYTES = 100_000_000
"""A larger file of measured wheels is started anew; it would hold about half a million."""

MAX_RESOLVE_BYTES = 8_000_000


@dataclass(frozen=True, slots=True)
class Resolution:
    """What an index chose for a set of requirements; `at` is ISO 8601, UTC."""

    wheels: tuple[WheelFile, ...]
    unknown: tuple[Unmeasured, ...]
    at: str


def default_folder() -> Path:
    """archlint's folder among the user's caches."""
    return Path(platformdirs.user_cache_dir("archlint", appauthor=False))


@dataclass(slots=True)
class Cache:
    """A folder of JSON. Nothing in it is needed: what cannot be read is measured again, what cannot be written is not
    kept. Two runs may write at once: a wheel is one line in one write, a resolve is a file that is moved in place."""

    folder: Path
    _wheels: dict[str, WheelContents] | None = field(default=None, init=False)

    @property
    def _file(self) -> Path:
        return self.folder / "wheels-1.jsonl"

    def wheel(self, key: str) -> WheelContents | None:
        """`key` is the wheel's hash, or where that is not known its address."""
        return self._held().get(key)

    def _held(self) -> dict[str, WheelContents]:
        if self._wheels is None:
            self._wheels = dict(self._lines())
        return self._wheels

    def keep_wheels(self, found: Mapping[str, WheelContents]) -> None:
        """Remembers measured wheels by key."""
        self._held().update(found)
        lines = (json.dumps({"key": key, **asdict(one)}) for key, one in found.items())
        text = "".join(f"\n{line}\n" for line in lines).encode()
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            if self._file.exists() and self._file.stat().st_size > MAX_BYTES:
                self._file.unlink()
            handle = os.open(self._file, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
            try:
                os.write(handle, text)
            finally:
                os.close(handle)
        except OSError:
            return

    def _lines(self) -> Iterator[tuple[str, WheelContents]]:
        try:
            if self._file.stat().st_size > MAX_BYTES:
                return
            data = self._file.read_bytes()
        except OSError:
            return
        for line in data.splitlines():
            try:
                entry = json.loads(line)
            except (ValueError, RecursionError):
                continue
            found = _contents(entry)
            if found is not None:
                yield found

    def resolution(self, key: str) -> Resolution | None:
        """What was resolved for these requirements within the last day."""
        try:
            with (self.folder / "resolves-1" / f"{key}.json").open("rb") as file:
                found = _resolution(json.loads(file.read(MAX_RESOLVE_BYTES)))
        except (OSError, ValueError, RecursionError):
            return None
        if found is None:
            return None
        age = datetime.now(UTC) - datetime.fromisoformat(found.at)
        return found if timedelta(0) <= age < RESOLVE_AGE else None

    def keep_resolution(self, key: str, found: Resolution) -> None:
        """`key` is hexadecimal."""
        folder = self.folder / "resolves-1"
        try:
            folder.mkdir(parents=True, exist_ok=True)
            handle, name = tempfile.mkstemp(prefix=f"{key[:8]}-", suffix=".tmp", dir=folder)
            try:
                with os.fdopen(handle, "wb") as file:
                    file.write(json.dumps(asdict(found)).encode())
                os.replace(name, folder / f"{key}.json")
            except OSError:
                os.unlink(name)
        except OSError:
            return


def _contents(entry: object) -> tuple[str, WheelContents] | None:
    if not isinstance(entry, dict) or not isinstance(entry.get("key"), str):
        return None
    numbers = {name: entry.get(name) for name in (one.name for one in fields(WheelContents))}
    whole = {k: v for k, v in numbers.items() if isinstance(v, int) and not isinstance(v, bool) and v >= 0}
    return (entry["key"], WheelContents(**whole)) if len(whole) == len(numbers) else None


def _resolution(entry: object) -> Resolution | None:
    """None unless every field has its type."""
    if not isinstance(entry, dict):
        return None
    try:
        at = datetime.fromisoformat(entry["at"])
        wheels = tuple(WheelFile(**one) for one in entry["wheels"])
        unknown = tuple(Unmeasured(**one) for one in entry["unknown"])
    except (KeyError, TypeError, ValueError):
        return None
    texts = [t for one in wheels for t in (one.name, one.version, one.file, one.url, one.sha256)]
    texts += [t for one in unknown for t in (one.name, one.reason)]
    sound = all(isinstance(text, str) for text in texts) and at.tzinfo is not None
    sizes = all(one.size is None or isinstance(one.size, int) for one in wheels)
    return Resolution(wheels, unknown, entry["at"]) if sound and sizes else None
