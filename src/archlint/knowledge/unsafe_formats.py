"""Loaders that run what a file says, and fetchers whose result may reach them: rules/data/unsafe_formats.yaml."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import Any

from archlint.knowledge.store import read_yaml

DATA = "unsafe_formats.yaml"


@dataclass(frozen=True, slots=True)
class Loader:
    """`unless` is the argument that makes it safe, from `version` of `distribution` on by default; `only_with` is one
    without which it is safe."""

    call: str
    unless: str | None
    distribution: str | None
    version: str | None
    only_with: str | None


@dataclass(frozen=True, slots=True)
class Fetcher:
    """`origin` reads on after "a file from"; `to` is the argument that names the file written, at `position` or, with
    `last`, at the end of the positional ones."""

    origin: str
    to: str | None
    position: int | None
    last: bool


@cache
def _loaders() -> dict[str, Loader]:
    rows: list[dict[str, Any]] = read_yaml(DATA)["loaders"]
    found = {}
    for row in rows:
        since = row.get("default_since", {})
        found[row["call"]] = Loader(
            row["call"], row.get("unless"), since.get("distribution"), since.get("version"), row.get("only_with")
        )
    return found


def loader(path: str) -> Loader | None:
    """The unpickling call of a symbolic path."""
    return _loaders().get(path)


@cache
def _fetchers() -> tuple[tuple[re.Pattern[str], Fetcher], ...]:
    rows: list[dict[str, Any]] = read_yaml(DATA)["fetchers"]
    return tuple(
        (
            re.compile(re.escape(row["call"]).replace(r"\*\*\.", r"(?:[^.]+\.)*")),
            Fetcher(row["from"], row.get("to"), row.get("position"), row.get("last", False)),
        )
        for row in rows
    )


def fetcher(path: str) -> Fetcher | None:
    """What a call of a symbolic path fetches."""
    return next((found for pattern, found in _fetchers() if pattern.fullmatch(path)), None)


@cache
def is_transparent(path: str) -> bool:
    """Whether a call hands on what it is given first."""
    return path in read_yaml(DATA)["transparent"]
