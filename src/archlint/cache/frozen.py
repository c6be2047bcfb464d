"""Frozen values to bytes and back. Reading builds values of archlint's own kinds and nothing else: bytes from elsewhere
can be wrong, but cannot run anything."""

from __future__ import annotations

import dataclasses
import io
import pickle
from collections import Counter
from importlib import import_module
from types import MappingProxyType
from typing import Any

_MODULES = ("archlint.model.", "archlint.scanner.")
_MODULES_TOO = frozenset(
    {"archlint.cache.frozen", "archlint.collect", "archlint.finding", "archlint.graph.modules", "archlint.values"}
)
_kinds: dict[tuple[str, str], Any] = {
    ("builtins", "frozenset"): frozenset,
    ("builtins", "set"): set,
    ("collections", "Counter"): Counter,
}
_fields: dict[type, tuple[str, ...]] = {}


class FrozenError(Exception):
    """Bytes that are no frozen value."""


def freeze(value: object) -> bytes:
    file = io.BytesIO()
    _Freezer(file, protocol=5).dump(value)
    return file.getvalue()


def thaw(data: bytes) -> object:
    """Raises FrozenError."""
    try:
        return _Thawer(io.BytesIO(data)).load()
    except Exception as error:
        raise FrozenError(type(error).__name__) from error


def frozen_mapping(items: dict[Any, Any]) -> MappingProxyType[Any, Any]:
    """What stands for a mapping that cannot be changed."""
    return MappingProxyType(items)


class _Freezer(pickle.Pickler):
    def reducer_override(self, value: Any) -> Any:
        kind = type(value)
        if kind is MappingProxyType:
            return frozen_mapping, (dict(value),)
        names = _fields.get(kind)
        if names is None:
            if not dataclasses.is_dataclass(kind):
                return NotImplemented
            names = _fields[kind] = tuple(item.name for item in dataclasses.fields(kind) if item.init)
        return kind, tuple([getattr(value, name) for name in names])


class _Thawer(pickle.Unpickler):
    def find_class(self, module: str, name: str) -> Any:
        known = _kinds.get((module, name))
        if known is not None:
            return known
        if not module.startswith(_MODULES) and module not in _MODULES_TOO:
            raise FrozenError(f"{module}.{name}")
        found = getattr(import_module(module), name, None)
        if found is frozen_mapping or dataclasses.is_dataclass(found):
            _kinds[module, name] = found
            return found
        raise FrozenError(f"{module}.{name}")
