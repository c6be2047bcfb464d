"""Exact sizes: versions from the index, bytes from the wheels' own directories, both remembered."""

from __future__ import annotations

import hashlib
import json
import os
import re
import time
import zipfile
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from urllib.parse import unquote, urlsplit

from archlint.knowledge.store import read_json
from archlint.knowledge.wheels import TABLE
from archlint.model.size import SizePart
from archlint.online.cache import Cache, Resolution, default_folder
from archlint.online.http import Client, host_of, without_credentials
from archlint.online.index import UserIndexes, fetchable, published, user_indexes, wished
from archlint.online.resolve import Resolver, resolve
from archlint.online.uv import MISSING, Uv, UvError, find_uv
from archlint.online.wheels import Tail, WheelContents, WheelError, contents, read_wheel
from archlint.packaging.sizes.measurer import Failed, Measured, Measurement, Request, Unmeasured, WheelFile

THREADS = 8
MAX_WHEELS = 2_000
MAX_RESOLVES = 300
"""Different sets of requirements that one scan asks about."""

TOTAL_SECONDS = 180.0
"""After this long no further wheel of a set is asked for."""

NOT_PUBLISHED = "no index that may be asked has this very file"
"""For locks: their hosts are not asked unless they are well known or the user's own."""


@dataclass(slots=True, eq=False)
class OnlineMeasurer:
    """Answers of one run are kept in memory, too, since functions share their requirements."""

    user: UserIndexes
    client: Client
    cache: Cache
    resolver: Resolver | None
    settings: str = ""
    """Tells apart resolves that were made under different settings of the user."""
    _asked: dict[Request, Measurement] = field(default_factory=dict)
    _said: dict[str, None] = field(default_factory=dict)

    def requirements(self, request: Request) -> Measurement:
        """What an installer would put on the target today."""
        if request not in self._asked:
            over = len(self._asked) >= MAX_RESOLVES
            found = Failed("too many sets of requirements") if over else self._requirements(request)
            self._asked[request] = self._noted(found)
        return self._asked[request]

    def locked(self, wheels: tuple[WheelFile, ...]) -> Measurement:
        """Wheels that a lock chose. What the lock says of addresses is believed for well-known hosts only."""
        if len(wheels) > MAX_WHEELS:
            return self._noted(Failed(f"more than {MAX_WHEELS:,} packages are locked"))
        with ThreadPoolExecutor(THREADS) as threads:
            found = list(threads.map(self._trusted, wheels))
        missing = tuple(
            Unmeasured(wheel.name, NOT_PUBLISHED) for wheel, one in zip(wheels, found, strict=True) if one is None
        )
        return self._noted(self._measured([one for one in found if one is not None], missing, "", ()))

    def messages(self) -> tuple[str, ...]:
        """What could not be measured so far and why, each once."""
        return tuple(self._said)

    def _noted(self, found: Measurement) -> Measurement:
        if isinstance(found, Failed):
            self._said[found.message] = None
        else:
            self._said.update(dict.fromkeys(found.notes))
            self._said.update((f"{one.name}: {one.reason}", None) for one in found.unknown)
        return found

    def _requirements(self, request: Request) -> Measurement:
        key = _key(request, self.settings)
        found = self.cache.resolution(key)
        if found is None:
            if self.resolver is None:
                return Failed(MISSING)
            try:
                found = resolve(request, self.resolver, self.user)
            except UvError as error:
                return Failed(f"no versions were chosen: {_shown(str(error))}")
            self.cache.keep_resolution(key, _printable(found))
        return self._measured(found.wheels, found.unknown, found.at, self._notes(request))

    def _trusted(self, wheel: WheelFile) -> WheelFile | None:
        """A hash out of a lock is not used as a key: a lying lock would spoil the cache for every other repository."""
        if fetchable(wheel, self.user):
            return replace(wheel, sha256="")
        return published(self.client, self.user, wheel)

    def _notes(self, request: Request) -> tuple[str, ...]:
        indexes = (url for url in (request.index, *request.extra_indexes) if url and not wished(url, self.user))
        return tuple(
            f"the index at {host_of(url) or 'an address'} was not asked: only your own settings can allow it"
            for url in indexes
        )

    def _measured(
        self, wheels: Iterable[WheelFile], unknown: tuple[Unmeasured, ...], at: str, notes: tuple[str, ...]
    ) -> Measured:
        chosen = {wheel.name: wheel for wheel in wheels}
        sizes, failures = self._sizes(tuple(chosen.values()))
        names = sorted(sizes, key=lambda name: (-sizes[name].unzipped, name))
        return Measured(
            tuple(_part(name, sizes[name]) for name in names),
            tuple((name, chosen[name].version) for name in names),
            (*unknown, *failures),
            at,
            notes,
        )

    def _sizes(self, wheels: tuple[WheelFile, ...]) -> tuple[dict[str, WheelContents], list[Unmeasured]]:
        sizes = {wheel.name: held for wheel in wheels if (held := self.cache.wheel(_cache_key(wheel)))}
        missing = [wheel for wheel in wheels if wheel.name not in sizes]
        deadline = time.monotonic() + TOTAL_SECONDS
        with ThreadPoolExecutor(THREADS) as threads:
            answers = list(threads.map(lambda wheel: self._size(wheel, deadline), missing))
        failures: list[Unmeasured] = []
        fresh: dict[str, WheelContents] = {}
        for wheel, answer in zip(missing, answers, strict=True):
            if isinstance(answer, WheelContents):
                sizes[wheel.name] = answer
                if not wheel.url.startswith("file:"):
                    fresh[_cache_key(wheel)] = answer
            else:
                failures.append(Unmeasured(wheel.name, answer))
        if fresh:
            self.cache.keep_wheels(fresh)
        return sizes, failures

    def _size(self, wheel: WheelFile, deadline: float) -> WheelContents | str:
        if time.monotonic() > deadline:
            return f"the other wheels took {TOTAL_SECONDS:.0f} seconds"
        try:
            return _local(wheel) if wheel.url.startswith("file:") else read_wheel(self.client, wheel.url)
        except WheelError as error:
            return str(error)


