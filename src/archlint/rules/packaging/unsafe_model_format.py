"""AL214: pickled weights that the function fetches from elsewhere while it runs."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass, field

from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.version import Version

from archlint.code.abstract import External
from archlint.code.ml import is_supported
from archlint.code.origin import text_of
from archlint.code.reach import Call, Reach, Reached
from archlint.code.units import Unit
from archlint.finding import Hit, Step
from archlint.knowledge import ml
from archlint.knowledge.ml import Fetcher, Loader, fetcher, is_transparent, loader
from archlint.model.deployed import Deployed
from archlint.project import Project
from archlint.rulebook.page import Page

MAX_STEPS = 6
"""Calls that a value may be handed through."""


@dataclass(frozen=True, slots=True)
class WeightsSource:
    """Where a value comes from: `origin` reads on after "a file from"; `node` is the call that fetched it."""

    origin: str
    node: ast.Call
    unit: Unit


@dataclass(frozen=True, slots=True)
class Unpickled:
    """A load that runs what the fetched file says. `is_model` says that names or use show a model."""

    call: Call
    loader: Loader
    source: WeightsSource
    is_model: bool


def unpickled(reach: Reach) -> Iterator[Unpickled]:
    """Loads whose file certainly comes from a fetch in the reached code; which arguments make a load safe is for the
    caller to ask."""
    loads = [(call, found) for call in reach.calls() if (found := loader(call.path)) is not None and call.node.args]
    if not loads:
        return
    tracer = _Tracer(reach)
    for call, found in loads:
        source = tracer.source(call.node.args[0], call.site.unit, call.reached)
        if source is not None:
            yield Unpickled(call, found, source, _is_model(call, reach))


def _is_model(call: Call, reach: Reach) -> bool:
    meanings = [meaning for meaning in ml.match_calls(call.path) if meaning.kind == "load"]
    return any(is_supported(meaning, call, reach.evaluator) for meaning in meanings)


@dataclass(slots=True)
class _Tracer:
    reach: Reach
    files: dict[str, WeightsSource] = field(default_factory=dict)
    """By path: who wrote the file."""
    buffers: dict[int, WeightsSource] = field(default_factory=dict)
    """By the id of the call that made the buffer: who filled it."""

    def __post_init__(self) -> None:
        for call in self.reach.calls():
            found = fetcher(call.path)
            if found is not None and found.to is not None:
                written = _destination(call.node, found)
                if written is not None:
                    self._note(written, call, WeightsSource(found.origin, call.node, call.site.unit))
        for call in self.reach.calls():
            if call.path in ("open().write", "pathlib.Path().write_bytes") and call.node.args:
                source = self.source(call.node.args[0], call.site.unit, call.reached)
                if source is not None and isinstance(call.node.func, ast.Attribute):
                    self._note(call.node.func.value, call, source)

    def _note(self, written: ast.expr, call: Call, source: WeightsSource) -> None:
        unit = call.site.unit
        text = _path(written, unit, call.reached, self.reach)
        if text is not None:
            self.files[text] = source
        for value in self.reach.evaluator.values(written, unit):
            if isinstance(value, External) and value.call is not None and value.unit is not None:
                self.buffers[id(value.call)] = source
                if is_transparent(value.path.removesuffix("()")) and value.call.args:
                    inner = _path(value.call.args[0], value.unit, call.reached, self.reach)
                    if inner is not None:
                        self.files[inner] = source

    def source(self, node: ast.expr, unit: Unit, reached: Reached, step: int = 0) -> WeightsSource | None:
        """Who fetched a value, if it can be nothing else."""
        if step > MAX_STEPS:
            return None
        text = _path(node, unit, reached, self.reach)
        if text is not None:
            return self.files.get(text)
        values = self.reach.evaluator.values(node, unit)
        found = [self._of(value, reached, step) for value in values if isinstance(value, External)]
        return found[0] if len(found) == len(values) == 1 else None

    def _of(self, value: External, reached: Reached, step: int) -> WeightsSource | None:
        if value.call is None or value.unit is None:
            return self._part(value)
        if id(value.call) in self.buffers:
            return self.buffers[id(value.call)]
        path = value.path.removesuffix("()")
        direct = fetcher(path)
        if direct is not None:
            return WeightsSource(direct.origin, value.call, value.unit)
        if is_transparent(path) and value.call.args:
            return self.source(value.call.args[0], value.unit, reached, step + 1)
        function = value.call.func
        if isinstance(function, ast.Attribute) and function.attr in ("read", "getvalue", "open", "read_bytes", "get"):
            return self.source(function.value, value.unit, reached, step + 1)
        return None

    def _part(self, value: External) -> WeightsSource | None:
        """Something taken out of a response, such as `.content` or `["Body"]`: the call that it was taken from is only
        in its path."""
        for call in self.reach.calls():
            made = f"{call.path}()"
            found = fetcher(call.path)
            if found is not None and value.path.startswith((f"{made}.", f"{made}[")):
                return WeightsSource(found.origin, call.node, call.site.unit)
        return None


def _path(node: ast.expr, unit: Unit, reached: Reached, reach: Reach) -> str | None:
    """A path that is wholly known."""
    text = text_of(node, unit, reached, reach.evaluator)
    return text if text and "{" not in text else None


def _destination(node: ast.Call, found: Fetcher) -> ast.expr | None:
    for keyword in node.keywords:
        if keyword.arg == found.to:
            return keyword.value
    if found.last:
        return node.args[-1] if node.args else None
    if found.position is not None and found.position < len(node.args):
        return node.args[found.position]
    return None


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
