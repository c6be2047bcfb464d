"""A unified diff of what would be written."""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping

_LINES = re.compile(r"[^\n]*\n|[^\n]+\Z")
"""Lines end at a line feed alone, so that a diff keeps a file's carriage returns."""


def unified(changed: Mapping[str, tuple[bytes, bytes]], decode: Mapping[str, str]) -> str:
    """For `git apply` and `patch -p1`; `decode` holds the encodings of files that are not UTF-8."""
    return "".join(_one(path, *pair, decode.get(path, "utf-8")) for path, pair in sorted(changed.items()))


def _one(path: str, old: bytes, new: bytes, encoding: str) -> str:
    before, after = (_LINES.findall(data.decode(encoding, "replace")) for data in (old, new))
    lines = difflib.unified_diff(before, after, f"a/{path}", f"b/{path}")
    return "".join(line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n" for line in lines)
