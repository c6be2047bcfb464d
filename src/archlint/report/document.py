"""A JSON document as text, the same for every report."""

from __future__ import annotations

import json
import math
import re
from typing import Any

from archlint.report.visible import json_without_commands

_SURROGATE = re.compile("[\ud800-\udfff]")


def rendered(document: dict[str, Any] | list[dict[str, Any]], indent: int | None = 2) -> str:
    """ASCII only, and obeyed by no build machine; without an indent it is one line, written ten times as fast."""
    text = json.dumps(clean(document), indent=indent, ensure_ascii=True, allow_nan=False)
    return json_without_commands(text) + "\n"


def clean(value: Any) -> Any:
    """A lone surrogate, which strict parsers refuse even when escaped, becomes the text \\udcXX; a number that is not
    finite becomes null."""
    if isinstance(value, str):
        return value if value.isascii() else _SURROGATE.sub(lambda found: f"\\u{ord(found[0]):04x}", value)
    if isinstance(value, float) and not math.isfinite(value):
        return None
    if isinstance(value, dict):
        return {clean(key): clean(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [clean(item) for item in value]
    return value
