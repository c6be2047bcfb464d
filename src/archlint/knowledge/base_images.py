"""Base images of Dockerfiles: how large they are, and what they carry."""

from __future__ import annotations

import re
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import cache, lru_cache
from typing import Any

from packaging.utils import canonicalize_name

from archlint.knowledge.store import read_yaml

_LAYERS = "layers.yaml"
_ARN = re.compile(r":(\d{12}):layer:([A-Za-z0-9_-]{1,140})(?::|\Z)")


@dataclass(frozen=True, slots=True)
class PublicLayer:
    """`low_bytes` and `high_bytes` are unzipped; both are 0 where `package` says what the layer holds instead."""

    account: str
    name: str
    low_bytes: int
    high_bytes: int
    package: str | None
    """Canonical name of a distribution that the layer holds with all it needs."""
    source: str
    url: str
    as_of: str


@lru_cache(maxsize=512)
def public_layer(arn: str) -> PublicLayer | None:
    """The layer of an ARN, whose region and version may be left open; None for one that the table does not hold."""
    found = _ARN.search(arn)
    if found is None:
        return None
    account, name = found[1], found[2]
    data: dict[str, Any] = read_yaml(_LAYERS)
    for row, pattern in _rows():
        match = pattern.fullmatch(name) if account in row["accounts"] else None
        if match is not None:
            package = match.groupdict().get("package")
            source = data["sources"][row["source"]]
            return PublicLayer(
                account,
                name,
                int(row.get("low", 0)),
                int(row.get("high", 0)),
                str(canonicalize_name(package)) if package else None,
                source["title"],
                source["url"],
                str(source["as_of"]),
            )
    return None


@cache
def _rows() -> tuple[tuple[dict[str, Any], re.Pattern[str]], ...]:
    return tuple((row, re.compile(row["name"])) for row in read_yaml(_LAYERS)["layers"])


DATA = "base_images.yaml"
LONGEST = 300
"""Characters of a reference that are compared."""
MB = 1_000_000

_LIBRARY = (
    "docker.io/library/",
    "index.docker.io/library/",
    "public.ecr.aws/docker/library/",
    "mirror.gcr.io/library/",
)
_DOCKER = ("docker.io/", "index.docker.io/", "mirror.gcr.io/", "library/")


@dataclass(frozen=True, slots=True)
class BaseImage:
    """`kind` is "lambda", "slim", "full", "conda", "cuda", "empty" or "other". Bytes are estimates."""

    kind: str
    low_bytes: int
    high_bytes: int
    title: str
    """What the numbers rest on."""
    as_of: str

    @property
    def estimate_bytes(self) -> int:
        """The middle of the range."""
        return (self.low_bytes + self.high_bytes) // 2


def plain_name(name: str) -> str:
    """A reference's name without the prefixes that mean Docker's own library."""
    for prefix in (*_LIBRARY, *_DOCKER):
        if name.startswith(prefix):
            return name.removeprefix(prefix)
    return name


@lru_cache(maxsize=512)
def base_image_size(name: str, tag: str) -> BaseImage | None:
    """The row for a reference's name and tag ("" for none); None for an image that the table does not hold."""
    if len(name) + len(tag) > LONGEST:
        return None
    data: dict[str, Any] = read_yaml(DATA)
    for row in data["images"]:
        if _matches(plain_name(name), str(row["name"])) and _matches(tag, str(row["tag"])):
            source = data["sources"][row["source"]]
            low, high = (round(float(row[key]) * MB) for key in ("low_mb", "high_mb"))
            return BaseImage(str(row["kind"]), low, high, source["title"], str(source["as_of"]))
    return None


@cache
def threshold(name: str) -> float:
    """A threshold of the file's `limits`, in the unit that its key ends with."""
    return float(read_yaml(DATA)["limits"][name]["value"])


@cache
def as_of() -> str:
    """The date of the data, YYYY-MM-DD."""
    return str(read_yaml(DATA)["as_of"])


def _matches(text: str, globs: str) -> bool:
    return any(fnmatchcase(text, glob) for glob in globs.split("|"))
