"""Base images of Dockerfiles: how large they are, and what they carry."""

from __future__ import annotations

from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import cache, lru_cache
from typing import Any

from archlint.knowledge.store import read_yaml

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
