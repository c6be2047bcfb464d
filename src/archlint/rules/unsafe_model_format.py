"""AL214: pickled weights that the function fetches from elsewhere while it runs."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.version import Version

from archlint.code.reach import Reach
from archlint.code.unpickled import unpickled
from archlint.finding import Hit, Step
from archlint.knowledge.unsafe_formats import Loader
from archlint.model.deployed import Deployed
from archlint.project import Project
from archlint.rules.page import Page

_OWN = "S3"
"""A bucket is mostly the owner's: what lies there is as safe as who may write to it."""


def check(project: Project, page: Page) -> Iterator[Hit]:
    """Only where the loaded file certainly is the one that the same code fetched, and nothing checks it."""
    for deployed, reach in project.python_functions():
        if _verifies(reach):
            continue
        for found in unpickled(reach):
            own = found.source.origin == _OWN
            if (own and not found.is_model) or not _is_unsafe(found.loader, found.call.node, deployed):
                continue
            fetched = found.source.unit.module.place(found.source.node)
            yield Hit(
                message=f"{found.call.path}() unpickles a file from {found.source.origin}: whoever can replace it"
                " runs code with the function's role",
                place=found.call.site.unit.module.place(found.call.node),
                function=deployed.function.id,
                severity="info" if own else None,
                trace=(Step(fetched, f"the file comes from {found.source.origin}"),),
            )


def _verifies(reach: Reach) -> bool:
    """Code that computes digests may well check them."""
    return any(call.path.startswith(("hashlib.", "hmac.")) for call in reach.calls())


def _is_unsafe(loader: Loader, node: ast.Call, deployed: Deployed) -> bool:
    """Whether the call unpickles whatever the file holds, for certain."""
    given = {keyword.arg: keyword.value for keyword in node.keywords}
    if None in given:
        return False
    if loader.only_with is not None:
        return _constant(given.get(loader.only_with)) is True
    if loader.unless is None:
        return True
    if loader.unless in given:
        return _constant(given[loader.unless]) is False
    return loader.version is None or _is_older(deployed, loader.distribution, loader.version)


def _constant(node: ast.expr | None) -> object:
    return node.value if isinstance(node, ast.Constant) else None


def _is_older(deployed: Deployed, distribution: str | None, version: str) -> bool:
    """Whether what is installed is surely from before a version."""
    named = [one for one in deployed.dependencies if one.name == distribution]
    return bool(named) and all(_below(one.version or "", one.specifier, Version(version)) for one in named)


def _below(locked: str, specifier: str, first: Version) -> bool:
    try:
        if locked:
            return Version(locked) < first
        wanted = SpecifierSet(specifier)
        pins = [Version(s.version.removesuffix(".*")) for s in wanted if s.operator in ("==", "===")]
        upper = [Version(s.version) for s in wanted if s.operator in ("<", "<=")]
    except (InvalidSpecifier, ValueError):
        return False
    return any(pin < first for pin in pins) or any(bound <= first for bound in upper)
