"""Methods of texts, lists, dicts, paths, files, functions and records."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from archlint.readers.cdk.evaluator import classes, records
from archlint.readers.cdk.evaluator.library import dict_methods, list_methods, text_methods
from archlint.readers.cdk.evaluator.library.helper import Invocation
from archlint.readers.cdk.evaluator.library.path_objects import call_path, read
from archlint.readers.cdk.evaluator.objects import CallSite, Handle, Stat
from archlint.readers.cdk.evaluator.operators import text, unknown
from archlint.readers.cdk.values import CdkInstance, CdkValue, Closure, FilePath, Open, UserClass

if TYPE_CHECKING:
    from archlint.readers.cdk.evaluator.machine import Machine

_PROMISE = ("then", "catch", "finally")


def has_method(owner: CdkValue, name: str, site: CallSite) -> bool:
    """Whether `owner.name()` is a method of the language and nothing that the app defined."""
    if site.script and name in _PROMISE:
        return owner is None or isinstance(owner, str | int | float | list)
    if isinstance(owner, dict):
        return not site.script
    return isinstance(owner, str | int | float | list | FilePath | Handle | Stat)


def call_method(at: Invocation, name: str) -> CdkValue:
    """`owner.name(arguments)`; raises the usual errors for arguments that do not fit."""
    owner = at.owner
    if at.script and name in _PROMISE:
        return _promised(at, name)
    for cls, call in _TABLES:
        if isinstance(owner, cls):
            return call(at, name)
    if isinstance(owner, Stat) and name in ("isDirectory", "isFile"):
        return owner.is_folder if name == "isDirectory" else owner.is_file
    if isinstance(owner, int | float) and name in ("toString", "toFixed") and not at.arguments:
        return text(owner, True)
    if isinstance(owner, UserClass) and name in ("model_validate", "parse_obj", "from_dict") and at.arguments:
        return _validated(at, owner, at.arguments[0])
    return Open(f"{name} is not followed")


def _promised(at: Invocation, name: str) -> CdkValue:
    """An awaited value is the value itself."""
    if name == "catch" or not at.arguments:
        return at.owner
    result = at.run(at.arguments[0], *([at.owner] if name == "then" else []))
    return result if name == "then" else at.owner


def _file(at: Invocation, name: str) -> CdkValue:
    if name in ("read", "readlines"):
        found = read(at.machine, at.owner, at.site)
        lines = name == "readlines" and isinstance(found, str)
        return at.memory.born_list(found.splitlines(keepends=True)) if lines else found
    return None if name in ("close", "write") else Open(f"{name} of a file is not followed")


def _function(at: Invocation, name: str) -> CdkValue:
    function: Closure = at.owner
    receiver = at.get(0) if function.receiver is None else function.receiver
    bound = Closure(function.function, function.scope, receiver, function.owner)
    if name == "bind" and len(at.arguments) < 2:
        return bound
    if name == "call":
        return at.run(bound, *at.arguments[1:])
    if name == "apply":
        rest = at.get(1, default=[])
        return at.run(bound, *rest) if isinstance(rest, list) else unknown(rest)
    return Open(f"{name} of a function is not followed")


def _record(at: Invocation, name: str) -> CdkValue:
    attributes = at.memory.born_dict(at.owner.attributes | at.keywords)
    return CdkInstance(at.owner.cls, at.site.place, attributes) if name in ("copy", "model_copy") else attributes


_TABLES: tuple[tuple[type, Callable[[Invocation, str], CdkValue]], ...] = (
    (str, text_methods.call),
    (list, list_methods.call),
    (dict, dict_methods.call),
    (FilePath, call_path),
    (Handle, _file),
    (Closure, _function),
    (CdkInstance, _record),
)


def _validated(at: Invocation, cls: UserClass, value: CdkValue) -> CdkValue:
    if not records.is_record(at.machine, cls) or not isinstance(value, dict):
        return unknown(value)
    return classes.instantiate(at.machine, cls, [], dict(value), at.site)


def copied(at: Invocation) -> CdkValue:
    """`copy.deepcopy` and `structuredClone`: lists and dicts anew, everything else shared."""
    return _copy(at.machine, at.arguments[0], 0)


def _copy(machine: Machine, value: CdkValue, depth: int) -> CdkValue:
    machine.budget.spend()
    if depth > 50:
        return Open("data nested too deeply")
    if isinstance(value, list):
        return machine.memory.born_list([_copy(machine, item, depth + 1) for item in value])
    if isinstance(value, dict):
        return machine.memory.born_dict({key: _copy(machine, item, depth + 1) for key, item in value.items()})
    return value
