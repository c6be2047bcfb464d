"""Dependencies in Poetry's own notation, which Pipfile shares in part."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from packaging.markers import Marker
from packaging.specifiers import InvalidSpecifier, SpecifierSet

from archlint.syntax.project_files.lines import MAX_REQUIREMENTS, Places, canonical, string, table, tables, texts
from archlint.syntax.requirements import Line, redact

MAX_SPECIFIER = 300
MAX_BRACKETS = 40

_CLAUSE = re.compile(r"\s*(\^|~=|~|===?|!=|<=|>=|<|>|=)?\s*([0-9A-Za-z*][0-9A-Za-z.*+!_-]*)\s*\Z")
_SPACED = re.compile(r"(?<=[0-9A-Za-z*])\s+(?=[<>=!~^])")
_SOURCES = ("path", "file", "git", "url")


def dependency_lines(values: object, places: Places, header: str, indexes: Mapping[str, str]) -> tuple[Line, ...]:
    """Every dependency of a table with the name `header`; `indexes` are addresses by the name of a source."""
    found: list[Line] = []
    for name, given in list(table(values).items())[:MAX_REQUIREMENTS]:
        if name.lower() == "python":
            continue
        line = places.key(name, header)
        for one in tables(given) if isinstance(given, list) else [given]:
            places.left -= 1
            if places.left < 0:
                return tuple(found)
            made = dependency_line(name, one, line, indexes)
            if made is not None:
                found.append(made)
    return tuple(found)


def is_optional(given: object) -> bool:
    """Whether only an extra installs a dependency."""
    return any(one.get("optional") is True for one in (tables(given) if isinstance(given, list) else [table(given)]))


def dependency_line(name: str, given: object, line: int, indexes: Mapping[str, str]) -> Line | None:
    """`name = "^1.2"` or `name = {version = …}`; None for what is neither."""
    if isinstance(given, str):
        return Line("requirement", line, canonical(name), specifier(given))
    if not isinstance(given, dict):
        return None
    address = next((string(given[key]) for key in _SOURCES if string(given.get(key))), None)
    source = string(given.get("source")) or string(given.get("index"))
    return Line(
        "requirement",
        line,
        canonical(name),
        "" if address else specifier(string(given.get("version"))),
        tuple(sorted(texts(given.get("extras")))),
        _marker(given),
        redact(address) if address else None,
        indexes.get(source),
    )


def specifier(text: str) -> str:
    """Poetry's version constraint as PEP 440 text; "" for any version and for what PEP 440 cannot say (`||`)."""
    if not text.strip(" *") or "|" in text or len(text) > MAX_SPECIFIER:
        return ""
    clauses: list[str] = []
    for clause in _SPACED.sub(",", text.strip()).split(","):
        found = _CLAUSE.match(clause)
        if found is None:
            return ""
        clauses.extend(_clause(found[1] or "", found[2]))
    try:
        return str(SpecifierSet(",".join(clauses)))
    except InvalidSpecifier:
        return ""


def _clause(operator: str, version: str) -> Iterator[str]:
    if version == "*":
        return
    if operator in ("", "="):
        yield f"=={version}"
    elif operator == "^":
        yield f">={version}"
        yield f"<{_next(version, caret=True)}"
    elif operator == "~":
        yield f">={version}"
        yield f"<{_next(version, caret=False)}"
    else:
        yield f"{operator}{version}"


def _next(version: str, caret: bool) -> str:
    """The first version that a caret or a tilde leaves out: ^1.2.3 stops at 2, ^0.2.3 at 0.3, ~1.2.3 at 1.3."""
    release = [int(part) for part in re.findall(r"\d{1,9}", re.split(r"[a-zA-Z+-]", version, maxsplit=1)[0])] or [0]
    at = min(1, len(release) - 1)
    if caret:
        at = next((index for index, part in enumerate(release) if part), len(release) - 1)
    return ".".join(str(part) for part in (*release[:at], release[at] + 1))


def _marker(given: Mapping[str, Any]) -> Marker | None:
    """`markers`, `python` and `platform`, and Pipfile's keys that are named as a marker's variables."""
    clauses = [f"({string(given.get('markers'))})"] if string(given.get("markers")) else []
    if python := specifier(string(given.get("python"))):
        clauses += [f'python_version {one.operator} "{one.version}"' for one in SpecifierSet(python)]
    if platform := string(given.get("platform")):
        clauses.append(f'sys_platform == "{platform}"')
    clauses += [f"{key} {string(given[key])}" for key in _VARIABLES if string(given.get(key))]
    text = " and ".join(clauses)
    if not text or len(text) > 2_000 or text.count("(") > MAX_BRACKETS:
        return None
    try:
        return Marker(text)
    except (ValueError, RecursionError):
        return None


_VARIABLES = ("sys_platform", "platform_machine", "platform_system", "python_version", "os_name")
