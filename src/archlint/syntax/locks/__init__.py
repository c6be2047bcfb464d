"""uv.lock, pylock.toml, poetry.lock, pdm.lock and Pipfile.lock as one shape: what each locks, what leads to what."""

from __future__ import annotations

import json
import re
from functools import lru_cache

from archlint.syntax.locks.model import MAIN, MAX_PACKAGES, Lock, Locked, LockedFile, LockEdge, LockError, table
from archlint.syntax.locks.poetry import read_pdm, read_pipfile, read_poetry
from archlint.syntax.locks.uv import read_pylock, read_uv
from archlint.syntax.project_files import ProjectError, ProjectFile, parse_project
from archlint.syntax.toml import parse_toml

__all__ = ["MAIN", "Lock", "LockEdge", "LockError", "Locked", "LockedFile", "is_lock", "parse_lock", "project_file"]

_TABLE = re.compile(r"^\[\[packages?\]\][ \t]*(?:#.*)?$", re.MULTILINE)
_NAME = re.compile(r"^[ \t]*name[ \t]*=", re.MULTILINE)
_ELSEWHERE = re.compile(
    r"^[ \t]*\{ ?url = \"[^\"\n]*(?:macosx|win32|win_amd64|win_arm64|musllinux|-pp3)[^\"\n]*\"[^\n]*\},?[ \t]*$",
    re.MULTILINE,
)
_UNSIZED = re.compile(r"^[ \t]*\{ ?file = \"[^\"\n]*\", hash = \"[^\"\n]*\" ?\},?[ \t]*$", re.MULTILINE)
"""Entries of files for other systems, and of files without a size: most of a lock's text, and parsing is slow."""


def is_lock(name: str) -> bool:
    """Whether a file of this name is read here."""
    return name in ("uv.lock", "poetry.lock", "pdm.lock", "Pipfile.lock") or bool(
        re.match(r"pylock(\.[^.]+)?\.toml\Z", name)
    )


def project_file(name: str) -> str:
    """The file beside a lock of this name that tells what the project itself asks for."""
    return "Pipfile" if name == "Pipfile.lock" else "pyproject.toml"


@lru_cache(maxsize=32)
def parse_lock(name: str, text: str, project: str = "") -> Lock:
    """`name` is the file's name, `project` the text of the project file beside it; raises LockError."""
    if text.count("[[package") > MAX_PACKAGES:
        raise LockError(f"it locks more than {MAX_PACKAGES:,} packages")
    beside = _project(name, project)
    try:
        if name == "Pipfile.lock":
            return read_pipfile(table(json.loads(text)), text, beside)
        data = table(parse_toml(_UNSIZED.sub("", _ELSEWHERE.sub("", text))))
    except (ValueError, RecursionError) as error:
        line = getattr(error, "lineno", 1)
        kind = "JSON" if name == "Pipfile.lock" else "TOML"
        raise LockError(f"it is not valid {kind}", line if isinstance(line, int) else 1) from error
    lines = _lines(text)
    if name == "uv.lock":
        return read_uv(data, lines)
    if name == "pdm.lock":
        return read_pdm(data, lines, beside)
    return read_poetry(data, lines, beside) if name == "poetry.lock" else read_pylock(data, lines, beside)


def _project(name: str, text: str) -> ProjectFile | None:
    try:
        return parse_project(project_file(name), text) if text else None
    except ProjectError:
        return None


def _lines(text: str) -> tuple[int, ...]:
    """The line of each package's name, in the order of the packages."""
    found: list[int] = []
    line, at = 1, 0
    for header in _TABLE.finditer(text):
        name = _NAME.search(text, header.end())
        position = name.start() if name is not None else header.start()
        line += text.count("\n", at, position)
        at = position
        found.append(line)
    return tuple(found)
