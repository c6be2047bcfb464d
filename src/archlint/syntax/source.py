"""The text of a file as people see it in reports."""

from __future__ import annotations

import codecs

from archlint.syntax.python import SourceError, decode_python


def source_text(path: str, raw: bytes) -> str:
    """By BOM, by a Python file's own declaration, else as UTF-8; what is no text has marks in its place."""
    if raw.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return raw.decode("utf-16", "replace")
    if path.endswith((".py", ".pyi")):
        try:
            return decode_python(raw)
        except SourceError:
            pass
    return raw.decode("utf-8-sig", "replace")
