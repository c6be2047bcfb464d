"""Layers that their publishers offer to everybody, with what is known of their sizes."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any

from packaging.utils import canonicalize_name

from archlint.knowledge.store import read_yaml

DATA = "layers.yaml"
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
    data: dict[str, Any] = read_yaml(DATA)
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
    return tuple((row, re.compile(row["name"])) for row in read_yaml(DATA)["layers"])
