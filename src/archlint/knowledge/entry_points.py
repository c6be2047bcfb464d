"""Frameworks that call functions which decorators registered, and decorators that keep results."""

from __future__ import annotations

from functools import cache

from archlint.knowledge.store import read_yaml


@cache
def routers() -> frozenset[str]:
    """Symbolic paths of the classes whose methods register request handlers."""
    return frozenset(read_yaml("entry_points.yaml")["routers"])


@cache
def startup_decorators() -> frozenset[str]:
    """Names of decorators that register what runs once, at start."""
    return frozenset(read_yaml("entry_points.yaml")["startup"])


@cache
def once_decorators() -> frozenset[str]:
    """Names of decorators after which a body runs once and its result is kept."""
    return frozenset(read_yaml("entry_points.yaml")["once"])


def wrapped_handler_variable(handler: str) -> str | None:
    """The environment variable that holds the function's own handler behind a monitoring layer's."""
    wrappers: dict[str, str] = read_yaml("entry_points.yaml")["wrappers"]
    return wrappers.get(handler)
