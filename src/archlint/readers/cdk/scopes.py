"""The path of a construct in its app, from the scopes that the constructors are handed."""

from __future__ import annotations

from archlint.knowledge.cdk import function_construct, short
from archlint.model.function import OPEN_NAME
from archlint.model.place import Place
from archlint.readers.cdk.reading import argument, entry, made_of, text
from archlint.readers.cdk.values import CdkValue, Made, Member
from archlint.values import Known

MAX_LEVELS = 60
OPEN = OPEN_NAME


def construct_id(made: Made) -> str:
    """The last part of the construct path."""
    construct = function_construct(made.path)
    if construct is not None and construct.id_property is not None:
        unique = text(entry(made, construct.id_property))
        prefix = text(entry(made, construct.id_prefix)) if construct.id_prefix else None
        named = prefix.value if isinstance(prefix, Known) else "SingletonLambda"
        return named + "".join(filter(str.isalnum, unique.value)) if isinstance(unique, Known) else OPEN
    found = text(_identity(made))
    return found.value if isinstance(found, Known) else OPEN


def construct_path(made: Made) -> str:
    """Such as `Stack/Api/Function`; the part `?` where an id or a scope is open."""
    parts: list[str] = []
    current: Made | None = made
    for _ in range(MAX_LEVELS):
        if current is None:
            parts.append(OPEN)
            break
        kind, scope = short(current.path), _scope(current)
        if kind == "App" or (kind in ("Stage", "Stack") and scope is None and not parts):
            break
        parts.append(construct_id(current))
        if scope is None and kind in ("Stage", "Stack"):
            break
        construct = function_construct(current.path)
        alone = construct is not None and construct.id_property is not None
        current = _stack(scope) if alone else _resolved(scope)
    return "/".join(reversed(parts))


def _identity(made: Made) -> CdkValue:
    """The second argument, or `id`; Python's subclasses often call it construct_id."""
    return argument(made, 1, "id") if len(made.arguments) > 1 else (entry(made, "id") or entry(made, "construct_id"))


def _scope(made: Made) -> CdkValue:
    return made.arguments[0] if made.arguments else entry(made, "scope")


def _resolved(scope: CdkValue) -> Made | None:
    """The construct behind a scope: `Stack.of(x)` and `x.stack` too."""
    if isinstance(scope, Member) and scope.name == "stack":
        return _stack(scope.owner)
    made = made_of(scope)
    if made is not None and short(made.path) == "Stack.of":
        return _stack(made.arguments[0] if made.arguments else None)
    return made


def place_of(made: Made) -> Place:
    """The call of the app that makes it; that of its own class where it derives one."""
    return made.instance.place if made.instance is not None else made.place


def stack_of(made: Made) -> Made | None:
    """The stack that a construct is deployed with, or that is itself one."""
    return _stack(made)


def _stack(scope: CdkValue) -> Made | None:
    """The stack around a scope: a singleton lies directly in it."""
    made = _resolved(scope)
    for _ in range(MAX_LEVELS):
        if made is None or short(made.path) in ("Stack", "NestedStack"):
            break
        made = made_of(_scope(made))
    return made
