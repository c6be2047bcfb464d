"""Unpickling of what the same code has fetched from elsewhere."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass, field

from archlint.code.abstract import External
from archlint.code.ml import is_supported
from archlint.code.origin import text_of
from archlint.code.reach import Call, Reach, Reached
from archlint.code.units import Unit
from archlint.knowledge import ml
from archlint.knowledge.unsafe_formats import Fetcher, Loader, fetcher, is_transparent, loader

MAX_STEPS = 6
"""Calls that a value may be handed through."""


@dataclass(frozen=True, slots=True)
class Source:
    """Where a value comes from: `origin` reads on after "a file from"; `node` is the call that fetched it."""

    origin: str
    node: ast.Call
    unit: Unit


@dataclass(frozen=True, slots=True)
class Unpickled:
    """A load that runs what the fetched file says. `is_model` says that names or use show a model."""

    call: Call
    loader: Loader
    source: Source
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
    files: dict[str, Source] = field(default_factory=dict)
    """By path: who wrote the file."""
    buffers: dict[int, Source] = field(default_factory=dict)
    """By the id of the call that made the buffer: who filled it."""

    def __post_init__(self) -> None:
        for call in self.reach.calls():
            found = fetcher(call.path)
            if found is not None and found.to is not None:
                written = _destination(call.node, found)
                if written is not None:
                    self._note(written, call, Source(found.origin, call.node, call.site.unit))
        for call in self.reach.calls():
            if call.path in ("open().write", "pathlib.Path().write_bytes") and call.node.args:
                source = self.source(call.node.args[0], call.site.unit, call.reached)
                if source is not None and isinstance(call.node.func, ast.Attribute):
                    self._note(call.node.func.value, call, source)

    def _note(self, written: ast.expr, call: Call, source: Source) -> None:
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

    def source(self, node: ast.expr, unit: Unit, reached: Reached, step: int = 0) -> Source | None:
        """Who fetched a value, if it can be nothing else."""
        if step > MAX_STEPS:
            return None
        text = _path(node, unit, reached, self.reach)
        if text is not None:
            return self.files.get(text)
        values = self.reach.evaluator.values(node, unit)
        found = [self._of(value, reached, step) for value in values if isinstance(value, External)]
        return found[0] if len(found) == len(values) == 1 else None

    def _of(self, value: External, reached: Reached, step: int) -> Source | None:
        if value.call is None or value.unit is None:
            return self._part(value)
        if id(value.call) in self.buffers:
            return self.buffers[id(value.call)]
        path = value.path.removesuffix("()")
        direct = fetcher(path)
        if direct is not None:
            return Source(direct.origin, value.call, value.unit)
        if is_transparent(path) and value.call.args:
            return self.source(value.call.args[0], value.unit, reached, step + 1)
        function = value.call.func
        if isinstance(function, ast.Attribute) and function.attr in ("read", "getvalue", "open", "read_bytes", "get"):
            return self.source(function.value, value.unit, reached, step + 1)
        return None

    def _part(self, value: External) -> Source | None:
        """Something taken out of a response, such as `.content` or `["Body"]`: the call that it was taken from is only
        in its path."""
        for call in self.reach.calls():
            made = f"{call.path}()"
            found = fetcher(call.path)
            if found is not None and value.path.startswith((f"{made}.", f"{made}[")):
                return Source(found.origin, call.node, call.site.unit)
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
