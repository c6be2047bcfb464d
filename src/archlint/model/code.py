"""Where a function's code lies, as its Python would see it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Mount:
    """A file or folder of the repository as it appears on a function's sys.path.

    `at` is the path below the sys.path entry ("" for the entry itself, "src" when a Dockerfile copies a folder to
    /var/task/src); `source` is the file or folder relative to the scanned root. A module `a.b` is looked for as a/b.py
    and a/b/__init__.py: first mount first, and a file mount answers to its own `at` alone.
    """

    at: str
    source: str


@dataclass(frozen=True, slots=True)
class HandlerSource:
    """The function object that Lambda calls. `function` is the attribute's name in the module at `path`."""

    path: str
    function: str
    line: int
