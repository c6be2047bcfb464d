"""What a name stands for when it is read."""

from __future__ import annotations

import builtins

from archlint.cdk.evaluator.objects import Live, Local, Module, Scope, SuperOf
from archlint.cdk.values import CdkValue, Open, Reference

_MAX_HOPS = 50
_PYTHON = frozenset(dir(builtins))
_SCRIPT = frozenset(
    "Object Array JSON Math Number String Boolean Date Map Set WeakMap WeakSet Promise Error TypeError RangeError"
    " Symbol RegExp Buffer URL console process parseInt parseFloat isNaN isFinite require structuredClone globalThis"
    " setTimeout encodeURIComponent decodeURIComponent typeof import fetch BigInt Reflect Proxy Intl".split()
)


def name_value(name: str, scope: Scope) -> CdkValue:
    holder = scope.holder(name)
    if holder is not None:
        value = holder.variables[name]
        return module_member(value.module, value.name) if isinstance(value, Live) else value
    if name == "super":
        return super_of(scope) if scope.module.script else Reference("builtins.super")
    if scope.module.script:
        if name in ("undefined", "NaN", "this"):
            return None
        if name in _SCRIPT:
            return Reference(f"js.{name}")
    elif name in _PYTHON:
        return Reference(f"builtins.{name}")
    for star in scope.module.stars:
        return Reference(f"{star}.{name}")
    return Open(scope.module.failure or f"nothing in {scope.module.path} defines {name}")


def super_of(scope: Scope) -> CdkValue:
    frame = scope.method_frame()
    if frame is None or frame.owner is None:
        return Open("super outside a class")
    return SuperOf(frame.owner, frame.receiver)


def module_member(module: Module, name: str) -> CdkValue:
    """A name of another module, as an import or an attribute gives it."""
    for _ in range(_MAX_HOPS):
        if module.failure:
            return Open(module.failure)
        value = _own(module, name)
        if not isinstance(value, Live):
            return value
        module, name = value.module, value.name
    return Open(f"modules that import each other never define {name}")


def _own(module: Module, name: str) -> CdkValue:
    names = module.exports if module.script else module.scope.variables
    if name in names:
        value = names[name]
        if isinstance(value, Local):
            missing = Open(f"{module.path} does not define {value.name}")
            return module.scope.variables.get(value.name, missing)
        return value
    if "=" in names and module.script:
        whole = _own(module, "=")
        if name == "default":
            return whole
        if isinstance(whole, dict) and name in whole:
            return whole[name]
    for star in module.stars:
        return Reference(f"{star}.{name}")
    return Open(f"{module.path} defines no {name}")
