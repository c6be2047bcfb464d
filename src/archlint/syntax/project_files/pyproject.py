"""pyproject.toml (PEP 621, PEP 735, Poetry, uv and PDM) and Pipfile."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from archlint.syntax.project_files.lines import (
    MAX_REQUIREMENTS,
    Places,
    ProjectError,
    ProjectFile,
    canonical,
    computed,
    requirements,
    string,
    table,
    tables,
    texts,
)
from archlint.syntax.project_files.poetry import dependency_lines, is_optional
from archlint.syntax.requirements import Line, redact
from archlint.syntax.toml import parse_toml

MAX_GROUPS = 100


def parse_pyproject(text: str) -> ProjectFile:
    """Raises ProjectError for what is no TOML."""
    data, places = _toml(text), Places(text)
    tool = table(data.get("tool"))
    indexes = _indexes(tool)
    project = table(data.get("project"))
    sources = table(table(tool.get("uv")).get("sources"))
    listed = requirements(project.get("dependencies"), places, places.key("dependencies", "project"))
    lines = _sourced(listed, sources, indexes) + _dynamic(project, tool, places)
    extras = {
        canonical(name): _sourced(requirements(given, places, _extra_line(places, name)), sources, indexes)
        for name, given in table(project.get("optional-dependencies")).items()
    }
    groups = {
        name: _sourced(found, sources, indexes)
        for name, found in _groups(table(data.get("dependency-groups")), places).items()
    }
    legacy = requirements(table(tool.get("uv")).get("dev-dependencies"), places, places.header("tool.uv"))
    if legacy:
        groups["dev"] = (*groups.get("dev", ()), *_sourced(legacy, sources, indexes))
    for name, given in table(table(tool.get("pdm")).get("dev-dependencies")).items():
        found = requirements(given, places, places.key(name, "tool.pdm.dev-dependencies"))
        groups[name] = (*groups.get(name, ()), *found)
    whole = ProjectFile(lines, extras, groups, indexes=_for_all(tool))
    return _with_poetry(whole, table(tool.get("poetry")), places, indexes)


def parse_pipfile(text: str) -> ProjectFile:
    """Raises ProjectError for what is no TOML."""
    data, places = _toml(text), Places(text)
    indexes = _named(data.get("source"))
    develop = dependency_lines(data.get("dev-packages"), places, "dev-packages", indexes)
    return ProjectFile(
        dependency_lines(data.get("packages"), places, "packages", indexes),
        groups={"dev": develop} if develop else {},
        optional_groups=frozenset({"dev"}),
        indexes=_addresses(tables(data.get("source"))[:1]),
    )


def _toml(text: str) -> dict[str, Any]:
    try:
        return parse_toml(text)
    except (ValueError, RecursionError) as error:
        line = getattr(error, "lineno", 1)
        raise ProjectError("it is not valid TOML", line if isinstance(line, int) else 1) from error


def _extra_line(places: Places, name: str) -> int:
    return places.key(name, "project.optional-dependencies")


def _groups(given: Mapping[str, Any], places: Places) -> dict[str, tuple[Line, ...]]:
    """PEP 735 groups with those that they include; a group that includes itself ends there."""
    own = {
        canonical(name): (requirements(v, places, places.key(name, "dependency-groups")), v)
        for name, v in list(given.items())[:MAX_GROUPS]
    }

    return {name: _with_included(name, own) for name in own}


def _with_included(name: str, own: Mapping[str, tuple[tuple[Line, ...], object]]) -> tuple[Line, ...]:
    found: dict[Line, None] = {}
    seen: set[str] = set()
    queue = [name]
    while queue and len(found) < MAX_REQUIREMENTS:
        here = queue.pop()
        if here in seen or here not in own:
            continue
        seen.add(here)
        lines, entries = own[here]
        found.update(dict.fromkeys(lines))
        queue += {canonical(string(entry.get("include-group"))) for entry in tables(entries)[:MAX_GROUPS]}
    return tuple(found)


def _dynamic(project: Mapping[str, Any], tool: Mapping[str, Any], places: Places) -> tuple[Line, ...]:
    """Dependencies that setuptools reads from files, or that a build backend computes."""
    if "dependencies" not in texts(project.get("dynamic")):
        return ()
    stated = table(table(table(tool.get("setuptools")).get("dynamic")).get("dependencies"))
    files = stated.get("file")
    names = (files,) if isinstance(files, str) else texts(files)
    if names:
        at = places.key("dependencies", "tool.setuptools.dynamic")
        return tuple(Line("include", places.text(name, at), name) for name in names)
    if "poetry" in tool:
        return ()
    return (computed("pyproject.toml", places.key("dynamic", "project")),)


def _with_poetry(
    whole: ProjectFile, poetry: Mapping[str, Any], places: Places, indexes: Mapping[str, str]
) -> ProjectFile:
    if not poetry:
        return whole
    header = "tool.poetry.dependencies"
    given = table(poetry.get("dependencies"))
    optional = {canonical(name) for name, one in given.items() if is_optional(one)}
    found = dependency_lines(given, places, header, indexes)
    named = {line.name for line in whole.lines}
    enriched = {line.name: line for line in found if line.name in named}
    lines = tuple(_enriched(line, enriched.get(line.name)) for line in whole.lines)
    lines += tuple(line for line in found if line.name not in named | optional)
    asked = {name: {canonical(n) for n in texts(v)} for name, v in table(poetry.get("extras")).items()}
    extras = {canonical(k): tuple(x for x in found if x.name in v) for k, v in asked.items()}
    groups = dict(whole.groups)
    left_out = set(whole.optional_groups)
    for name, group in list(table(poetry.get("group")).items())[:MAX_GROUPS]:
        inner = f"tool.poetry.group.{name}.dependencies"
        more = dependency_lines(table(group).get("dependencies"), places, inner, indexes)
        groups[canonical(name)] = (*groups.get(canonical(name), ()), *more)
        if table(group).get("optional") is True:
            left_out.add(canonical(name))
    if develop := dependency_lines(poetry.get("dev-dependencies"), places, "tool.poetry.dev-dependencies", indexes):
        groups["dev"] = (*groups.get("dev", ()), *develop)
    return replace(
        whole,
        lines=lines,
        extras={**whole.extras, **extras},
        groups=groups,
        optional_groups=frozenset(left_out),
    )


def _enriched(line: Line, other: Line | None) -> Line:
    """PEP 621 names a dependency, Poetry's own table tells where it comes from."""
    return line if other is None else replace(line, url=other.url or line.url, index=other.index)


