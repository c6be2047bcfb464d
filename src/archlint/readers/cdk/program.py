"""The small tree that Python and TypeScript CDK apps are lowered to.

What does not fit becomes `Opaque` with its reason.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from archlint.model.place import Place

NO_DEFAULT = "it has no default"

# Expressions


@dataclass(frozen=True, slots=True, eq=False)
class Literal:
    """A text, number, boolean or None (null and undefined too)."""

    value: str | int | float | bool | None
    place: Place


@dataclass(frozen=True, slots=True, eq=False)
class Template:
    """An f-string or template string; `parts` are texts (Literal) and expressions."""

    parts: tuple[Expression, ...]
    place: Place


@dataclass(frozen=True, slots=True, eq=False)
class ListOf:
    """A list, tuple or array; items may be Spread."""

    items: tuple[Expression, ...]
    place: Place


@dataclass(frozen=True, slots=True, eq=False)
class Item:
    """`key: value`; a spread (`**other`, `...other`) has no key."""

    key: Expression | None
    value: Expression


@dataclass(frozen=True, slots=True, eq=False)
class DictOf:
    """A dict or object; later items win."""

    items: tuple[Item, ...]
    place: Place


@dataclass(frozen=True, slots=True, eq=False)
class Spread:
    """`*xs` or `...xs` in a list or in arguments."""

    value: Expression
    place: Place


@dataclass(frozen=True, slots=True, eq=False)
class Name:
    """A variable; `this`, `self`, `super` and `import.meta` are ordinary names."""

    name: str
    place: Place


@dataclass(frozen=True, slots=True, eq=False)
class Attribute:
    """`owner.name`; `optional` for `?.`."""

    owner: Expression
    name: str
    place: Place
    optional: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Index:
    owner: Expression
    key: Expression
    place: Place


@dataclass(frozen=True, slots=True, eq=False)
class Call:
    """A call or a `new`; keywords are Python's (a spread has no key). `place` is where the whole call begins.

    These stand for syntax: `slice(first, last, step)` as an Index's key, `set([…])`, `format(x, spec)`, `repr(x)` in
    Python; `typeof(x)`, `Number(x)` for `+x`, `import('m')` and `require('m')` in TypeScript."""

    function: Expression
    arguments: tuple[Expression, ...]
    keywords: tuple[Item, ...]
    place: Place


@dataclass(frozen=True, slots=True, eq=False)
class Operation:
    """An operator with its operands: + - * / // % ** == != < <= > >= in not-in is is-not not neg and or ??, and the
    rare | & ^ << >>. One operand for not and neg, else two: `a < b < c` is an `and`, `a and b and c` nests to the left.
    `===` is lowered to ==, `&&` to and, `||` to or, `!` to not."""

    operator: str
    operands: tuple[Expression, ...]
    place: Place


@dataclass(frozen=True, slots=True, eq=False)
class Choice:
    """`a if test else b`, `test ? a : b`."""

    test: Expression
    then: Expression
    otherwise: Expression
    place: Place


@dataclass(frozen=True, slots=True, eq=False)
class Comprehension:
    """`kind` is list, dict, set or generator; a dict's `element` is a ListOf of key and value. `await` is dropped."""

    kind: str
    element: Expression
    loops: tuple[tuple[Target, Expression, tuple[Expression, ...]], ...]
    """(target, iterable, conditions)"""
    place: Place


@dataclass(frozen=True, slots=True, eq=False)
class Sequence:
    """`body` runs in the current scope, then `value` is the value: `(x := f())`, `(a = b)`, `i++`, `(a, b)`, class
    expressions."""

    body: tuple[Statement, ...]
    value: Expression
    place: Place


@dataclass(frozen=True, slots=True, eq=False)
class Function:
    """A function, method, lambda or arrow function. An expression body is one Return. `self` is an explicit parameter
    in Python; TypeScript methods bind `this` by themselves (`binds_this`); arrow functions keep the outer one."""

    name: str
    parameters: tuple[Parameter, ...]
    body: tuple[Statement, ...]
    place: Place
    decorators: tuple[Expression, ...] = ()
    binds_this: bool = False
    kind: str = "function"
    """function, static, class (Python's classmethod), property (also TypeScript's `get`). Python's decorators that say
    so stay in `decorators`; setters are left out."""
    outer: tuple[str, ...] = ()
    """Names that Python's `global` and `nonlocal` bind outside this function."""


@dataclass(frozen=True, slots=True, eq=False)
class Opaque:
    """Something that the tree has no form for. `reason` completes "not known: …"."""

    reason: str
    place: Place


Expression: TypeAlias = (
    Literal
    | Template
    | ListOf
    | DictOf
    | Spread
    | Name
    | Attribute
    | Index
    | Call
    | Operation
    | Choice
    | Comprehension
    | Sequence
    | Function
    | Opaque
)


