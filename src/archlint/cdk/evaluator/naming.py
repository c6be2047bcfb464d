"""Library names in their Python spelling, whatever the app's language."""

from __future__ import annotations

import keyword
import re
from functools import lru_cache

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
