"""What only the evaluator sees: modules, scopes, bound methods; none of it is left in a `Run`."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from archlint.model.place import Place
from archlint.readers.cdk.values import CdkValue, UserClass


@dataclass(eq=False, slots=True)
class Frame:
    """One call: whose method runs for which object, and what it may have returned under an open condition."""

    owner: UserClass | None = None
    receiver: CdkValue = None
    returns: list[CdkValue] = field(default_factory=list)


@dataclass(eq=False, slots=True)
class LoadedModule:
    """A file of the app; `exports` are TypeScript's, Python's are all its variables."""

    path: str
    language: str
    scope: NameScope = field(init=False)
    exports: dict[Any, CdkValue] = field(default_factory=dict)
    stars: list[str] = field(default_factory=list)
    """Library modules of which all names were imported."""
    failure: str = ""
    """Why its names are unknown."""

    def __post_init__(self) -> None:
        self.scope = NameScope(self, None, "module", Frame())

    @property
    def script(self) -> bool:
        return self.language == "typescript"


@dataclass(eq=False, slots=True)
class NameScope:
    """Variables; `kind` is module, class, function or block."""

    module: LoadedModule
    parent: NameScope | None
    kind: str
    frame: Frame
    variables: dict[Any, CdkValue] = field(default_factory=dict)
    outer: tuple[str, ...] = ()
    """Names that Python binds outside."""

    def holder(self, name: str) -> NameScope | None:
        """The nearest scope that has the name."""
        scope: NameScope | None = self
        while scope is not None and name not in scope.variables:
            scope = scope.parent
        return scope

    def binder(self, name: str, declares: bool) -> NameScope:
        """Where an assignment to `name` goes."""
        if declares:
            return self
        if self.module.script:
            return self.holder(name) or self.module.scope
        scope = self
        while scope.kind == "block" and scope.parent is not None:
            scope = scope.parent
        if name in scope.outer:
            return (scope.parent.holder(name) if scope.parent else None) or scope.module.scope
        return scope

    def outside_classes(self) -> NameScope:
        """The scope that a method's body sees: a class body's names are not in it."""
        scope = self
        while scope.kind == "class" and scope.parent is not None:
            scope = scope.parent
        return scope

    def method_frame(self) -> Frame | None:
        """The frame of the method around, seen through lambdas and arrow functions."""
        scope: NameScope | None = self
        while scope is not None:
            if scope.frame.owner is not None:
                return scope.frame
            scope = scope.parent
        return None


@dataclass(frozen=True, slots=True)
class CallSite:
    """Where a call stands and what it sees."""

    place: Place
    scope: NameScope

    @property
    def script(self) -> bool:
        return self.scope.module.script


class MapOf(dict[Any, CdkValue]):
    """JavaScript's Map: unlike an object it has methods."""


@dataclass(frozen=True, slots=True, eq=False)
class Method:
    """A method of a text, list, dict, path or the like, not called yet."""

    owner: CdkValue
    name: str


@dataclass(frozen=True, slots=True, eq=False)
class SuperOf:
    """`super()`: the classes after `owner` as `receiver` has them."""

    owner: UserClass
    receiver: CdkValue


@dataclass(frozen=True, slots=True, eq=False)
class Live:
    """A name of a module that was still running when it was imported."""

    module: LoadedModule
    name: str


@dataclass(frozen=True, slots=True, eq=False)
class Local:
    """An export: whatever the module's own variable holds when it is read."""

    name: str


@dataclass(frozen=True, slots=True, eq=False)
class Handle:
    """An open file; `path` is relative to the scanned root."""

    path: str


@dataclass(frozen=True, slots=True, eq=False)
class Stat:
    """What Node's `statSync` gives, or a folder's entry with its name."""

    is_file: bool
    is_folder: bool
    name: str | None = None
    folder: str | None = None


@dataclass(frozen=True, slots=True)
class Signal:
    """How a block was left: return, break, continue or raise."""

    kind: str
    value: CdkValue = None


RAISED = Signal("raise")


class RaisedError(Exception):
    """The app surely raises here, inside a `try`."""
