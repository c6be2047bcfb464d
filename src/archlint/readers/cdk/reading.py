"""What an app's values mean for a Lambda function: units, runtimes, architectures, properties of structs."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import TypeAlias

from archlint.knowledge.cdk import duration_factor, runtime_name, size_factor
from archlint.readers.cdk.values import (
    REST,
    CdkInstance,
    CdkReference,
    CdkValue,
    Closure,
    Made,
    Member,
    Open,
    UserClass,
)
from archlint.values import Known, Unknown, Value

STRUCTS = ("Props", "Property", "Options", "Triggers", "Config")
"""Endings of the classes that only hold properties."""

MAX_PARTS = 2000
MAX_NUMBER = 1e12
_ISO = re.compile(r"P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:\.\d+)?)S)?)?")

Factor: TypeAlias = Callable[[str], float | None]


def made_of(value: CdkValue) -> Made | None:
    """The library's object behind a value, also behind an object of a class of the app."""
    if isinstance(value, CdkInstance):
        return value.made
    return value if isinstance(value, Made) else None


def last(path: str) -> str:
    return path.rpartition(".")[2]


def reason(value: CdkValue, otherwise: str) -> str:
    """Why a value is not what was asked for."""
    return value.reason if isinstance(value, Open) else otherwise


@lru_cache(maxsize=4096)
def spellings(name: str) -> tuple[str, ...]:
    """`memory_size`, `memorySize`, `MemorySize`: nested objects keep the spelling of their language."""
    head, *rest = name.split("_")
    camel = head + "".join(part.capitalize() for part in rest)
    return name, camel, camel[:1].upper() + camel[1:]


def entry(value: CdkValue, name: str) -> CdkValue:
    """A property of a dict or of an object that holds properties; None when it is not given, an Open where an open
    spread may give it. A dot goes deeper."""
    head, _, rest = name.partition(".")
    made = made_of(value)
    holder = {**made.keywords, **made.attributes} if made is not None else value
    if isinstance(value, CdkInstance):
        holder = {**(holder if isinstance(holder, dict) else {}), **value.attributes}
    if isinstance(holder, Open):
        return holder
    if not isinstance(holder, dict):
        return None
    found = next((holder[spelling] for spelling in spellings(head) if spelling in holder), holder.get(REST))
    return entry(found, rest) if rest and found is not None else found


def argument(made: Made, position: int, name: str) -> CdkValue:
    """An argument by position or keyword; None when it is not given."""
    if position < len(made.arguments):
        return made.arguments[position]
    return entry(made, name)


def text(value: CdkValue, otherwise: str = "it is no text") -> Value[str]:
    if isinstance(value, str):
        return Known(str(value))
    return Unknown(reason(value, otherwise))


def number(value: CdkValue, otherwise: str = "it is no number") -> Value[float]:
    if isinstance(value, int | float) and not isinstance(value, bool):
        return Known(value) if abs(value) < MAX_NUMBER else Unknown("it is too large")
    if isinstance(value, str) and re.fullmatch(r"\d{1,9}(\.\d{1,9})?", value):
        return Known(float(value))
    return Unknown(reason(value, otherwise))


def whole(value: Value[float], otherwise: str = "it is no whole number") -> Value[int]:
    if isinstance(value, Unknown):
        return value
    if round(value.value, 6) != round(value.value):
        return Unknown(otherwise)
    return Known(round(value.value))


def seconds(value: CdkValue) -> Value[float]:
    """A Duration in seconds; a plain number counts as seconds."""
    return _measured(value, "Duration", duration_factor)


def megabytes(value: CdkValue) -> Value[float]:
    """A Size in MB; a plain number counts as MB."""
    return _measured(value, "Size", size_factor)


def _measured(value: CdkValue, cls: str, factor: Factor) -> Value[float]:
    made = made_of(value)
    if made is None:
        return number(value, f"it is no {cls}")
    unit = last(made.path)
    if unit == "parse" and cls == "Duration":
        return _iso(made.arguments[0] if made.arguments else None)
    if unit == "plus" and made.owner is not None:
        left, right = _measured(made.owner, cls, factor), _measured(argument(made, 0, "rhs"), cls, factor)
        if isinstance(left, Unknown) or isinstance(right, Unknown):
            return left if isinstance(left, Unknown) else right
        return Known(left.value + right.value)
    if made.owner is not None and unit.startswith("to_"):
        inner, scale = _measured(made.owner, cls, factor), factor(unit[3:].replace("milliseconds", "millis"))
        return Known(inner.value / scale) if isinstance(inner, Known) and scale else Unknown(f"{unit} is not followed")
    scale = factor(unit) if f".{cls}." in f".{made.path}" else None
    if scale is None:
        return Unknown(f"{made.path} is no {cls}")
    amount = number(argument(made, 0, "amount"), "its amount is no number")
    return Known(amount.value * scale) if isinstance(amount, Known) else amount


