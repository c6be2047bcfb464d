"""A JSON document as text, the same for every report."""

from __future__ import annotations

import json
import math
import re
from typing import Any

from archlint.report.visible import json_without_commands

_SURROGATE = re.compile("[\ud800-\udfff]")


def rendered(document: dict[str, Any]) -> str:
    """ASCII only, indented, and obeyed by no build machine."""
    return json_without_commands(json.dumps(clean(document), indent=2, ensure_ascii=True, allow_nan=False)) + "\n"


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