@dataclass(frozen=True, slots=True, eq=False)
class Parameter:
    """`kind` is plain, rest (`*args`, `...rest`) or keywords (`**kwargs`); `keyword_only` after Python's `*`. A pattern
    (TypeScript destructuring) stands in `target`. `field` marks TypeScript's `private readonly x` in constructors."""

    target: Target
    default: Expression | None = None
    kind: str = "plain"
    keyword_only: bool = False
    field: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class ListTarget:
    """`a, b = …`, `[a, b] = …`; `rest` marks the last one as `*rest`."""

    targets: tuple[Target, ...]
    rest: bool
    place: Place


@dataclass(frozen=True, slots=True, eq=False)
class ObjectTarget:
    """`{a, b: c, d = 1, ...rest} = …`: (key, target, default), and the name that takes the rest."""

    entries: tuple[tuple[str, Target, Expression | None], ...]
    rest: str | None
    place: Place


Target: TypeAlias = Name | Attribute | Index | ListTarget | ObjectTarget

# Statements


@dataclass(frozen=True, slots=True, eq=False)
class Assign:
    """`operator` is set for `+=` and its like, as in Operation: `+`, `??` for `??=`, `or` for `||=`. `declares` for
    let, const and var: a new name in this scope. A target that has no form here gives its names the value Opaque."""

    target: Target
    value: Expression
    place: Place
    operator: str | None = None
    declares: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Do:
    """An expression as a statement. Docstrings are left out."""

    value: Expression
    place: Place


@dataclass(frozen=True, slots=True, eq=False)
class If:
    """A plain block `{ … }` that declares names is an If whose test is Literal(True)."""

    test: Expression
    then: tuple[Statement, ...]
    otherwise: tuple[Statement, ...]
    place: Place


@dataclass(frozen=True, slots=True, eq=False)
class For:
    """`keys` for TypeScript's `for … in`."""

    target: Target
    iterable: Expression
    body: tuple[Statement, ...]
    place: Place
    keys: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class While:
    """A classic `for (init; test; step)` is its init, then a While whose body ends with the step, which also stands
    before every `continue`. `do … while` is a While of True whose body ends with `if not test: break`."""

    test: Expression
    body: tuple[Statement, ...]
    place: Place


@dataclass(frozen=True, slots=True, eq=False)
class Try:
    body: tuple[Statement, ...]
    handlers: tuple[tuple[Statement, ...], ...]
    final: tuple[Statement, ...]
    place: Place


@dataclass(frozen=True, slots=True, eq=False)
class Return:
    value: Expression | None
    place: Place


@dataclass(frozen=True, slots=True, eq=False)
class Leave:
    """break, continue, or raise and throw; `kind` says which (break, continue, raise)."""

    kind: str
    place: Place


@dataclass(frozen=True, slots=True, eq=False)
class Class:
    """A class; `body` holds Assign (class attributes and, with `fields`, TypeScript's instance fields) and Define.
    A TypeScript constructor is the method `constructor`; Python's is `__init__`. The targets of `fields` are Names.
    Python: `fields` are the annotated names of the body in order, without ClassVar, for what dataclass, NamedTuple and
    BaseModel make of them; one without a default has the value Opaque(NO_DEFAULT) and is not in `body`."""

    name: str
    bases: tuple[Expression, ...]
    body: tuple[Statement, ...]
    fields: tuple[Assign, ...]
    place: Place
    decorators: tuple[Expression, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class Define:
    """A function or method by its name."""

    function: Function
    place: Place


@dataclass(frozen=True, slots=True, eq=False)
class Import:
    """`module` as written (`../lib/api`, `aws_cdk`, `aws-cdk-lib/aws-lambda`); `level` counts Python's leading
    dots, which are not in `module`. `names` are (name, local name): ("*", local) binds the whole module, ("default",
    local) TypeScript's default export. Python's `from x import *` is ("*", "*"). No names: the module only
    runs. Python's `import a.b` is two imports, ("*", "a") of `a` and one of `a.b` without names. `const x =
    require('m')` and `import x = require('m')` are ("*", x): the module's "=" where it exports one (see Export)."""

    module: str
    level: int
    names: tuple[tuple[str, str], ...]
    place: Place


@dataclass(frozen=True, slots=True, eq=False)
class Export:
    """TypeScript: names that leave the module, as (local name, exported name), from another one when `module` is given.
    Declarations that say `export` themselves are ordinary statements followed by an Export. `export * from 'm'` is
    ("*", "*"), `export * as x from 'm'` ("*", x). `export = x` and `module.exports = x` export the name "=": what a
    require of the module, and its default import, give."""

    names: tuple[tuple[str, str], ...]
    module: str | None
    place: Place


Statement: TypeAlias = Assign | Do | If | For | While | Try | Return | Leave | Class | Define | Import | Export


@dataclass(frozen=True, slots=True, eq=False)
class Source:
    """A lowered file. `language` is python or typescript. `broken`: some parts were no valid syntax and are Opaque."""

    path: str
    language: str
    body: tuple[Statement, ...]
    broken: bool = False
