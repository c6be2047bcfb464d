"""What a cdk.out adds to the functions that were read from the app's source."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from archlint.model.function import Function, Setting, UnknownCode
from archlint.model.place import Place, Problem
from archlint.readers.cdk_out.functions import SETTINGS, Assembly, unplaced
from archlint.values import Known, Unknown


@dataclass(frozen=True, slots=True)
class Merged:
    """`notes` say where a cdk.out does not fit the source: it is older, or was made with another configuration."""

    functions: tuple[Function, ...]
    notes: tuple[Problem, ...] = ()


def merge(functions: Sequence[Function], assembly: Assembly) -> Merged:
    """The source's functions, completed, and those that only the assembly has. The source wins."""
    notes: list[Problem] = []
    matched: set[str] = set()
    merged: list[Function] = []
    for function in functions:
        twins = [other for other in assembly.functions if _is_path_of(function, other)]
        matched.update(twin.id for twin in twins)
        if len(twins) != 1:
            merged.append(function)
            continue
        differing = tuple(_differing(function, twins[0]))
        if differing:
            notes.append(_stale(assembly, function, differing))
            merged.append(function)
        else:
            merged.append(_completed(function, twins[0]))
    merged += [other for other in assembly.functions if other.id not in matched]
    missing = [f for f in functions if not f.conditional and not any(_is_path_of(f, o) for o in assembly.functions)]
    if missing:
        names = ", ".join(f.construct_path or f.name for f in missing[:3])
        notes.append(_note(assembly, f"it does not have {names}; it is older than the source or made differently"))
    return Merged(tuple(merged), tuple(notes))


def _is_path_of(function: Function, other: Function) -> bool:
    """Whether the construct paths agree; `?` stands for any one part."""
    parts = (function.construct_path or "").split("/")
    pattern = "/".join("[^/]+" if part == "?" else re.escape(part) for part in parts)
    return re.fullmatch(pattern, other.construct_path or "") is not None


def _differing(function: Function, other: Function) -> Iterator[str]:
    for name in SETTINGS:
        one: Setting[Any] = getattr(function, name)
        two: Setting[Any] = getattr(other, name)
        if isinstance(one.value, Known) and isinstance(two.value, Known) and one.value != two.value:
            yield name


def _completed(function: Function, other: Function) -> Function:
    other = unplaced(other)
    changes: dict[str, Any] = {"conditional": other.conditional}
    for name in SETTINGS:
        one: Setting[Any] = getattr(function, name)
        if isinstance(one.value, Unknown) and isinstance(getattr(other, name).value, Known):
            changes[name] = getattr(other, name)
    if isinstance(function.package, Unknown):
        changes["package"] = other.package
    if isinstance(function.code, UnknownCode) and not isinstance(other.code, UnknownCode):
        changes["code"] = other.code
    if "?" in (function.construct_path or ""):
        changes |= {"construct_path": other.construct_path, "name": other.name, "id": other.id}
    return replace(function, **changes)


def _stale(assembly: Assembly, function: Function, names: tuple[str, ...]) -> Problem:
    told = ", ".join(names)
    path = function.construct_path
    return _note(assembly, f"it differs from the source in {told} of {path}; the source's values are used")


def _note(assembly: Assembly, message: str) -> Problem:
    path = f"{assembly.folder}/manifest.json" if assembly.folder else "manifest.json"
    return Problem(Place(path), message)
