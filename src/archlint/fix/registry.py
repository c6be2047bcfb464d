"""The fixers, found by looking: a module `<rule_name>_fix` beside the rule, with a function `fix`."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Mapping
from functools import cache
from types import MappingProxyType
from typing import TYPE_CHECKING, Literal, Protocol, cast

from archlint import rules

if TYPE_CHECKING:
    from archlint.edits.text import Fix, Text
    from archlint.finding import Finding
    from archlint.project import Project

Kind = Literal["safe", "unsafe", "none"]

_SUFFIX = "_fix"


class Fixer(Protocol):
    """What a fixer's module defines as `fix`: None where this very finding cannot be fixed with certainty. The module
    also defines `SAFE`: whether its fixes can be safe."""

    def __call__(self, finding: Finding, project: Project, text: Text) -> Fix | None: ...


@cache
def modules() -> Mapping[str, str]:
    """The fixers' modules by rule name; none of them is imported."""
    found: dict[str, str] = {}
    for family in pkgutil.iter_modules(rules.__path__, f"{rules.__name__}."):
        paths = [f"{path}/{family.name.rpartition('.')[2]}" for path in rules.__path__]
        for module in pkgutil.iter_modules(paths) if family.ispkg else ():
            if module.name.endswith(_SUFFIX):
                name = module.name.removesuffix(_SUFFIX).replace("_", "-")
                found[name] = f"{family.name}.{module.name}"
    return MappingProxyType(dict(sorted(found.items())))


@cache
def fixer(rule: str) -> Fixer | None:
    """The rule's fixer, imported now; None where the rule has none."""
    name = modules().get(rule)
    if name is None:
        return None
    found: object = getattr(importlib.import_module(name), "fix", None)
    if not callable(found):
        raise TypeError(f"the module {name} has no function fix")
    return cast("Fixer", found)


def kind(rule: str) -> Kind:
    """What `archlint fix` can do about a rule: "safe" where at least some of its fixes are."""
    name = modules().get(rule)
    if name is None:
        return "none"
    return "safe" if getattr(importlib.import_module(name), "SAFE", False) else "unsafe"
