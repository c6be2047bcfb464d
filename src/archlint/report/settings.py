"""Told settings as text and as JSON."""

from __future__ import annotations

import json as library
from collections.abc import Iterator, Sequence
from typing import Any

from archlint.config.origins import ConfigSetting, Origin, Plain, Told
from archlint.report.document import rendered
from archlint.report.visible import visible

SCHEMA = "archlint/settings/v1"
_WIDTH = 34
"""Columns of the longest key that the others are aligned with."""

_SHOWN = 50
"""Excluded paths that the text lists; JSON has all that were looked up."""


def text(told: Sequence[Told]) -> str:
    """Without colours; every text of the repository is escaped."""
    return "\n".join("\n".join(_folder(one, named=len(told) > 1)) + "\n" for one in told)


def json(told: Sequence[Told]) -> str:
    """As settings.v1.schema.json of archlint.config describes it."""
    return rendered({"schema": SCHEMA, "folders": [_document(one) for one in told]})


def _folder(told: Told, *, named: bool) -> Iterator[str]:
    if named:
        yield visible(told.folder)
        yield ""
    for setting in told.settings:
        key = visible(dotted(setting.key))
        value = " ".join(part for part in (_plain(setting.value), setting.unit) if part)
        where = ", ".join(_origin(origin) for origin in setting.origins)
        yield f"{key.ljust(_WIDTH)} {visible(value)}  ({visible(where)})"
    yield ""
    yield f"{len(told.rules)} of {told.all_rules} rules run."
    if told.excluded:
        yield "Excluded by the settings:"
    for entry in told.excluded[:_SHOWN]:
        yield f"  {visible(entry.path)}  by {visible(library.dumps(entry.pattern, ensure_ascii=False))}"
    hidden = len(told.excluded) - _SHOWN
    if hidden > 0 or told.more_excluded:
        yield f"  and {max(hidden, 0)} more{', at least' if told.more_excluded else ''}"


def dotted(key: tuple[str, ...]) -> str:
    """A key as TOML writes it."""
    return ".".join(part if part.isascii() and _bare(part) else library.dumps(part, ensure_ascii=False) for part in key)


def _bare(part: str) -> bool:
    return bool(part) and all(char.isalnum() or char in "-_" for char in part)


def _plain(value: Plain) -> str:
    if isinstance(value, list):
        return ", ".join(value) or "none"
    if value is None:
        return "none"
    return value if isinstance(value, str) else f"{value:,}"


def _origin(origin: Origin) -> str:
    if origin.kind == "file":
        return origin.text if origin.line is None else f"{origin.text} line {origin.line}"
    return "default" if origin.kind == "default" else f"command line, {origin.text}"


def _document(told: Told) -> dict[str, Any]:
    return {
        "path": told.folder,
        "settings": [_setting(setting) for setting in told.settings],
        "rules": list(told.rules),
        "excluded": [{"path": entry.path, "pattern": entry.pattern} for entry in told.excluded],
        "more_excluded": told.more_excluded,
    }


def _setting(setting: ConfigSetting) -> dict[str, Any]:
    return {
        "key": list(setting.key),
        "value": setting.value,
        "unit": setting.unit or None,
        "origins": [
            {"kind": origin.kind, "text": origin.text or None, "line": origin.line} for origin in setting.origins
        ],
    }
