"""uv.lock, pylock.toml, poetry.lock and Pipfile.lock as one shape: what each locks, and what leads to what."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any
from urllib.parse import unquote

from packaging.utils import canonicalize_name

MAX_PACKAGES = 20_000


class LockError(Exception):
    """A lock file that cannot be read; the message completes "cannot be read: …"."""


@dataclass(frozen=True, slots=True)
class Edge:
    """`extras` are those asked of `name`; `version` is "" when the lock holds only one; `marker` is PEP 508 text."""

    name: str
    version: str = ""
    extras: tuple[str, ...] = ()
    marker: str = ""


@dataclass(frozen=True, slots=True)
class LockedFile:
    """`size` is the compressed bytes, None where the lock does not tell."""

    name: str
    size: int | None = None


@dataclass(frozen=True, slots=True)
class Locked:
    """`markers` must all hold (pylock) or one of them (uv's resolution markers); `indexed` is False for git, path and
    URL sources; `own` marks the project itself, whose files are not installed from anywhere."""

    name: str
    version: str
    wheels: tuple[LockedFile, ...] = ()
    sdist: LockedFile | None = None
    markers: tuple[str, ...] = ()
    edges: tuple[Edge, ...] = ()
    extras: Mapping[str, tuple[Edge, ...]] = field(default_factory=dict)
    indexed: bool = True
    own: bool = False


@dataclass(frozen=True, slots=True)
class Lock:
    """`roots` is None when every package whose markers hold is installed, and else where the walk starts."""

    packages: tuple[Locked, ...]
    roots: tuple[Edge, ...] | None = None


def is_lock(name: str) -> bool:
    """Whether a file of this name is read here."""
    return name in ("uv.lock", "poetry.lock", "Pipfile.lock") or bool(re.match(r"pylock(\.[^.]+)?\.toml\Z", name))


@lru_cache(maxsize=32)
def parse_lock(name: str, text: str, project: str = "") -> Lock:
    """`name` is the file's name, `project` the text of the pyproject.toml beside it; raises LockError."""
    try:
        if name == "Pipfile.lock":
            return _pipfile(_table(json.loads(text)))
        data = _table(tomllib.loads(text.removeprefix("\ufeff")))
    except (ValueError, RecursionError) as error:
        raise LockError(f"it is not valid {'JSON' if name == 'Pipfile.lock' else 'TOML'}") from error
    if name == "uv.lock":
        return _uv(data)
    return _poetry(data, project) if name == "poetry.lock" else _pylock(data)


def _table(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _tables(value: object) -> list[dict[str, Any]]:
    return [v for v in value if isinstance(v, dict)][:MAX_PACKAGES] if isinstance(value, list) else []


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _texts(value: object) -> tuple[str, ...]:
    return tuple(v for v in value if isinstance(v, str)) if isinstance(value, list) else ()


def _file(entry: dict[str, Any]) -> LockedFile:
    path = _text(entry.get("filename")) or _text(entry.get("name")) or _text(entry.get("file"))
    path = path or _text(entry.get("url")) or _text(entry.get("path"))
    size = entry.get("size")
    known = isinstance(size, int) and not isinstance(size, bool) and 0 <= size < 1 << 40
    return LockedFile(unquote(re.split(r"[?#]", path)[0].rpartition("/")[2]), size if known else None)


def _sdist(value: object) -> LockedFile | None:
    return _file(value) if isinstance(value, dict) else None


def _pylock(data: dict[str, Any]) -> Lock:
    return Lock(
        tuple(
            Locked(
                canonicalize_name(_text(entry.get("name"))),
                _text(entry.get("version")),
                tuple(_file(wheel) for wheel in _tables(entry.get("wheels"))),
                _sdist(entry.get("sdist")),
                (_text(entry.get("marker")),) if entry.get("marker") else (),
                indexed=not any(key in entry for key in ("vcs", "directory", "archive")),
            )
            for entry in _tables(data.get("packages"))
        )
    )


def _uv(data: dict[str, Any]) -> Lock:
    packages = tuple(_uv_package(entry) for entry in _tables(data.get("package")))
    roots = tuple(Edge(p.name, p.version) for p in packages if p.own)
    return Lock(packages, roots or None)


def _uv_package(entry: dict[str, Any]) -> Locked:
    source = _table(entry.get("source"))
    return Locked(
        canonicalize_name(_text(entry.get("name"))),
        _text(entry.get("version")),
        tuple(_file(wheel) for wheel in _tables(entry.get("wheels"))),
        _sdist(entry.get("sdist")),
        _texts(entry.get("resolution-markers")),
        _uv_edges(entry.get("dependencies")),
        {_text(k): _uv_edges(v) for k, v in _table(entry.get("optional-dependencies")).items()},
        indexed="registry" in source or not source,
        own=any(source.get(key) == "." for key in ("virtual", "editable", "directory")),
    )


def _uv_edges(value: object) -> tuple[Edge, ...]:
    return tuple(
        Edge(
            canonicalize_name(_text(edge.get("name"))),
            _text(edge.get("version")),
            _texts(edge.get("extra")),
            _text(edge.get("marker")),
        )
        for edge in _tables(value)
    )


def _poetry(data: dict[str, Any], project: str) -> Lock:
    """Groups tell what is installed from Poetry 2 on, `category` told it up to 1.4; between, only pyproject.toml."""
    files = _table(_table(data.get("metadata")).get("files"))
    entries = _tables(data.get("package"))
    grouped = any("groups" in entry or "category" in entry for entry in entries)
    packages = tuple(
        Locked(
            canonicalize_name(_text(entry.get("name"))),
            _text(entry.get("version")),
            tuple(_file(f) for f in _tables(entry.get("files") or files.get(_text(entry.get("name"))))),
            edges=_poetry_edges(entry.get("dependencies")),
            markers=_poetry_markers(entry.get("markers")),
            indexed=_table(entry.get("source")).get("type") in (None, "legacy"),
        )
        for entry in entries
        if not grouped or _installed(entry)
    )
    return Lock(packages, None if grouped else _project_roots(project))


def _installed(entry: dict[str, Any]) -> bool:
    main = "main" in _texts(entry.get("groups")) or entry.get("category") == "main"
    return main and entry.get("optional") is not True


def _poetry_markers(value: object) -> tuple[str, ...]:
    """One text for all groups, or a text for each group."""
    return tuple(t for t in (_text(value), _text(_table(value).get("main"))) if t)


def _poetry_edges(value: object) -> tuple[Edge, ...]:
    """`name = "spec"`, a table, or a list of tables for different markers; optional ones belong to extras."""
    return tuple(
        Edge(canonicalize_name(name), "", _texts(one.get("extras")), _text(one.get("markers")))
        for name, spec in _table(value).items()
        for one in _tables(spec if isinstance(spec, list) else [spec]) or [{}]
        if one.get("optional") is not True and name != "python"
    )


def _project_roots(project: str) -> tuple[Edge, ...] | None:
    try:
        data = _table(tomllib.loads(project.removeprefix("\ufeff")))
    except (ValueError, RecursionError):
        return None
    poetry = _table(_table(data.get("tool")).get("poetry"))
    named = (re.match(r"\s*([A-Za-z0-9][A-Za-z0-9._-]*)([^;]*);?(.*)", text, re.DOTALL) for text in _plain(data))
    plain = tuple(Edge(canonicalize_name(found[1]), marker=found[3].strip()) for found in named if found)
    return (*_poetry_edges(poetry.get("dependencies")), *plain) or None


def _plain(data: dict[str, Any]) -> tuple[str, ...]:
    return _texts(_table(data.get("project")).get("dependencies"))


def _pipfile(data: dict[str, Any]) -> Lock:
    return Lock(
        tuple(
            Locked(
                canonicalize_name(name),
                _text(_table(entry).get("version")).removeprefix("=="),
                markers=(_text(_table(entry).get("markers")),) if _table(entry).get("markers") else (),
                indexed=not any(key in _table(entry) for key in ("git", "path", "file")),
            )
            for name, entry in list(_table(data.get("default")).items())[:MAX_PACKAGES]
        )
    )
