"""Files and places in them, as SARIF names them."""

from __future__ import annotations

import posixpath
import re
from typing import Any
from urllib.parse import quote

from archlint.model.place import Place
from archlint.report.visible import visible

ROOT = "%SRCROOT%"
_LANGUAGES = {".py": "python", ".ts": "typescript", ".yaml": "yaml", ".yml": "yaml", ".json": "json", ".toml": "toml"}
_DRIVE = re.compile(r"[A-Za-z]:/")


def address(path: str) -> dict[str, Any]:
    """Relative to the checkout and percent-encoded; what was given as an absolute path is a file: address."""
    quoted = quote(_bytes(path), safe="/~")
    if path.startswith("/"):
        return {"uri": f"file://{quoted}"}
    if _DRIVE.match(path):
        return {"uri": f"file:///{quoted}"}
    return {"uri": quoted, "uriBaseId": ROOT}


def _bytes(path: str) -> bytes:
    """The bytes of the file's name, which need not be text."""
    try:
        return path.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        return path.encode("utf-8", "backslashreplace")


class Artifacts:
    """Every file that a run names, once, in the order of the names' first use."""

    def __init__(self) -> None:
        self._indices: dict[str, int] = {}

    def location(self, path: str) -> dict[str, Any]:
        return {**address(path), "index": self._indices.setdefault(path, len(self._indices))}

    def place(self, place: Place, message: str = "") -> dict[str, Any]:
        """A SARIF location."""
        found: dict[str, Any] = {
            "physicalLocation": {"artifactLocation": self.location(place.path), "region": region(place)}
        }
        if message:
            found["message"] = {"text": plain(message)}
        return found

    def listed(self) -> list[dict[str, Any]]:
        return [_artifact(path, index) for path, index in self._indices.items()]


def _artifact(path: str, index: int) -> dict[str, Any]:
    artifact: dict[str, Any] = {"location": {**address(path), "index": index}}
    language = _LANGUAGES.get(posixpath.splitext(path)[1].lower())
    return artifact | ({"sourceLanguage": language} if language else {})


def region(place: Place) -> dict[str, int]:
    """Columns count characters; `endColumn` is the one behind the last. An end before the start is left out."""
    line, column = max(1, place.line), max(1, place.column)
    found = {"startLine": line, "startColumn": column}
    end_line = place.end_line or line
    if place.end_column is not None and (end_line, place.end_column) > (line, column):
        found |= {"endLine": end_line, "endColumn": place.end_column}
    elif end_line > line:
        found["endLine"] = end_line
    return found


def plain(text: str) -> str:
    """One line in which nothing is a link; SARIF's plain messages know `[text](target)`."""
    return visible(text).strip().replace("](", "] (")
