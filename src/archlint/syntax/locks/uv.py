"""uv.lock and pylock.toml (PEP 751)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from archlint.syntax.locks.model import (
    Lock,
    Locked,
    LockEdge,
    file_of,
    line_at,
    names_of,
    sdist_of,
    table,
    tables,
    text_of,
    texts,
)
from archlint.syntax.project_files import ProjectFile
from archlint.syntax.project_files.lines import canonical
from archlint.syntax.requirements import redact


def read_pylock(data: dict[str, Any], lines: tuple[int, ...], project: ProjectFile | None) -> Lock:
    return Lock(
        tuple(
            Locked(
                canonical(text_of(entry.get("name"))),
                text_of(entry.get("version")),
                tuple(file_of(wheel) for wheel in tables(entry.get("wheels"))),
                sdist_of(entry.get("sdist")),
                (text_of(entry.get("marker")),) if entry.get("marker") else (),
                indexed=not any(key in entry for key in ("vcs", "directory", "archive")),
                path=text_of(table(entry.get("directory")).get("path")) or None,
                line=line_at(lines, index),
                index=redact(text_of(entry.get("index"))),
            )
            for index, entry in enumerate(tables(data.get("packages")))
        ),
        named=names_of(project),
    )


def read_uv(data: dict[str, Any], lines: tuple[int, ...]) -> Lock:
    entries = tables(data.get("package"))
    packages = tuple(_uv_package(entry, line_at(lines, index)) for index, entry in enumerate(entries))
    if not any(p.own for p in packages):
        packages = tuple(replace(p, own=True) if _is_member(e) else p for p, e in zip(packages, entries, strict=True))
    own = [(package, entry) for package, entry in zip(packages, entries, strict=True) if package.own]
    groups: dict[str, tuple[LockEdge, ...]] = {}
    extras: dict[str, tuple[LockEdge, ...]] = {}
    for package, entry in own:
        for key, value in table(entry.get("dev-dependencies")).items():
            groups[key] = (*groups.get(key, ()), *_uv_edges(value))
        for key, edges in package.extras.items():
            extras[key] = (*extras.get(key, ()), *edges)
    below = (edge.name for package, _ in own for edge in package.edges)
    more = (edge.name for part in (*groups.values(), *extras.values()) for edge in part)
    return Lock(
        packages,
        tuple(LockEdge(p.name, p.version) for p, _ in own) or None,
        groups,
        extras,
        frozenset((*below, *more)) if own else None,
        frozenset({"dev"}),
    )


def _is_member(entry: dict[str, Any]) -> bool:
    source = table(entry.get("source"))
    return any(key in source for key in ("virtual", "editable"))


def _uv_package(entry: dict[str, Any], line: int) -> Locked:
    source = table(entry.get("source"))
    local = next((text_of(source[key]) for key in ("directory", "editable", "virtual", "path") if key in source), "")
    return Locked(
        canonical(text_of(entry.get("name"))),
        text_of(entry.get("version")),
        tuple(file_of(wheel) for wheel in tables(entry.get("wheels"))),
        sdist_of(entry.get("sdist")),
        texts(entry.get("resolution-markers")),
        _uv_edges(entry.get("dependencies")),
        {text_of(k): _uv_edges(v) for k, v in table(entry.get("optional-dependencies")).items()},
        indexed="registry" in source or not source,
        own=local == ".",
        path=local or None,
        line=line,
        index=redact(text_of(source.get("registry"))),
    )


def _uv_edges(value: object) -> tuple[LockEdge, ...]:
    return tuple(
        LockEdge(
            canonical(text_of(edge.get("name"))),
            text_of(edge.get("version")),
            texts(edge.get("extra")),
            text_of(edge.get("marker")),
        )
        for edge in tables(value)
    )
