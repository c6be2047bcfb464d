"""Package indexes: those that the user's own environment names, and what an index says about one package's files."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote, urljoin, urlsplit

from packaging.utils import canonicalize_name

from archlint.online.http import Client, FetchError, host_of, is_allowed, login_of, unpacked, without_credentials
from archlint.packaging.dependencies.indexes import PUBLIC_INDEXES
from archlint.packaging.sizes.measurer import WheelFile

STANDARD_INDEX = "https://pypi.org/simple"
FILE_HOSTS = frozenset({"files.pythonhosted.org", "download.pytorch.org"})
"""Hosts from which a scanned repository's lock may name files."""

MAX_PAGE_BYTES = 60_000_000
MAX_FILES = 100_000
_JSON = "application/vnd.pypi.simple.v1+json"
_PLAIN_PATH = re.compile(r"[A-Za-z0-9._+/-]*\Z")
_SHA256 = re.compile(r"[0-9a-f]{64}\Z")


@dataclass(frozen=True, slots=True)
class UserIndexes:
    """`primary` and `extra` are addresses as the user wrote them: they may hold credentials and are never printed."""

    primary: str = STANDARD_INDEX
    extra: tuple[str, ...] = ()
    find_links: tuple[str, ...] = ()

    @property
    def all(self) -> tuple[str, ...]:
        """The extra ones first, as uv asks them."""
        return (*self.extra, self.primary)

    def logins(self) -> Mapping[str, str]:
        """Authorization headers by host."""
        return {host_of(url): login for url in self.all if (login := login_of(url))}

    def serves(self, url: str) -> bool:
        """Whether an address is on the host of one of these indexes."""
        return host_of(url) in {host_of(index) for index in self.all}


def user_indexes(environment: Mapping[str, str]) -> UserIndexes:
    """uv's variables before pip's; addresses that are not HTTPS are left out, except for this machine itself."""
    primary = _first(environment, "UV_DEFAULT_INDEX", "UV_INDEX_URL", "PIP_INDEX_URL")
    extra = _first(environment, "UV_INDEX", "UV_EXTRA_INDEX_URL", "PIP_EXTRA_INDEX_URL")
    links = _first(environment, "UV_FIND_LINKS", "PIP_FIND_LINKS")
    addresses = (_unnamed(text) for text in extra.split())
    return UserIndexes(
        _unnamed(primary) if is_allowed(_unnamed(primary)) else STANDARD_INDEX,
        tuple(url for url in addresses if is_allowed(url)),
        tuple(re.split(r"[\s,]+", links.strip())) if links.strip() else (),
    )


def _first(environment: Mapping[str, str], *names: str) -> str:
    return next((environment[name].strip() for name in names if environment.get(name, "").strip()), "")


def _unnamed(text: str) -> str:
    """uv writes indexes as `name=address`, too."""
    return re.sub(r"\A[A-Za-z0-9._-]+=", "", text)


def wished(url: str, user: UserIndexes) -> bool:
    """Whether an index that a scanned repository names may be asked: plain HTTPS, no credentials, a known host."""
    if not is_allowed(url) or without_credentials(url) != url:
        return False
    parts = urlsplit(url)
    known = parts.netloc.lower() in PUBLIC_INDEXES or url.rstrip("/") in {u.rstrip("/") for u in user.all}
    return known and bool(_PLAIN_PATH.match(parts.path))


def fetchable(wheel: WheelFile, user: UserIndexes) -> bool:
    """Whether an address out of a scanned repository's lock may be asked."""
    url = wheel.url
    if not url or not is_allowed(url) or without_credentials(url) != url:
        return False
    known = host_of(url) in FILE_HOSTS or user.serves(url)
    return known and unquote(urlsplit(url).path).rpartition("/")[2] == wheel.file


def page(client: Client, index: str, name: str) -> dict[str, Any]:
    """The JSON page of a package (PEP 691); raises FetchError, also where an index serves HTML only."""
    url = f"{index.rstrip('/')}/{canonicalize_name(name)}/"
    answer = client.get(url, {"Accept": _JSON, "Accept-Encoding": "gzip"}, MAX_PAGE_BYTES)
    if "json" not in answer.headers.get("content-type", ""):
        raise FetchError("the index does not serve JSON")
    try:
        found = json.loads(unpacked(answer, MAX_PAGE_BYTES))
    except (ValueError, RecursionError) as error:
        raise FetchError("the index's answer is not valid JSON") from error
    return found if isinstance(found, dict) else {}


def files(client: Client, index: str, name: str) -> tuple[dict[str, Any], ...]:
    """A package's files, each with `filename` and an absolute `url`; raises FetchError."""
    base = f"{without_credentials(index).rstrip('/')}/{canonicalize_name(name)}/"
    listed = page(client, index, name).get("files")
    found = []
    for entry in listed[:MAX_FILES] if isinstance(listed, list) else []:
        if isinstance(entry, dict) and isinstance(entry.get("filename"), str) and isinstance(entry.get("url"), str):
            found.append({**entry, "url": urljoin(base, entry["url"])})
    return tuple(found)


def published(client: Client, user: UserIndexes, wheel: WheelFile) -> WheelFile | None:
    """The wheel with the address and hash that the user's indexes give it; None when none of them has that file, or
    has another file of that name."""
    for index in user.all:
        try:
            listed = files(client, index, wheel.name)
        except FetchError:
            continue
        for entry in listed:
            if entry["filename"] == wheel.file:
                sha256 = sha256_of(entry)
                if wheel.sha256 and sha256 and wheel.sha256 != sha256:
                    return None
                size = entry.get("size")
                known = size if isinstance(size, int) else None
                return WheelFile(wheel.name, wheel.version, wheel.file, entry["url"], sha256, known)
    return None


def sha256_of(entry: Mapping[str, Any]) -> str:
    """The hash of an entry of a package's page or of a lock, "" where it has none."""
    hashes = entry.get("hashes")
    found = hashes.get("sha256") if isinstance(hashes, dict) else None
    return found if isinstance(found, str) and _SHA256.match(found) else ""
