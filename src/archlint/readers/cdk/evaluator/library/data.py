"""JSON, YAML and TOML from texts and open files, and JSON as a text."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from archlint.readers.cdk.evaluator.library.helper import Helper, Invocation
from archlint.readers.cdk.evaluator.objects import Handle
from archlint.readers.cdk.evaluator.operators import unknown
from archlint.readers.cdk.values import REST, CdkValue, FilePath, Open

if TYPE_CHECKING:
    from archlint.readers.cdk.evaluator.machine import Machine


def loads(form: str) -> Callable[..., CdkValue]:
    """From a text."""

    def parse(at: Invocation, value: CdkValue, *_: CdkValue, **__: CdkValue) -> CdkValue:
        if not isinstance(value, str):
            return unknown(value)
        found = at.machine.modules.files.parsed(value, form)
        return at.machine.fail(found.reason, at.site.place) if isinstance(found, Open) else found

    return parse


def load(form: str) -> Helper:
    """From an open file, or a text."""

    def helper(at: Invocation) -> CdkValue:
        value = at.arguments[0] if at.arguments else at.keywords.get("stream")
        if isinstance(value, Handle):
            value = at.machine.modules.files.read(value.path)
        return unknown(value) if isinstance(value, Open) else loads(form)(at, value)

    return helper


def to_json(at: Invocation) -> CdkValue:
    """`json.dumps` and `JSON.stringify`, where their options are plain."""
    indent = at.get(2) if at.script else at.keywords.get("indent")
    odd = at.get(1) is not None if at.script else set(at.keywords) - {"indent"}
    if odd or not (indent is None or isinstance(indent, int)) or (indent or 0) > 10:
        return Open("a JSON text with options")
    plain = _plain(at.machine, at.arguments[0], at.script, 0)
    if isinstance(plain, Open):
        return plain
    separators = (",", ":") if at.script and not indent else None
    found = json.dumps(plain, separators=separators, indent=indent or None, ensure_ascii=not at.script)
    return at.budget.text(len(found)) or found


def _plain(machine: Machine, value: CdkValue, script: bool, depth: int) -> Any:
    machine.budget.spend()
    if depth > 50:
        return Open("data nested too deeply")
    if isinstance(value, dict):
        if REST in value:
            return unknown(value[REST])
        found: dict[str, Any] = {}
        for key, item in value.items():
            inner = _plain(machine, item, script, depth + 1)
            if isinstance(inner, Open):
                return inner
            if not (script and inner is None):
                found[str(key)] = inner
        return found
    if isinstance(value, list):
        items: list[Any] = []
        for item in value:
            inner = _plain(machine, item, script, depth + 1)
            if isinstance(inner, Open):
                return inner
            items.append(inner)
        return items
    if isinstance(value, FilePath):
        return value.text
    return value if isinstance(value, str | int | float | bool) or value is None else unknown(value)