def _iso(value: CdkValue) -> Value[float]:
    """An ISO 8601 duration such as PT5M, in seconds."""
    match = _ISO.fullmatch(value) if isinstance(value, str) else None
    if match is None:
        return Unknown(reason(value, "it is no duration"))
    days, hours, minutes, rest = (float(part or 0) for part in match.groups())
    return Known(days * 86400 + hours * 3600 + minutes * 60 + rest)


def runtime(value: CdkValue) -> Value[str | None]:
    """Lambda's name of a runtime; None for a container image."""
    if isinstance(value, str):
        return Known(str(value))
    made = made_of(value)
    if made is not None:
        if last(made.path) in ("name", "to_string", "to_str") and made.owner is not None:
            return runtime(made.owner)
        named = made.arguments[0] if made.arguments and last(made.path) == "Runtime" else None
        return Known(str(named)) if isinstance(named, str) else Unknown(f"{made.path} is only known to the CDK")
    if isinstance(value, Member):
        return runtime(value.owner) if value.name == "name" else Unknown("it is no runtime")
    if isinstance(value, CdkReference):
        owner, _, member = value.path.removesuffix(".name").rpartition(".")
        if member == "FROM_IMAGE":
            return Known(None)
        name = runtime_name(member) if last(owner) == "Runtime" else None
        return Known(name) if name is not None else Unknown(f"{value.path} is no runtime that archlint knows")
    return Unknown(reason(value, "no runtime is given"))


def architecture(value: CdkValue) -> Value[str]:
    if isinstance(value, list):
        return architecture(value[0]) if len(value) == 1 else Unknown("several architectures are given")
    made = made_of(value)
    if made is not None and last(made.path) == "custom":
        value = argument(made, 0, "name")
    if isinstance(value, Member):
        value = value.owner
    if isinstance(value, str):
        return Known(str(value))
    if isinstance(value, CdkReference):
        known = {"ARM_64": "arm64", "X86_64": "x86_64"}
        member = last(value.path.removesuffix(".name"))
        return Known(known[member]) if member in known else Unknown(f"{value.path} is no architecture")
    return Unknown(reason(value, "it is no architecture"))


def words(value: CdkValue) -> Value[tuple[str, ...] | None]:
    """A list of texts, such as an image's command; None when it is not given."""
    if value is None:
        return Known(None)
    if isinstance(value, str):
        return Known((str(value),))
    if not isinstance(value, list):
        return Unknown(reason(value, "it is no list"))
    found = [text(item) for item in value]
    unknown = next((item for item in found if isinstance(item, Unknown)), None)
    return unknown or Known(tuple(item.value for item in found if isinstance(item, Known)))


def own_arguments(made: Made) -> Iterator[CdkValue]:
    """The arguments without the scope that every construct is handed first."""
    values = made.arguments
    has_scope = len(values) > 1 and isinstance(values[1], str | Open) and made_of(values[0]) is not None
    yield from values[1:] if has_scope else values
    yield from (value for name, value in made.keywords.items() if name != "scope")


def parts(value: CdkValue) -> Iterator[CdkValue]:
    """A value with everything inside its lists, dicts and structs."""
    pending, count = [value], 0
    while pending and count < MAX_PARTS:
        item = pending.pop()
        count += 1
        yield item
        if isinstance(item, list | tuple):
            pending.extend(reversed(item))
        elif isinstance(item, dict):
            pending.extend(reversed(list(item.values())))
        elif isinstance(item, Made) and last(item.path).endswith(STRUCTS):
            pending.extend(item.keywords.values())


def is_given(value: CdkValue) -> bool:
    """Certainly something, and neither nothing nor an open value."""
    return value is not None and value is not False and not isinstance(value, Open | Closure | UserClass)


def is_member(value: CdkValue, name: str) -> bool:
    """Whether a value is the library's enumeration member of that name, or its text."""
    return (isinstance(value, CdkReference) and last(value.path) == name) or (isinstance(value, str) and value == name)
