"""The answers file: what only people can say. It has the functions' keys of the usage file, and keys for the plan as
a whole.

```yaml
second_provider: false
defaults: {latency: batch}
functions:
  Captions: {gpu_speedup: 10, private_network: true}
  Retrain: {training_size: large}
```
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import MappingProxyType

from archlint.plan.usage.file import FunctionUsage, Usage
from archlint.plan.usage.keys import UsageError, did_you_mean, root_of, text_of
from archlint.plan.usage.values import Body, Reader
from archlint.syntax.node import Entry, Scalar
from archlint.syntax.node import Mapping as MappingNode

GENERAL = ("second_provider",)
"""Answers for the whole plan: whether data may go to a provider beside AWS."""

_TOP = (*GENERAL, "defaults", "functions")


@dataclass(frozen=True, slots=True)
class Answers:
    """`functions` by id; `general` are "yes" or "no" by key."""

    general: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    defaults: Body = field(default_factory=Body)
    functions: Mapping[str, Body] = field(default_factory=lambda: MappingProxyType({}))

    def over(self, usage: Usage, ids: Iterable[str]) -> Usage:
        """`usage` with these answers laid over what it says of the functions."""
        functions = {}
        for id_ in ids:
            said = usage.of(id_)
            plain = _with_defaults(said, self.defaults)
            functions[id_] = _over(plain, self.functions[id_]) if id_ in self.functions else plain
        return replace(usage, functions=MappingProxyType(functions))


def read_answers_file(path: Path, known: Iterable[tuple[str, str]]) -> Answers:
    """Raises UsageError, also for a file that cannot be read. `known` are the (id, name) of the functions there are."""
    return read_answers(text_of(path, "an answers file"), path.as_posix(), known)


def read_answers(text: str, path: str, known: Iterable[tuple[str, str]]) -> Answers:
    """Raises UsageError with every problem."""
    root = root_of(text, path)
    reader = Reader()
    names: dict[str, list[str]] = {}
    for id_, name in known:
        names[id_] = [id_]
        names.setdefault(name, [])
        names[name] = [*names[name], id_] if name != id_ else [id_]
    top = None if isinstance(root, Scalar) and root.value is None else reader.mapping(root, "the file", "answers")
    answers = _answers(reader, top, names) if top is not None else Answers()
    if reader.problems:
        raise UsageError(tuple(sorted(reader.problems, key=lambda found: found.place)))
    return answers


def _answers(reader: Reader, top: MappingNode, names: Mapping[str, list[str]]) -> Answers:
    general: dict[str, str] = {}
    for entry in top:
        if entry.key not in _TOP:
            reader.say(entry.key_place, f"unknown key {entry.key[:60]!a}{did_you_mean(entry.key, _TOP)}")
        elif entry.key in GENERAL:
            answer = reader.boolean(entry)
            if answer is not None:
                general[entry.key] = "yes" if answer else "no"
    defaults = top.entry("defaults")
    functions = _functions(reader, top.entry("functions"), names)
    return Answers(
        MappingProxyType(general), reader.body(defaults) if defaults else Body(), MappingProxyType(functions)
    )


def _functions(reader: Reader, entry: Entry | None, names: Mapping[str, list[str]]) -> dict[str, Body]:
    found: dict[str, Body] = {}
    table = reader.mapping(entry.value, entry.key, "names of functions, each with its answers") if entry else None
    for function in table or ():
        body = reader.body(function)
        ids = names.get(function.key, [])
        if not ids:
            reader.say(function.key_place, f"there is no function {function.key!a}{did_you_mean(function.key, names)}")
        elif len(ids) > 1:
            shown = ", ".join(sorted(ids)[:5])
            reader.say(function.key_place, f"{function.key!a} is the name of {len(ids)} functions: say {shown}")
        elif ids[0] in found:
            reader.say(function.key_place, "the function is there twice: keep one of them")
        else:
            found[ids[0]] = body
    return found


def _over(usage: FunctionUsage, body: Body) -> FunctionUsage:
    return FunctionUsage(
        figures=MappingProxyType({**usage.figures, **body.figures}),
        latency=body.texts.get("latency", usage.latency),
        gpu=body.texts.get("gpu", usage.gpu),
        training_size=body.texts.get("training_size", usage.training_size),
        private_network=usage.private_network if body.private_network is None else body.private_network,
        duration_by_memory_ms=MappingProxyType(body.by_memory) if body.by_memory else usage.duration_by_memory_ms,
        place=usage.place,
    )


def _with_defaults(usage: FunctionUsage, defaults: Body) -> FunctionUsage:
    """What is said of a function comes before the answers' defaults."""
    return FunctionUsage(
        figures=MappingProxyType({**defaults.figures, **usage.figures}),
        latency=usage.latency or defaults.texts.get("latency"),
        gpu=usage.gpu or defaults.texts.get("gpu"),
        training_size=usage.training_size or defaults.texts.get("training_size"),
        private_network=defaults.private_network if usage.private_network is None else usage.private_network,
        duration_by_memory_ms=usage.duration_by_memory_ms or MappingProxyType(defaults.by_memory),
        place=usage.place,
    )
