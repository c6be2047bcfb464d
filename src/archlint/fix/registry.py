"""The fixers, found by looking: a module `archlint.fix.<family>.<rule_name>` each, with a function `fix`."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Mapping
from functools import cache
from types import MappingProxyType
from typing import TYPE_CHECKING, Literal, Protocol, cast

if TYPE_CHECKING:
    from archlint.finding import Finding
    from archlint.fix.edit import Fix
    from archlint.fix.text import Text
    from archlint.project import Project

Kind = Literal["safe", "unsafe", "none"]

FAMILIES = ("configuration", "files", "image", "packaging", "python")
_HELPERS = "_"
"""Modules whose name begins so hold what several fixers share."""


class Fixer(Protocol):
    """What a fixer's module defines as `fix`: None where this very finding cannot be fixed with certainty. The module
    also defines `SAFE`: whether its fixes can be safe."""

    def __call__(self, finding: Finding, project: Project, text: Text) -> Fix | None: ...


@cache
def modules() -> Mapping[str, str]:
    """The fixers' modules by rule name; nothing is imported but the families."""
    found: dict[str, str] = {}
    for family in FAMILIES:
        name = f"{__package__}.{family}"
        try:
            package = importlib.import_module(name)
        except ModuleNotFoundError as error:
            if error.name != name:
                raise
            continue
        for module in pkgutil.iter_modules(package.__path__):
            if not module.ispkg and not module.name.startswith(_HELPERS):
                found[module.name.replace("_", "-")] = f"{name}.{module.name}"
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