def user_measurer(environment: Mapping[str, str] | None = None, folder: Path | None = None) -> OnlineMeasurer:
    """With the indexes, the network settings and the cache folder of the person who runs archlint."""
    own = dict(os.environ if environment is None else environment)
    user = user_indexes(own)
    place = folder or default_folder()
    program = find_uv(own)
    uv = Uv(program, place / "uv", user, own) if program is not None else None
    settings = json.dumps([asdict(user), own.get("UV_EXCLUDE_NEWER", ""), own.get("UV_INDEX_STRATEGY", "")])
    return OnlineMeasurer(user, Client(user.logins()), Cache(place), uv, settings)


def _part(name: str, found: WheelContents) -> SizePart:
    size = found.unzipped
    compiled = round(found.py_bytes * float(read_json(TABLE)["pyc_per_py_byte"]))
    return SizePart(name, size, size, size, "dependency", found.tests_bytes + found.distinfo_bytes, compiled)


def _local(wheel: WheelFile) -> WheelContents:
    """A wheel in a folder of the user's own find-links; raises WheelError."""
    try:
        data = Path(unquote(urlsplit(wheel.url).path))
        with data.open("rb") as file, zipfile.ZipFile(file) as archive:
            start = archive.start_dir
            file.seek(start)
            return contents(Tail(file.read(), data.stat().st_size))
    except (OSError, ValueError, zipfile.BadZipFile, NotImplementedError) as error:
        raise WheelError("the local wheel cannot be read") from error


def _cache_key(wheel: WheelFile) -> str:
    return f"sha256:{wheel.sha256}" if wheel.sha256 else without_credentials(wheel.url)


def _key(request: Request, settings: str) -> str:
    lines = sorted({line.strip() for line in request.lines})
    told = [lines, asdict(request.target), request.index, request.extra_indexes, settings]
    return hashlib.sha256(json.dumps(told).encode()).hexdigest()


def _printable(found: Resolution) -> Resolution:
    """Without credentials, for the file on disk."""
    return replace(found, wheels=tuple(replace(w, url=without_credentials(w.url)) for w in found.wheels))


def _shown(message: str) -> str:
    """At most 300 characters of what uv said, on one line, its addresses without user, password and query."""
    words = (re.sub(r"[a-z+]+://\S*", lambda m: without_credentials(m[0]), word) for word in message.split())
    return " ".join(words)[:300]
