"""Calls of the languages' own functions and of common libraries; everything else is made by a library."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any, Final

from archlint.readers.cdk.evaluator.library import methods, python, script
from archlint.readers.cdk.evaluator.library.helper import Helper, Invocation
from archlint.readers.cdk.values import CdkValue, Open

if TYPE_CHECKING:
    from archlint.readers.cdk.evaluator.machine import Machine


class _NoResult:
    __slots__ = ()


NO_RESULT: Final = _NoResult()
_HELPERS: dict[str, Helper] = {**python.HELPERS, **script.HELPERS}
_CONTEXT = ("try_get_context", "get_context", "set_context", "get_all_context")
_ERRORS = (TypeError, ValueError, IndexError, KeyError, AttributeError, ArithmeticError)

has_method = methods.has_method


def is_language(path: str) -> bool:
    """Whether `path` is of the language or its standard library, which make no constructs."""
    first = path.split(".", 1)[0]
    return first in ("builtins", "js", "node") or first in sys.stdlib_module_names


def call(at: Invocation, path: str) -> CdkValue:
    """The value of a call of the library; NO_RESULT for what is not followed."""
    if path.startswith(("js.console.", "logging.", "warnings.")):
        return None if path.startswith("js.") else Open("a log")
    helper = _HELPERS.get(path)
    if helper is None:
        return NO_RESULT
    try:
        return helper(at)
    except _ERRORS:
        return Open(f"archlint does not follow this use of {path.rsplit('.', 1)[-1]}")


def call_method(at: Invocation, name: str) -> CdkValue:
    """A method of a text, list, dict, path, file, function or record."""
    try:
        return methods.call_method(at, name)
    except _ERRORS:
        return Open(f"archlint does not follow this use of {name}")


def context_value(machine: Machine, name: str, arguments: list[CdkValue], keywords: dict[Any, CdkValue]) -> CdkValue:
    """`node.try_get_context(key)`: from cdk.json; a key that is not there is None, as in a synth without `-c`."""
    if name not in _CONTEXT:
        return NO_RESULT
    if name == "get_all_context":
        return dict(machine.context)
    key = arguments[0] if arguments else keywords.get("key")
    if not isinstance(key, str):
        return Open("a context value by a name that is not known")
    if name == "set_context":
        value = arguments[1] if len(arguments) > 1 else keywords.get("value")
        machine.memory.put(machine.context, key, value)
        return None
    if key in machine.context or name == "try_get_context":
        return machine.context.get(key)
    return Open(f"the context {key} is given when the app is deployed")
