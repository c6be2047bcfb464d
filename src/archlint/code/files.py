"""Code that looks whether a file is there, by asking first or by catching that it is not."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from archlint.code.reach import Call

_MISSING = {"FileNotFoundError", "OSError", "IOError", "EnvironmentError"}
_ANYTHING = {"Exception", "BaseException"}


def is_for_missing_file(call: Call) -> bool:
    """Whether a call runs only where a file is not there yet."""
    if call.site.context.file_guarded:
        return True
    handlers = (handler for tried in _tries(call) for handler in tried.handlers if _catches(handler, _MISSING))
    return any(_holds(handler.body, call) for handler in handlers)


def may_miss_file(call: Call) -> bool:
    """Whether a `try` around a call catches that a file is not there."""
    return any(
        _holds(tried.body, call) and any(_catches(handler, _MISSING | _ANYTHING) for handler in tried.handlers)
        for tried in _tries(call)
    )


def _tries(call: Call) -> Iterator[ast.Try]:
    body = [] if isinstance(call.site.unit.node, ast.Lambda) else call.site.unit.node.body
    for statement in body:
        yield from (node for node in ast.walk(statement) if isinstance(node, ast.Try))


def _holds(block: list[ast.stmt], call: Call) -> bool:
    return any(call.node in ast.walk(statement) for statement in block)


def _catches(handler: ast.ExceptHandler, names: set[str]) -> bool:
    kinds = handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type]
    return any((kind is None and bool(names & _ANYTHING)) or getattr(kind, "id", "") in names for kind in kinds)
