"""The file of a baseline: JSON, sorted, one entry a line, no line numbers; the same findings give the same bytes.

```json
{
  "schema": "archlint/baseline/v1",
  "findings": [
    {"path": "src/app.py", "rule": "…", "scope": "handler", "function": "Captions", "code": "…", "count": 1, …}
  ]
}
```
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable

from archlint.baseline.entry import BaselineEntry, counted
from archlint.report.document import clean
from archlint.report.visible import json_without_commands

NAME = "archlint-baseline.json"
SCHEMA = "archlint/baseline/v1"
MAX_BYTES = 50_000_000
MAX_COUNT = 1_000_000
_OTHER_VERSION = re.compile(r"archlint/baseline/v\d{1,6}")
_TEXTS = ("path", "rule", "scope", "function", "code", "message")


class BaselineError(Exception):
    """A baseline that cannot be used; the message is for people and does not name the file."""


class OtherVersionError(BaselineError):
    """Written by another version of archlint."""


def render(entries: Iterable[BaselineEntry]) -> str:
    """ASCII only."""
    rows = ",\n".join(f"    {json.dumps(clean(_row(entry)), ensure_ascii=True)}" for entry in counted(entries))
    findings = f"[\n{rows}\n  ]" if rows else "[]"
    return json_without_commands(f'{{\n  "schema": "{SCHEMA}",\n  "findings": {findings}\n}}\n')


def parse(data: bytes) -> tuple[BaselineEntry, ...]:
    """Raises BaselineError. Unknown keys are passed over."""
    if len(data) > MAX_BYTES:
        raise BaselineError(f"is larger than {MAX_BYTES:,} bytes")
    try:
        document = json.loads(data)
    except UnicodeDecodeError as error:
        raise BaselineError("is not UTF-8") from error
    except json.JSONDecodeError as error:
        raise BaselineError(f"line {error.lineno}: is not valid JSON: {error.msg}") from error
    except (ValueError, RecursionError) as error:
        raise BaselineError("is not JSON that archlint can read") from error
    return counted(_entries(document))


def _entries(document: object) -> list[BaselineEntry]:
    schema = document.get("schema") if isinstance(document, dict) else None
    if not isinstance(document, dict) or not isinstance(schema, str) or not schema.startswith("archlint/baseline/"):
        raise BaselineError(f'is not a baseline of archlint: there is no "schema": "{SCHEMA}"')
    if schema != SCHEMA:
        other = schema if _OTHER_VERSION.fullmatch(schema) else "another schema"
        raise OtherVersionError(f"has {other}, and this archlint reads {SCHEMA}; write it anew")
    rows = document.get("findings")
    if not isinstance(rows, list):
        raise BaselineError('"findings" must be a list')
    return [_entry(number, row) for number, row in enumerate(rows, 1)]


def _entry(number: int, row: object) -> BaselineEntry:
    if not isinstance(row, dict):
        raise BaselineError(f"finding {number} must be an object")
    texts = {}
    for key in _TEXTS:
        value = row.get(key, "")
        if not isinstance(value, str) or (key in ("path", "rule") and not value):
            raise BaselineError(f'finding {number}: "{key}" must be a string{" with something in it" * (not value)}')
        texts[key] = value
    count = row.get("count", 1)
    if isinstance(count, bool) or not isinstance(count, int) or not 1 <= count <= MAX_COUNT:
        raise BaselineError(f'finding {number}: "count" must be a whole number from 1 to {MAX_COUNT:,}')
    path, rule, scope, function, code, message = (texts[key] for key in _TEXTS)
    return BaselineEntry(path, rule, scope, function, code, message, count)


def _row(entry: BaselineEntry) -> dict[str, object]:
    return {
        "path": entry.path,
        "rule": entry.rule,
        "scope": entry.scope,
        "function": entry.function,
        "code": entry.anchor,
        "count": entry.count,
        "message": entry.message,
    }
