"""How dicts and objects are put together."""

from __future__ import annotations

from typing import Any

from archlint.readers.cdk.evaluator.objects import Scope
from archlint.readers.cdk.evaluator.operators import key_of, unknown
from archlint.readers.cdk.values import REST, CdkValue, Instance, Open, Unset


def spread(found: dict[Any, CdkValue], value: CdkValue, scope: Scope) -> None:
    """`**value` and `...value`: an open one may replace every key so far."""
    if isinstance(value, Instance) and scope.module.script and value.made is None:
        value = value.attributes
    if isinstance(value, dict):
        if REST in value:
            spread(found, value[REST], scope)
        found.update(value)
    elif value is None or isinstance(value, bool | Unset) or (isinstance(value, str) and not value):
        return
    else:
        reason = unknown(value)
        for key in found:
            found[key] = reason
        found[REST] = reason


def put_item(found: dict[Any, CdkValue], key: CdkValue, value: CdkValue) -> None:
    key = key_of(found, key)
    if isinstance(key, Open | list | dict):
        found[REST] = unknown(key)
        return
    found.pop(key, None)
    found[key] = value
