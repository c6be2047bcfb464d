"""poetry.lock and pdm.lock."""

from __future__ import annotations

import re
from typing import Any

from archlint.syntax.locks.model import (
    MAIN,
    MAX_PACKAGES,
    Lock,
    Locked,
    LockEdge,
    edges_of,
    file_of,
    line_at,
    names_of,
    table,
    tables,
    text_of,
    texts,
)
from archlint.syntax.project_files import ProjectFile
from archlint.syntax.project_files.lines import canonical
from archlint.syntax.requirements import redact

_OBJECT = re.compile(r'^\s*"([^"\\\n]+)":\s*\{', re.MULTILINE)


def read_pipfile(data: dict[str, Any], text: str, project: ProjectFile | None) -> Lock:
    packages: dict[tuple[str, str], Locked] = {}
    sources = {text_of(one.get("name")): one for one in tables(table(data.get("_meta")).get("sources"))}
    for section, group in (("default", MAIN), ("develop", "dev")):
        numbers = _keys(text, section)
        for name, entry in list(table(data.get(section)).items())[:MAX_PACKAGES]:
            version = text_of(table(entry).get("version")).removeprefix("==")
            key = (canonical(name), version)
            held = packages.get(key)
            packages[key] = Locked(
                *key,
                markers=(text_of(table(entry).get("markers")),) if table(entry).get("markers") else (),
                indexed=not any(word in table(entry) for word in ("git", "path", "file")),
                path=text_of(table(entry).get("path")) or None,
                groups=frozenset({group}) | (held.groups if held is not None else frozenset()),
                line=held.line if held is not None else numbers.get(name, 1),
                index=redact(text_of(sources.get(text_of(table(entry).get("index")), {}).get("url"))),
            )
    return Lock(tuple(packages.values()), named=names_of(project))


def _keys(text: str, section: str) -> dict[str, int]:
    """The lines of the objects that stand below a key of the document, as pipenv writes them."""
    found: dict[str, int] = {}
    start = re.search(rf'^\s*"{section}":', text, re.MULTILINE)
    line, at = 1, 0
    for one in _OBJECT.finditer(text, start.end()) if start is not None else ():
        line += text.count("\n", at, one.start(1))
        at = one.start(1)
        if one[1] == "develop" and section == "default":
            break
        found.setdefault(one[1], line)
    return found


def read_poetry(data: dict[str, Any], lines: tuple[int, ...], project: ProjectFile | None) -> Lock:
    """Groups tell what is installed from Poetry 2 on, `category` told it up to 1.4; between, only pyproject.toml."""
    files = table(table(data.get("metadata")).get("files"))
    entries = tables(data.get("package"))
    grouped = any("groups" in entry or "category" in entry for entry in entries)
    packages = tuple(
        Locked(
            canonical(text_of(entry.get("name"))),
            text_of(entry.get("version")),
            tuple(file_of(f) for f in tables(entry.get("files") or files.get(text_of(entry.get("name"))))),
            edges=_poetry_edges(entry.get("dependencies")),
            markers=_poetry_markers(entry.get("markers")),
            indexed=table(entry.get("source")).get("type") in (None, "legacy"),
            path=_local(table(entry.get("source"))),
            groups=_groups(entry) if grouped else frozenset({MAIN}),
            optional=entry.get("optional") is True,
            line=line_at(lines, index),
            index=_index(table(entry.get("source"))),
        )
        for index, entry in enumerate(entries)
    )
    extras = {
        canonical(key): tuple(LockEdge(canonical(name)) for name in texts(value))
        for key, value in table(data.get("extras")).items()
    }
    named = names_of(project)
    if named is None:
        needed = {edge.name for package in packages for edge in package.edges}
        named = frozenset(package.name for package in packages if package.name not in needed)
    if grouped or project is None:
        return Lock(packages, None, {}, extras, named, _poetry_defaults(project, packages))
    groups = {name: edges_of(found) for name, found in project.groups.items()}
    return Lock(packages, edges_of(project.lines) or None, groups, extras, named, _poetry_defaults(project, packages))


def _poetry_defaults(project: ProjectFile | None, packages: tuple[Locked, ...]) -> frozenset[str]:
    """Poetry installs every group that is not marked as optional."""
    every = frozenset(name for package in packages for name in package.groups) - {MAIN}
    return every if project is None else (every | frozenset(project.groups)) - project.optional_groups


def _groups(entry: dict[str, Any]) -> frozenset[str]:
    return frozenset(texts(entry.get("groups"))) or frozenset({text_of(entry.get("category")) or MAIN})


def _local(source: dict[str, Any]) -> str | None:
    return text_of(source.get("url")) if source.get("type") in ("directory", "file") else None


def _index(source: dict[str, Any]) -> str:
    return redact(text_of(source.get("url"))) if source.get("type") == "legacy" else ""


def _poetry_markers(value: object) -> tuple[str, ...]:
    """One text for all groups, or a text for each group."""
    return tuple(t for t in (text_of(value), text_of(table(value).get(MAIN))) if t)


def _poetry_edges(value: object) -> tuple[LockEdge, ...]:
    """`name = "spec"`, a table, or a list of tables for different markers; optional ones belong to extras."""
    return tuple(
        LockEdge(canonical(name), "", texts(one.get("extras")), text_of(one.get("markers")))
        for name, spec in table(value).items()
        for one in tables(spec if isinstance(spec, list) else [spec]) or [{}]
        if one.get("optional") is not True and name != "python"
    )


def read_pdm(data: dict[str, Any], lines: tuple[int, ...], project: ProjectFile | None) -> Lock:
    """Groups say what is installed; the group of what is installed without asking is called "default"."""
    packages = tuple(
        Locked(
            canonical(text_of(entry.get("name"))),
            text_of(entry.get("version")),
            tuple(file_of(f) for f in tables(entry.get("files"))),
            markers=(text_of(entry.get("marker")),) if text_of(entry.get("marker")) else (),
            indexed=not any(key in entry for key in ("git", "path", "url")),
            path=text_of(entry.get("path")) or None,
            groups=frozenset(MAIN if g == "default" else g for g in texts(entry.get("groups")) or ("default",)),
            line=line_at(lines, index),
        )
        for index, entry in enumerate(tables(data.get("package")))
    )
    every = frozenset(name for package in packages for name in package.groups) - {MAIN}
    return Lock(packages, named=names_of(project), default_groups=every)
