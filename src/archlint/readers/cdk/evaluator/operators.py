"""Operators, truth, equality and conversion to text; what is not known stays open."""

from __future__ import annotations

import math
from collections.abc import Iterable
from itertools import islice
from typing import Any

from archlint.readers.cdk.evaluator.budget import Budget
from archlint.readers.cdk.evaluator.names import is_construct_library
from archlint.readers.cdk.evaluator.objects import Handle, LoadedModule, Method, Stat, SuperOf
from archlint.readers.cdk.values import (
    REST,
    CdkInstance,
    CdkReference,
    CdkValue,
    Closure,
    FilePath,
    Made,
    Member,
    Open,
    Several,
    UserClass,
    Woven,
)

MAX_MEMBERS = 500
MAX_PATTERN = 2_000
"""Characters that are kept of a text with open parts."""

MAX_REFERENCES = 50
_SCALARS = (str, int, float, bool, type(None))


def describe(value: CdkValue) -> str:
    """What an open part is, as a reason."""
    if isinstance(value, Open):
        return value.reason
    if isinstance(value, Made):
        return f"only synth knows what {value.path} gives"
    if isinstance(value, Member):
        return f"only synth knows {value.name} of {value.owner.path}"
    if isinstance(value, CdkReference):
        return f"only synth knows {value.path}"
    if isinstance(value, Method):
        return f"it is {value.name} of a value"
    if isinstance(value, CdkInstance):
        return f"it is an object of {value.cls.definition.name}"
    return "it is no text or number"


def unknown(value: CdkValue) -> Open:
    """A value's openness without what makes it special (`Unset`, `Several`)."""
    return value if type(value) is Open else Open(describe(value))


def depends(test: Open) -> str:
    """The reason of what only happens if an unknown test holds."""
    prefix = "it depends on something unknown: "
    return test.reason if test.reason.startswith(prefix) else prefix + test.reason


def truth(value: CdkValue, script: bool) -> bool | Open:
    """Whether a value counts as true."""
    if isinstance(value, Open | Member):
        return unknown(value)
    if isinstance(value, str | int | float | bool) or value is None:
        return bool(value) and not (isinstance(value, float) and math.isnan(value))
    if isinstance(value, list | dict):
        return True if script else _filled(value)
    if isinstance(value, Made):
        last = value.path.rsplit(".", 1)[-1]
        sure = is_construct_library(value.path) and not last.startswith(("is_", "has_", "try_", "find_"))
        return True if sure or value.instance else unknown(value)
    if isinstance(value, Method) or (
        isinstance(value, CdkReference) and value.path in ("os.environ", "js.process.env")
    ):
        return unknown(value)
    return True


def _filled(value: list[CdkValue] | dict[Any, CdkValue]) -> bool | Open:
    sure = [item for item in value if not isinstance(item, Several) and item != REST]
    if value and not sure:
        return Open(describe(value[0] if isinstance(value, list) else value[REST]))
    return bool(sure)


def equal(one: CdkValue, other: CdkValue, script: bool, budget: Budget) -> bool | Open:
    """`==`; `===` in TypeScript."""
    budget.spend()
    one, other = as_plain(one), as_plain(other)
    for value in (one, other):
        if isinstance(value, Open):
            return unknown(value)
    if one is other:
        return True
    if isinstance(one, _SCALARS) and isinstance(other, _SCALARS):
        return bool(one == other) and (not script or isinstance(one, bool) == isinstance(other, bool))
    for value in (one, other):
        if isinstance(value, Member) or (isinstance(value, Made) and truth(value, script) is not True):
            return unknown(value)
        if isinstance(value, Made) and isinstance(other if value is one else one, str | int | float):
            return unknown(value)
    if isinstance(one, list) and isinstance(other, list) and not script:
        return _equal_lists(one, other, budget)
    if isinstance(one, dict) and isinstance(other, dict) and not script:
        return _equal_dicts(one, other, budget)
    if isinstance(one, CdkReference) and isinstance(other, CdkReference):
        return one.path == other.path or _differ(one, other)
    if isinstance(one, FilePath) and isinstance(other, FilePath):
        return one.text == other.text
    if isinstance(one, CdkReference) or isinstance(other, CdkReference):
        return False if one is None or other is None else unknown(one if isinstance(one, CdkReference) else other)
    return False


def as_plain(value: CdkValue) -> CdkValue:
    """A member of an enumeration of texts equals its text."""
    if isinstance(value, CdkInstance) and value.attributes.get("is_text") is True:
        return value.attributes["value"]
    return value


