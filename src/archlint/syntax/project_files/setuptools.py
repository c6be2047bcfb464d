"""setup.cfg, and setup.py as far as it is literal."""

from __future__ import annotations

import ast

from archlint.syntax.project_files.lines import (
    MAX_REQUIREMENTS,
    Places,
    ProjectError,
    ProjectFile,
    canonical,
    computed,
    requirement,
)
from archlint.syntax.python import SourceError, parse_python
from archlint.syntax.requirements import Line

_SETUP = frozenset({"setup", "setuptools.setup"})


def parse_setup_cfg(text: str) -> ProjectFile:
    """Raises ProjectError. An option without a value that a line continues makes configparser raise AttributeError."""
    import configparser

    parser = configparser.RawConfigParser(strict=False, allow_no_value=True)
    try:
        parser.read_string(text)
        stated = parser.get("options", "install_requires", fallback="") or ""
        extras = dict(parser.items("options.extras_require")) if parser.has_section("options.extras_require") else {}
    except (configparser.Error, ValueError, RecursionError, AttributeError) as error:
        raise ProjectError("it is not a valid INI file", getattr(error, "lineno", None) or 1) from error
    places = Places(text)
    found = {canonical(name): _block(v or "", places, "options.extras_require") for name, v in extras.items()}
    return ProjectFile(_block(stated, places, "options"), found)


def _block(stated: str, places: Places, header: str) -> tuple[Line, ...]:
    after = places.header(header)
    if stated.strip().startswith("file:"):
        names = [name.strip() for name in stated.strip().removeprefix("file:").split(",")]
        return tuple(Line("include", places.key("install_requires", header), name) for name in names if name)
    found: list[Line] = []
    for text in stated.split("\n")[:MAX_REQUIREMENTS]:
        if not text.strip():
            continue
        after = places.bare(text, after)
        one = requirement(text.strip(), after, places)
        if one is not None:
            found.append(one)
    return tuple(found)


def parse_setup_py(text: str) -> ProjectFile:
    """Never run. What is not written as literal lists is a line of kind "invalid". Raises ProjectError."""
    try:
        module = parse_python(text)
    except SourceError as error:
        raise ProjectError(error.message, error.line) from error
    names: dict[str, ast.expr] = {}
    calls: list[ast.Call] = []
    for statement in ast.walk(module):
        if isinstance(statement, ast.Assign) and len(statement.targets) == 1:
            target = statement.targets[0]
            if isinstance(target, ast.Name):
                names[target.id] = statement.value
        elif isinstance(statement, ast.Call) and _dotted(statement.func) in _SETUP:
            calls.append(statement)
    if not calls:
        return ProjectFile()
    stated = {keyword.arg: keyword.value for keyword in calls[0].keywords}
    if None in stated:
        return ProjectFile((computed("setup.py", calls[0].lineno),))
    extras = _resolved(stated.get("extras_require"), names)
    places = Places("")
    given = stated.get("install_requires")
    return ProjectFile(
        () if given is None else _literal(given, names, places),
        {
            canonical(key.value): _literal(value, names, places)
            for key, value in zip(extras.keys, extras.values, strict=True)
            if isinstance(key, ast.Constant) and isinstance(key.value, str)
        }
        if isinstance(extras, ast.Dict)
        else {},
    )


def _resolved(value: ast.expr | None, names: dict[str, ast.expr]) -> ast.expr | None:
    return names.get(value.id) if isinstance(value, ast.Name) else value


def _literal(given: ast.expr, names: dict[str, ast.expr], places: Places) -> tuple[Line, ...]:
    value = _resolved(given, names)
    if not isinstance(value, ast.List | ast.Tuple):
        return (computed("setup.py", given.lineno),)
    found: list[Line] = []
    for item in value.elts[:MAX_REQUIREMENTS]:
        text = item.value if isinstance(item, ast.Constant) else None
        if not isinstance(text, str):
            found.append(computed("setup.py", item.lineno))
        elif (one := requirement(text, item.lineno, places)) is not None:
            found.append(one)
    return tuple(found)


def _dotted(node: ast.expr) -> str:
    if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
        return f"{node.value.id}.{node.attr}"
    return node.id if isinstance(node, ast.Name) else ""
