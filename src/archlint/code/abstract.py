"""What a name or expression may stand for, as far as reading can tell."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    import ast

    from archlint.code.units import Class, Module, Unit


MAX_PATH = 300
"""Characters of a symbolic path."""


MAX_VALUES = 12
"""Things that one expression may stand for; more are not followed."""


@dataclass(frozen=True, slots=True)
class External:
    """Something from outside the repository, by its symbolic path: attributes are joined by `.`, a call adds `()`, a
    subscript `[]`. `boto3.client()` is the client that `boto3.client(…)` returns."""

    path: str
    call: ast.Call | None = None
    """The call that made it, when the path ends in `()`."""
    unit: Unit | None = None
    """Where that call stands."""

    @property
    def root(self) -> str:
        return self.path.split(".", 1)[0].partition("(")[0]


@dataclass(frozen=True, slots=True)
class ModuleValue:
    module: Module


@dataclass(frozen=True, slots=True)
class FunctionValue:
    """A function of the repository; `receiver` is the class it was looked up on when it is a method."""

    unit: Unit
    receiver: Class | None = None


@dataclass(frozen=True, slots=True)
class ClassValue:
    cls: Class


@dataclass(frozen=True, slots=True)
class Instance:
    """An object of a class of the repository."""

    cls: Class


@dataclass(frozen=True, slots=True)
class Constant:
    value: str | int | float | bool | bytes | None


@dataclass(frozen=True, slots=True)
class TextValue:
    """A text that is known in part; `pattern` has `{}` where it is open."""

    pattern: str


@dataclass(frozen=True, slots=True)
class Variable:
    """The text of an environment variable."""

    name: str


@dataclass(frozen=True, slots=True)
class Container:
    """A list, dict or set that the code writes out; `kind` is its type's name, `empty` whether it starts empty."""

    kind: str
    empty: bool
    node: ast.expr
    unit: Unit | None = None
    """Where it is written."""


@dataclass(frozen=True, slots=True)
class Parameter:
    """What a caller passes; `part` marks something taken out of it (`event["key"]`)."""

    unit: Unit
    name: str
    part: bool = False


Abstract: TypeAlias = (
    External
    | ModuleValue
    | FunctionValue
    | ClassValue
    | Instance
    | Constant
    | TextValue
    | Variable
    | Container
    | Parameter
)


def external(path: str, call: ast.Call | None = None, unit: Unit | None = None) -> External:
    """Symbolic paths that grow without end become `?`."""
    return External(path if len(path) <= MAX_PATH else "?", call, unit)


def few(values: Iterable[Abstract]) -> tuple[Abstract, ...]:
    """Each value once, the first MAX_VALUES."""
    found: list[Abstract] = []
    for value in values:
        if value not in found:
            found.append(value)
            if len(found) == MAX_VALUES:
                break
    return tuple(found)