def key_of(owner: dict[Any, CdkValue], key: CdkValue) -> CdkValue:
    """The key of a dict that `key` equals: a member of an enumeration of texts stands for its text, and back."""
    if isinstance(key, list) and all(isinstance(part, str | int | float) for part in key):
        return tuple(key)
    if isinstance(key, CdkInstance) and key not in owner and as_plain(key) in owner:
        return as_plain(key)
    if isinstance(key, str) and key not in owner and isinstance(next(iter(owner), None), CdkInstance):
        members = (held for held in islice(owner, MAX_MEMBERS) if isinstance(held, CdkInstance))
        return next((held for held in members if as_plain(held) == key), key)
    return key


def visible(value: CdkValue) -> CdkValue:
    """A value as the library is handed it: nothing that only the evaluator knows."""
    if isinstance(value, Method | SuperOf | LoadedModule | Handle | Stat):
        return Open("something that no construct takes")
    return as_plain(value)


def _differ(one: CdkReference, other: CdkReference) -> bool | Open:
    """Two members of one enumeration differ by name; an older name may be another spelling, though."""
    (owner, name), (other_owner, other_name) = one.path.rsplit(".", 1), other.path.rsplit(".", 1)
    if owner == other_owner and name.isupper() and other_name.isupper():
        return False
    return unknown(one)


def _equal_lists(one: list[CdkValue], other: list[CdkValue], budget: Budget) -> bool | Open:
    for x in (*one, *other):
        if isinstance(x, Several):
            return unknown(x)
    if len(one) != len(other):
        return False
    found: bool | Open = True
    for x, y in zip(one, other, strict=True):
        pair = equal(x, y, False, budget)
        if pair is False:
            return False
        found = pair if isinstance(pair, Open) else found
    return found


def _equal_dicts(one: dict[Any, CdkValue], other: dict[Any, CdkValue], budget: Budget) -> bool | Open:
    if REST in one or REST in other:
        return unknown(one.get(REST) or other.get(REST))
    if one.keys() != other.keys():
        return False
    return _equal_lists(list(one.values()), [other[key] for key in one], budget)


def contains(item: CdkValue, owner: CdkValue, script: bool, budget: Budget) -> bool | Open:
    """Python's `in` and TypeScript's `includes`; for dicts the keys."""
    if isinstance(owner, str):
        return item in owner if isinstance(item, str) else unknown(item)
    if isinstance(owner, dict):
        item = key_of(owner, item)
        if isinstance(item, CdkInstance) and item in owner:
            return True
        if isinstance(as_plain(item), _SCALARS):
            return True if item in owner else unknown(owner[REST]) if REST in owner else False
        return unknown(item)
    if not isinstance(owner, list):
        return unknown(owner)
    open_part: Open | None = None
    for element in owner:
        found = unknown(element) if isinstance(element, Several) else equal(item, element, script, budget)
        if found is True:
            return True
        open_part = found if isinstance(found, Open) else open_part
    return open_part or False


def short(value: float) -> float:
    """TypeScript has one kind of number."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


def text(value: CdkValue, script: bool) -> str | Open:
    """A value inside a text."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return str(value).lower() if script else str(value)
    if isinstance(value, int | float):
        return str(short(value) if script else value)
    if isinstance(value, FilePath):
        return value.text
    if value is None:
        return Open("it is null or undefined") if script else "None"
    if isinstance(value, CdkInstance) and isinstance(value.attributes.get("as_text"), str):
        return str(value.attributes["as_text"])
    if script and isinstance(value, list) and all(isinstance(x, str | int | float) for x in value):
        return ",".join(str(text(x, script)) for x in value)
    return unknown(value)


def woven(values: Iterable[CdkValue], script: bool) -> Open:
    """Values one after the other in a text, of which at least one is open."""
    reason, pattern = "", ""
    references: list[Made | Member | CdkInstance] = []
    for value in values:
        found = value if isinstance(value, Woven) else text(value, script)
        if isinstance(found, Open):
            reason = reason or found.reason
        if isinstance(found, Woven):
            references += found.references
        elif isinstance(found, Open) and isinstance(value, Made | Member | CdkInstance):
            references.append(value)
        if len(pattern) < MAX_PATTERN:
            pattern += found.pattern if isinstance(found, Woven) else "*" if isinstance(found, Open) else found
    return Woven(reason, pattern[:MAX_PATTERN], tuple(references[:MAX_REFERENCES]))


def kind(value: CdkValue) -> str:
    """TypeScript's `typeof`; empty when it is not known."""
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, str):
        return "string"
    if isinstance(value, int | float):
        return "number"
    if value is None:
        return "undefined"
    if isinstance(value, Closure | UserClass | Method):
        return "function"
    if isinstance(value, list | dict | CdkInstance | LoadedModule | Handle | FilePath):
        return "object"
    return "object" if isinstance(value, Made) and truth(value, True) is True else ""
