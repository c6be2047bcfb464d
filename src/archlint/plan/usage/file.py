"""The usage file: what each function does in a month, as people or `archlint usage` write it down.

```yaml
region: us-east-1
free_tier: false
defaults: {latency: batch}
functions:
  Captions: {monthly_requests: 2000000, request_duration_ms: [800, 1000, 1500], gpu_speedup: 10}
```
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType

from archlint.knowledge.prices import regions
from archlint.model.place import Place
from archlint.plan.model import Figure
from archlint.plan.usage.keys import FIGURES, TEXTS, UsageError, did_you_mean, root_of, text_of
from archlint.plan.usage.values import Body, Reader
from archlint.syntax.node import Entry, Node, Scalar
from archlint.syntax.node import Mapping as MappingNode

_TOP = ("functions", "resource_usage", "resource_type_default_usage", "defaults", "region", "free_tier", "version")
_LAMBDA_TYPES = ("aws_lambda_function", "AWS::Lambda::Function", "AWS::Serverless::Function")
_DEPLOYED = re.compile(r".*-([A-Za-z0-9]{2,})-[A-Za-z0-9]{8,13}\Z")
"""The name that CloudFormation gives: stack, logical id, random part."""
_CDK_HASH = re.compile(r"[0-9A-F]{8}\Z")


@dataclass(frozen=True, slots=True)
class FunctionUsage:
    """What is said of one function; a key that is not there is not known. `figures` are in the unit of their key."""

    figures: Mapping[str, Figure] = field(default_factory=lambda: MappingProxyType({}))
    latency: str | None = None
    """"interactive" where somebody waits, or "batch"."""
    gpu: str | None = None
    training_size: str | None = None
    """"large" where one fit may take longer than a function runs, or "small"."""
    private_network: bool | None = None
    duration_by_memory_ms: Mapping[int, float] = field(default_factory=lambda: MappingProxyType({}))
    """Measured durations by memory in MB, as Lambda Power Tuning gives them."""
    place: Place | None = None

    def get(self, key: str) -> Figure | None:
        return self.figures.get(key)


@dataclass(frozen=True, slots=True)
class Usage:
    """`functions` by the functions' ids; those of which nothing is said are not in it."""

    region: str = "us-east-1"
    free_tier: bool = False
    defaults: FunctionUsage = FunctionUsage()
    functions: Mapping[str, FunctionUsage] = field(default_factory=lambda: MappingProxyType({}))
    region_stated: bool = False
    """Whether the file names the region."""

    def of(self, function_id: str) -> FunctionUsage:
        """What is said of the function, or else of all functions."""
        return self.functions.get(function_id, self.defaults)


def read_usage_file(path: Path, known: Iterable[tuple[str, str]]) -> Usage:
    """Raises UsageError, also for a file that cannot be read. `known` are the (id, name) of the functions there are."""
    return read_usage(text_of(path, "a usage file"), path.as_posix(), known)


def read_usage(text: str, path: str, known: Iterable[tuple[str, str]]) -> Usage:
    """Raises UsageError with every problem. Functions are named by id, name or the name that CloudFormation gave."""
    root = root_of(text, path)
    file = _File(Reader(), _Names(tuple(known)))
    usage = file.usage(root)
    if file.reader.problems:
        raise UsageError(tuple(sorted(file.reader.problems, key=lambda found: found.place)))
    return usage


class _Names:
    """Which functions a name in the file means."""

    def __init__(self, known: tuple[tuple[str, str], ...]) -> None:
        self.ids = frozenset(function_id for function_id, _ in known)
        self.by_name: dict[str, list[str]] = {}
        for function_id, name in known:
            self.by_name.setdefault(name, []).append(function_id)

    def find(self, written: str) -> list[str]:
        """Ids; more than one where the name alone does not decide."""
        if written in self.ids:
            return [written]
        if written in self.by_name:
            return self.by_name[written]
        deployed = _DEPLOYED.match(written[:200])
        if deployed is None:
            return []
        logical = deployed[1]
        found = self.by_name.get(logical, [])
        return found or self.by_name.get(_CDK_HASH.sub("", logical), [])

    def closest(self, written: str) -> str:
        names = [*self.by_name, *self.ids]
        if not names:
            return "; no function was found in the scanned folders"
        listed = ", ".join(sorted(self.by_name)[:8]) + (", …" if len(self.by_name) > 8 else "")
        return did_you_mean(written, names) or f"; there are: {listed}"


