"""Methods of dicts, and of TypeScript's Map."""

from __future__ import annotations

from typing import Any

from archlint.readers.cdk.evaluator.iterate import unkeyed
from archlint.readers.cdk.evaluator.library.helper import Invocation
from archlint.readers.cdk.evaluator.operators import contains, key_of, unknown
from archlint.readers.cdk.values import REST, CdkValue, Open, Several, Unset

Dict = dict[Any, CdkValue]
List = list[CdkValue]


def call(at: Invocation, name: str) -> CdkValue:
    """`owner.name(arguments)`."""
    owner = at.owner
    if name in ("items", "entries", "keys", "values"):
        return at.memory.born_list(listing(owner, name))
    if name in ("has", "hasOwnProperty", "__contains__"):
        return contains(at.arguments[0], owner, at.script, at.budget)
    if name in ("get", "setdefault", "pop", "delete"):
        return _keyed(at, name)
    if name == "copy":
        return at.memory.born_dict(dict(owner))
    if name == "set":
        at.memory.put(owner, _key(owner, at.arguments[0]), at.arguments[1])
        return owner
    if name == "forEach":
        _for_each(at)
    elif name == "update":
        _update(at)
    elif name == "clear":
        for key in list(owner):
            at.memory.drop(owner, key)
    else:
        return Open("a method of a dict that archlint does not follow")
    return None


def _for_each(at: Invocation) -> None:
    for pair in listing(at.owner, "entries"):
        if isinstance(pair, Several):
            at.machine.call_some(at.arguments[0], pair, at.site)
        else:
            at.run(at.arguments[0], pair[1], pair[0], at.owner)


def listing(owner: Dict, name: str) -> List:
    """Keys, values or pairs in order; a Several for keys that are not known."""
    found: List = []
    for key, value in owner.items():
        if key == REST:
            found.append(Several(unknown(value).reason))
        elif name == "keys":
            found.append(unkeyed(key))
        else:
            found.append(value if name == "values" else [unkeyed(key), value])
    return found


def _key(owner: Dict, value: CdkValue) -> CdkValue:
    return key_of(owner, tuple(value) if isinstance(value, list) else value)


def _keyed(at: Invocation, name: str) -> CdkValue:
    owner, key, default = at.owner, _key(at.owner, at.arguments[0]), at.get(1, "default")
    if isinstance(key, Unset):
        key = None
    if isinstance(key, Open):
        if name != "get":
            at.memory.put(owner, REST, unknown(key))
        return unknown(key)
    if key in owner:
        value = owner[key]
        if name in ("pop", "delete"):
            at.memory.drop(owner, key)
        return True if name == "delete" else value
    if REST in owner:
        return unknown(owner[REST])
    if name == "setdefault":
        at.memory.put(owner, key, default)
    return False if name == "delete" else default


def _update(at: Invocation) -> None:
    for value in (*at.arguments, at.keywords):
        if isinstance(value, dict):
            if REST in value:
                blur(at, at.owner, unknown(value[REST]))
            for key, item in value.items():
                at.memory.put(at.owner, _key(at.owner, key), item)
        elif isinstance(value, list) and all(isinstance(pair, list) and len(pair) == 2 for pair in value):
            for key, item in value:
                at.memory.put(at.owner, _key(at.owner, key), item)
        else:
            blur(at, at.owner, unknown(value))


def blur(at: Invocation, owner: Dict, why: Open) -> None:
    """Any key may hold something else now."""
    for key in list(owner):
        at.memory.put(owner, key, why)
    at.memory.put(owner, REST, why)
