"""What a function's decorators say of it."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from archlint.code.units import Unit
from archlint.knowledge.ml import once_decorators


def last_names(decorators: list[ast.expr]) -> Iterator[str]:
    """The last name of each decorator, such as `cache` of `@functools.cache` and `@cache(…)`."""
    for decorator in decorators:
        target = decorator.func if isinstance(decorator, ast.Call) else decorator
        name = getattr(target, "attr", None) or getattr(target, "id", None)
        if name:
            yield name


def is_once(unit: Unit) -> bool:
    """Whether a decorator keeps the result, so that the body runs once per argument."""
    return any(name in once_decorators() for name in last_names(unit.decorators))


def is_static(unit: Unit) -> bool:
    return "staticmethod" in last_names(unit.decorators)


def is_class_method(unit: Unit) -> bool:
    return "classmethod" in last_names(unit.decorators) or unit.name.endswith((".__new__", ".__init_subclass__"))


def is_property(unit: Unit) -> bool:
    return any(name in ("property", "cached_property") for name in last_names(unit.decorators))


def is_kept_on_self(unit: Unit) -> bool:
    """Whether the result lives as long as the object."""
    return "cached_property" in last_names(unit.decorators)


def is_abstract(unit: Unit) -> bool:
    """Whether a method leaves its work to subclasses: its body says nothing but `pass`, `…` or NotImplementedError."""
    body = unit.node.body if isinstance(unit.node, ast.FunctionDef | ast.AsyncFunctionDef) else []
    return bool(body) and all(
        isinstance(node, ast.Pass)
        or (isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant))
        or (isinstance(node, ast.Raise) and node.exc is not None and "NotImplementedError" in ast.unparse(node.exc))
        for node in body
    )
