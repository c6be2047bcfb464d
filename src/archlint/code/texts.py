"""Texts and paths that code puts together, with `{}` where they are open."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from typing import TypeAlias

from archlint.code.abstract import Abstract, Constant, External, TextValue

MAX_TEXT = 300

Values: TypeAlias = Callable[[ast.expr], tuple[Abstract, ...]]
"""What an expression may stand for."""


def piece(node: ast.expr, values: Values) -> str:
    """An expression as part of a text; `{}` where it is open."""
    texts = set()
    for value in values(node):
        if isinstance(value, Constant) and isinstance(value.value, str | int):
            texts.add(str(value.value))
        elif isinstance(value, TextValue):
            texts.add(value.pattern)
        elif isinstance(value, External) and value.path.startswith("tempfile."):
            texts.add("/tmp/{}")  # where tempfile works on Lambda
        else:
            texts.add("{}")
    return texts.pop()[:MAX_TEXT] if len(texts) == 1 else "{}"


def joined(parts: list[ast.expr], values: Values) -> str:
    """The arguments of `os.path.join` and `Path`."""
    return "/".join(piece(part, values).rstrip("/") for part in parts) if parts else "{}"


def formatted(node: ast.JoinedStr, values: Values) -> str:
    """An f-string."""
    return "".join(_parts(node, values))


def _parts(node: ast.JoinedStr, values: Values) -> Iterator[str]:
    for part in node.values:
        if isinstance(part, ast.Constant):
            yield str(part.value)
        elif isinstance(part, ast.FormattedValue):
            yield piece(part.value, values)


def operation(node: ast.BinOp, values: Values) -> Iterator[TextValue]:
    """Texts and paths put together with `+`, `%` and `/`."""
    if isinstance(node.op, ast.Div):
        if any(isinstance(v, TextValue) or isinstance(getattr(v, "value", None), str) for v in values(node.right)):
            yield TextValue(f"{piece(node.left, values).rstrip('/')}/{piece(node.right, values)}")
    elif isinstance(node.op, ast.Add):
        left, right = piece(node.left, values), piece(node.right, values)
        if left != "{}" or right != "{}":
            yield TextValue(left + right)
    elif isinstance(node.op, ast.Mod):
        yield TextValue(piece(node.left, values))