def _sourced(lines: tuple[Line, ...], sources: Mapping[str, Any], indexes: Mapping[str, str]) -> tuple[Line, ...]:
    """With what `tool.uv.sources` says; of sources for several platforms the one for Linux."""
    by_name = {canonical(name): given for name, given in sources.items()}
    return tuple(_from(line, by_name.get(line.name), indexes) for line in lines)


def _from(line: Line, given: object, indexes: Mapping[str, str]) -> Line:
    every = tables(given) if isinstance(given, list) else [table(given)]
    fitting = [one for one in every if "linux" in string(one.get("marker"))] or [one for one in every if one]
    if not fitting or (len(every) > 1 and len(fitting) != 1):
        return line
    one = fitting[0]
    address = next((string(one[key]) for key in ("path", "git", "url") if string(one.get(key))), None)
    if one.get("workspace") is True:
        address = "a member of the workspace"
    if address:
        return replace(line, specifier="", url=redact(address))
    return replace(line, index=indexes.get(string(one.get("index"))))


def _indexes(tool: Mapping[str, Any]) -> dict[str, str]:
    """Addresses by name, without credentials."""
    return {
        **_named(table(tool.get("poetry")).get("source")),
        **_named(table(tool.get("uv")).get("index")),
        **_named(table(tool.get("pdm")).get("source")),
    }


def _for_all(tool: Mapping[str, Any]) -> tuple[str, ...]:
    """The indexes that are asked for every package, not only for those that name them."""
    poetry = [one for one in tables(table(tool.get("poetry")).get("source")) if one.get("priority") != "explicit"]
    uv = [one for one in tables(table(tool.get("uv")).get("index")) if one.get("explicit") is not True]
    every = [*poetry, *uv, *tables(table(tool.get("pdm")).get("source"))]
    return _addresses(every)


def _addresses(sources: Iterable[Mapping[str, Any]]) -> tuple[str, ...]:
    return tuple(redact(string(one.get("url"))) for one in sources if string(one.get("url")))


def _named(given: object) -> dict[str, str]:
    return {string(one.get("name")): redact(string(one.get("url"))) for one in tables(given) if one.get("url")}
