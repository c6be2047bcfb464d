"""Paths as the app sees them. Absolute ones begin with ROOT, which stands for the scanned folder; relative ones are
relative to the folder of cdk.json, where an app runs. `repository_path` turns both into a path of the tree."""

from __future__ import annotations

import posixpath

from archlint import tree
from archlint.readers.cdk.values import CdkValue, FilePath

ROOT = "/:repository:"
"""Where the scanned folder lies, as far as the app can see."""


def absolute(path: str) -> str:
    """A path of the tree as the app sees it."""
    return f"{ROOT}/{path}" if path else ROOT


def repository_path(value: CdkValue, folder: str) -> str | None:
    """The path of the tree that a text or FilePath of the app means; None when it leads out of the scanned folder."""
    text = value.text if isinstance(value, FilePath) else value
    if not isinstance(text, str):
        return None
    if text == ROOT or text.startswith(ROOT + "/"):
        return tree.join("", text[len(ROOT) :].lstrip("/"))
    return tree.join(folder, text)


def join(parts: list[str]) -> str:
    """As os.path.join and pathlib do: an absolute part starts anew."""
    return posixpath.join(*parts) if parts else ""


def normal(path: str) -> str:
    """Without `.`, `..` and double slashes."""
    return posixpath.normpath(path) if path else "."


def resolved(path: str, folder: str) -> str:
    """Absolute and normal."""
    return normal(posixpath.join(absolute(folder), path))
