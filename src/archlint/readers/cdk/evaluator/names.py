"""What a name stands for when it is read."""

from __future__ import annotations

import builtins
import keyword
import re
from functools import lru_cache

from archlint.readers.cdk.evaluator.objects import Live, LoadedModule, Local, NameScope, SuperOf
from archlint.readers.cdk.values import CdkReference, CdkValue, Open

_NODE_MODULES = frozenset(
    "assert buffer child_process cluster console crypto dns events fs http https module net os path perf_hooks process"
    " querystring readline stream timers tls tty url util v8 vm worker_threads zlib".split()
)
_LOWER_UPPER = re.compile(r"([a-z0-9])([A-Z])")
_UPPER_WORD = re.compile(r"([A-Z])([A-Z][a-z]+)")
_UNITS = re.compile(r"(Ki|Mi|Gi)B")


@lru_cache(maxsize=10_000)
def snake(name: str) -> str:
    """A member of a TypeScript library as its Python edition spells it: `memorySize` → `memory_size`; names that begin
    with a capital stay."""
    if not name[:1].islower():
        return name
    spelled = _UNITS.sub(r"\1b", name)
    spelled = _UPPER_WORD.sub(r"\1_\2", _LOWER_UPPER.sub(r"\1_\2", spelled)).lower()
    return spelled + "_" if keyword.iskeyword(spelled) else spelled


@lru_cache(maxsize=10_000)
def property_name(name: str) -> str:
    """A CloudFormation property as the L1 constructs spell it in Python: `DBInstanceIdentifier`."""
    return _UPPER_WORD.sub(r"\1_\2", _LOWER_UPPER.sub(r"\1_\2", name)).lower()


@lru_cache(maxsize=1_000)
def script_library(module: str) -> str:
    """A package import of TypeScript: `aws-cdk-lib/aws-lambda` → `aws_cdk.aws_lambda`, `node:path` → `node.path`."""
    name = module.removeprefix("node:")
    if module.startswith("node:") or name.split("/")[0] in _NODE_MODULES:
        return "node." + name.replace("/", ".")
    path = module.lstrip("@").replace("/", ".").replace("-", "_")
    for old, new in (("aws_cdk_lib", "aws_cdk"), ("monocdk", "aws_cdk")):
        if path == old or path.startswith(old + "."):
            path = new + path[len(old) :]
    return canonical(path)


@lru_cache(maxsize=10_000)
def canonical(path: str) -> str:
    """CDK v1 had its core in a module of its own."""
    for old, new in (("aws_cdk.core", "aws_cdk"), ("aws_cdk.aws_cdk_lib", "aws_cdk")):
        if path == old or path.startswith(old + "."):
            return new + path[len(old) :]
    return path


def is_construct_library(path: str) -> bool:
    """Whether what a call of `path` gives is an object for sure, as those of CDK are."""
    first = path.split(".", 1)[0]
    return first in ("aws_cdk", "constructs") or "cdk" in first or "construct" in first


_MAX_HOPS = 50
_PYTHON = frozenset(dir(builtins))
_SCRIPT = frozenset(
    "Object Array JSON Math Number String Boolean Date Map Set WeakMap WeakSet Promise Error TypeError RangeError"
    " Symbol RegExp Buffer URL console process parseInt parseFloat isNaN isFinite require structuredClone globalThis"
    " setTimeout encodeURIComponent decodeURIComponent typeof import fetch BigInt Reflect Proxy Intl".split()
)


def name_value(name: str, scope: NameScope) -> CdkValue:
    holder = scope.holder(name)
    if holder is not None:
        value = holder.variables[name]
        return module_member(value.module, value.name) if isinstance(value, Live) else value
    if name == "super":
        return super_of(scope) if scope.module.script else CdkReference("builtins.super")
    if scope.module.script:
        if name in ("undefined", "NaN", "this"):
            return None
        if name in _SCRIPT:
            return CdkReference(f"js.{name}")
    elif name in _PYTHON:
        return CdkReference(f"builtins.{name}")
    for star in scope.module.stars:
        return CdkReference(f"{star}.{name}")
    return Open(scope.module.failure or f"nothing in {scope.module.path} defines {name}")


def super_of(scope: NameScope) -> CdkValue:
    frame = scope.method_frame()
    if frame is None or frame.owner is None:
        return Open("super outside a class")
    return SuperOf(frame.owner, frame.receiver)


def module_member(module: LoadedModule, name: str) -> CdkValue:
    """A name of another module, as an import or an attribute gives it."""
    for _ in range(_MAX_HOPS):
        if module.failure:
            return Open(module.failure)
        value = _own(module, name)
        if not isinstance(value, Live):
            return value
        module, name = value.module, value.name
    return Open(f"modules that import each other never define {name}")


def _own(module: LoadedModule, name: str) -> CdkValue:
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
        return CdkReference(f"{star}.{name}")
    return Open(f"{module.path} defines no {name}")