@dataclass(slots=True)
class _File:
    reader: Reader
    names: _Names
    found: dict[str, tuple[FunctionUsage, Place]] = field(default_factory=dict)

    def usage(self, root: Node) -> Usage:
        if isinstance(root, Scalar) and root.value is None:
            return Usage()
        top = self.reader.mapping(root, "the file", "keys such as functions: and region:")
        if top is None:
            return Usage()
        for entry in top:
            if entry.key not in _TOP:
                self.reader.say(entry.key_place, f"unknown key {entry.key!a}{did_you_mean(entry.key, _TOP)}")
        defaults = self._defaults(top)
        for key in ("resource_usage", "functions"):
            self._functions(top.entry(key), defaults)
        region = self.reader.text(top.entry("region"), regions())
        free = self.reader.boolean(top.entry("free_tier"))
        functions = {function_id: usage for function_id, (usage, _) in self.found.items()}
        return Usage(
            region or "us-east-1", bool(free), defaults, MappingProxyType(functions), region_stated=region is not None
        )

    def _defaults(self, top: MappingNode) -> FunctionUsage:
        entry = top.entry("defaults")
        if entry is None:
            types = top.get("resource_type_default_usage")
            named = (types.entry(name) for name in _LAMBDA_TYPES) if isinstance(types, MappingNode) else ()
            entry = next((found for found in named if found is not None), None)
        return _made(self.reader.body(entry), FunctionUsage(), None) if entry else FunctionUsage()

    def _functions(self, entry: Entry | None, defaults: FunctionUsage) -> None:
        """A name is unknown only where its keys are those of a function: infracost's files hold other resources too."""
        if entry is None:
            return
        table = self.reader.mapping(entry.value, entry.key, "names of functions, each with its keys")
        for function in table or ():
            ids = self.names.find(function.key)
            if not ids and entry.key == "resource_usage":
                ids = self.names.find(function.key.rpartition(".")[2])
                if not ids and not _of_lambda(function.value):
                    continue
            usage = _made(self.reader.body(function), defaults, function.key_place)
            if not ids:
                hint = self.names.closest(function.key)
                self.reader.say(function.key_place, f"there is no function {function.key!a}{hint}")
            elif len(ids) > 1:
                listed = ", ".join(sorted(ids)[:5])
                self.reader.say(
                    function.key_place, f"{function.key!a} is the name of {len(ids)} functions: say {listed}"
                )
            else:
                self._take(ids[0], usage, function.key_place)

    def _take(self, function_id: str, usage: FunctionUsage, place: Place) -> None:
        before = self.found.get(function_id)
        if before is not None:
            self.reader.say(place, f"the function is there twice; first in line {before[1].line}: keep one of them")
        self.found[function_id] = (usage, place)


def _of_lambda(node: Node) -> bool:
    return isinstance(node, MappingNode) and any(entry.key in FIGURES or entry.key in TEXTS for entry in node)


def _made(body: Body, defaults: FunctionUsage, place: Place | None) -> FunctionUsage:
    """What the body says, and the defaults for the rest."""
    return FunctionUsage(
        MappingProxyType({**defaults.figures, **body.figures}),
        body.texts.get("latency", defaults.latency),
        body.texts.get("gpu", defaults.gpu),
        body.texts.get("training_size", defaults.training_size),
        defaults.private_network if body.private_network is None else body.private_network,
        MappingProxyType(body.by_memory or dict(defaults.duration_by_memory_ms)),
        place,
    )
