"""What the evaluator computes with. Texts, numbers, booleans and None are Python's own; lists and dicts can change.
Objects refer to each other in circles, so their repr names them alone."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, TypeAlias

from archlint.model.place import Place
from archlint.readers.cdk.program import Class, Function

CdkValue: TypeAlias = Any
"""str | int | float | bool | None | list | dict | FilePath | Open | Reference | Made | Member | Closure | UserClass |
Instance. Python's tuples and sets and JavaScript's Set are lists, a Map is a dict."""

REST = "**"
"""The key that stands in a dict and in keywords for a spread of something open: a key that is missing may be there."""


@dataclass(frozen=True, slots=True)
class Open:
    """A value that only a real synth knows; it spreads through everything that is computed from it."""

    reason: str
    """It completes "not known: …"."""


@dataclass(frozen=True, slots=True)
class Several(Open):
    """In a list: any number of elements, none of them known."""


@dataclass(frozen=True, slots=True)
class Unset(Open):
    """An environment variable, which a default of the app replaces: nothing in a repository sets it."""


@dataclass(frozen=True, slots=True)
class Woven(Open):
    """A text with open parts: `pattern` has `*` for each of them, `references` are those that the app made."""

    pattern: str = "*"
    references: tuple[Made | Member | CdkInstance, ...] = ()


@dataclass(frozen=True, slots=True)
class FilePath:
    """A pathlib path; `text` as `paths.py` describes it."""

    text: str


@dataclass(frozen=True, slots=True)
class CdkReference:
    """Something of a library, by its Python spelling whatever the app's language: `os.environ`,
    `aws_cdk.aws_lambda.Runtime.PYTHON_3_12`, `aws_cdk.aws_lambda.Code.from_asset`."""

    path: str


@dataclass(eq=False, slots=True, repr=False)
class Made:
    """What a call of a Reference, or of a method of another Made, gave: a construct, a Duration, an asset, a grant.

    Keywords have Python's spelling (`memory_size`). A trailing props object of TypeScript is spread into `keywords`.
    `calls` are the methods that the app called on it afterwards, in order. `instance` is the user's object when a class
    of the app derives from the library's class. `conditional` says that the app may not make it.
    """

    path: str
    arguments: list[CdkValue]
    keywords: dict[str, CdkValue]
    place: Place
    owner: Made | None = None
    """The object whose method was called, when `path` ends in a method."""
    instance: CdkInstance | None = None
    conditional: bool = False
    app_folder: str = ""
    calls: list[Made] = field(default_factory=list)
    attributes: dict[str, CdkValue] = field(default_factory=dict)
    """What the app assigned to it, with dotted names for deeper ones (`tracing_config.mode`)."""
    condition: str = ""
    """Why it is conditional, as a reason."""

    def __repr__(self) -> str:
        return f"Made({self.path} at {self.place.path}:{self.place.line})"


@dataclass(frozen=True, slots=True)
class Member:
    """`made.name`: an attribute that the library gives, such as `function.function_arn`; dotted for one of its own
    (`role.role_arn`)."""

    owner: Made
    name: str


@dataclass(eq=False, slots=True, repr=False)
class Closure:
    """A function of the app with the scope that it was written in; `receiver` when it is bound."""

    function: Function
    scope: Any
    receiver: CdkValue = None
    owner: UserClass | None = None

    def __repr__(self) -> str:
        return f"Closure({self.function.name})"


@dataclass(eq=False, slots=True, repr=False)
class UserClass:
    """A class of the app; `bases` are UserClass or Reference."""

    definition: Class
    scope: Any
    bases: list[CdkValue] = field(default_factory=list)
    attributes: dict[str, CdkValue] = field(default_factory=dict)

    def __repr__(self) -> str:
        return f"UserClass({self.definition.name})"


@dataclass(eq=False, slots=True, repr=False)
class CdkInstance:
    """An object of a class of the app. `place` is the call that made it; `made` what its super() call made."""

    cls: UserClass
    place: Place
    attributes: dict[str, CdkValue] = field(default_factory=dict)
    made: Made | None = None
    conditional: bool = False

    def __repr__(self) -> str:
        return f"Instance({self.cls.definition.name} at {self.place.path}:{self.place.line})"


@dataclass(eq=False, slots=True)
class Run:
    """All that an app made, in order, and what stopped the evaluator short of the end (reasons with places)."""

    made: list[Made] = field(default_factory=list)
    gaps: list[tuple[str, Place]] = field(default_factory=list)
    files: dict[str, str] = field(default_factory=dict)
    """The text of every file of the app that was read, by path."""
