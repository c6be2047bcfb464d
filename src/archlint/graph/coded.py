"""Edges that code shows: a call of a service, joined to the resource that its target names."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from archlint.code.calls import ServiceCall, service_calls
from archlint.code.ml import argument, model_calls
from archlint.code.reach import Call, Reach
from archlint.graph.model import FLOW, Edge, EdgeEvidence, Node
from archlint.knowledge.ml import MlCall
from archlint.knowledge.triggers import trigger_type
from archlint.model.function import Function, Trigger
from archlint.model.place import Place
from archlint.model.resource import Architecture, Link
from archlint.tree import join
from archlint.values import Known

_HUB_NAME = re.compile(r"[A-Za-z0-9][\w.-]*/[A-Za-z0-9][\w.-]*")
"""An owner and a name: a bare name may as well be a folder."""


@dataclass(frozen=True, slots=True)
class Load:
    name: str
    place: Place


def loaded_models(reach: Reach) -> Iterator[Load]:
    for found in model_calls(reach, "download", "load"):
        name = _hub_name(found.call, found.meaning, reach)
        if name is not None:
            yield Load(name, found.call.site.unit.module.place(found.call.node))


def _hub_name(call: Call, meaning: MlCall, reach: Reach) -> str | None:
    if not meaning.downloads_unless_local or meaning.local_argument is None:
        return None
    given = argument(call.node, meaning.local_argument)
    text = reach.evaluator.text(given, call.site.unit) if given is not None else None
    if text is None or not _HUB_NAME.fullmatch(text):
        return None
    folders = (join(mount.source, text) for mount in reach.program.mounts)
    return None if any(folder is not None and _is_there(folder, reach) for folder in folders) else text


def _is_there(path: str, reach: Reach) -> bool:
    tree = reach.program.sources.tree
    return tree.is_dir(path) or tree.is_file(path)


def entries(
    functions: Iterable[Function], nodes: Mapping[str, Node], edges: Iterable[Edge]
) -> Iterator[tuple[Node, Edge]]:
    """For each trigger that no declared resource accounts for: a node, one a stack and name, and its edge."""
    kinds: dict[str, set[str]] = defaultdict(set)
    for edge in edges:
        if edge.kind in FLOW and edge.certain:
            kinds[edge.target].add(nodes[edge.source].kind if edge.source in nodes else "other")
    for function in functions:
        node = nodes[function.id]
        open_triggers: dict[tuple[str, bool], list[Trigger]] = defaultdict(list)
        for trigger in function.triggers:
            if not trigger_type(trigger.type).kinds & kinds[function.id]:
                open_triggers[trigger.type, trigger.sync].append(trigger)
        for (type_, sync), triggers in open_triggers.items():
            source = trigger_type(type_)
            entry = Node(f"{node.stack}#trigger:{type_}", source.name, source.kind, node.stack)
            shown = tuple(EdgeEvidence(trigger.place, f"{type_} trigger") for trigger in triggers)
            yield entry, Edge(entry.id, function.id, "sync" if sync else "async", "", shown)


ELSEWHERE = "elsewhere"
_KINDS = {"starts": "async", "sends": "async", "reads": "reads", "writes": "writes"}
_SHOWN = 3
"""Operations that a label names."""


@dataclass(slots=True)
class _Found:
    operations: set[str] = field(default_factory=set)
    evidence: dict[EdgeEvidence, None] = field(default_factory=dict)


class Coded:
    """Collects the edges of one repository's code. `made` are the nodes of what is called by name and declared
    elsewhere."""

    def __init__(self, architecture: Architecture, nodes: Mapping[str, Node]) -> None:
        self.nodes = nodes
        self.made: dict[str, Node] = {}
        self.variables: dict[tuple[str, str], list[Link]] = defaultdict(list)
        for link in architecture.links:
            if link.kind == "env" and link.target in nodes:
                self.variables[link.source, link.detail].append(link)
        self.named: dict[tuple[str, str], list[str]] = defaultdict(list)
        """By kind and name in AWS."""
        for resource in architecture.resources:
            if resource.physical_name and resource.id in nodes:
                self.named[resource.kind, resource.physical_name].append(resource.id)
        self.mentions: set[tuple[str, str]] = set()
        self.found: dict[tuple[str, str, str], _Found] = defaultdict(_Found)

    def read(self, function: Function, reach: Reach) -> None:
        """The calls and model loads of one function."""
        for call in service_calls(reach):
            for target, shown in self._targets(function, call):
                self._add(function.id, target, _kind(call), call.operation, shown)
        for load in loaded_models(reach):
            node = self._elsewhere("model", load.name)
            self._add(function.id, node, "reads", "loads", (EdgeEvidence(load.place, f"loads {load.name}"),))

    def edges(self) -> Iterator[Edge]:
        for (source, target, kind), found in self.found.items():
            names = sorted(found.operations)
            label = ", ".join(names[:_SHOWN]) + (" …" if len(names) > _SHOWN else "")
            yield Edge(source, target, kind, label, tuple(found.evidence), declared=False)

    def _add(self, source: str, target: str, kind: str, operation: str, evidence: tuple[EdgeEvidence, ...]) -> None:
        if source != target or kind in ("sync", "async"):
            found = self.found[source, target, kind]
            found.operations.add(operation)
            found.evidence.update(dict.fromkeys(evidence))

    def _targets(self, function: Function, call: ServiceCall) -> Iterator[tuple[str, tuple[EdgeEvidence, ...]]]:
        """What a call acts on, with the lines that show it."""
        own = EdgeEvidence(call.place, f"calls {call.service}.{call.operation}" if call.service else "connects")
        if call.variable is not None:
            links = self.variables.get((function.id, call.variable), [])
            if len({link.target for link in links}) == 1 and self._fits(links[0].target, call.kind):
                shown = (EdgeEvidence(link.place, f"environment variable {call.variable}") for link in links)
                yield links[0].target, (own, *shown)
            elif call.kind in ("model", "endpoint"):
                yield self._elsewhere(call.kind, _service(call)), (own,)
        elif isinstance(call.target, Known):
            declared = self._declared(function, call.kind, call.target.value)
            if declared is not None:
                yield declared, (own,)
            elif call.target.value:
                yield self._elsewhere(call.kind, _short(call.target.value)), (own,)
        elif call.kind in ("model", "endpoint"):
            yield self._elsewhere(call.kind, _service(call)), (own,)

    def _fits(self, target: str, kind: str) -> bool:
        return self.nodes[target].kind in (kind, "other")

    def _declared(self, function: Function, kind: str, text: str) -> str | None:
        """The resource that a literal names; of several alike the one of the function's own file or app."""
        self.mentions |= {(kind, text), (kind, _short(text))}
        found = self.named.get((kind, text)) or self.named.get((kind, _short(text))) or []
        home = function.id.partition("#")[0]
        own = [one for one in found if one.partition("#")[0] == home]
        candidates = own or found
        return candidates[0] if len(candidates) == 1 else None

    def _elsewhere(self, kind: str, name: str) -> str:
        node = Node(f"{ELSEWHERE}#{kind}:{name}", name, kind, "")
        self.made.setdefault(node.id, node)
        return node.id


def _kind(call: ServiceCall) -> str:
    if call.access == "invokes":
        return "sync" if call.sync else "async"
    return _KINDS[call.access]


def _service(call: ServiceCall) -> str:
    """What stands for a model or endpoint that the code does not name."""
    return call.service.removesuffix("-runtime").removesuffix("-agent") or call.kind


def _short(text: str) -> str:
    """The name in an ARN or URL; a path of a parameter or a model's id stays whole."""
    if text.startswith("arn:"):
        return text.rpartition(":")[2].rpartition("/")[2]
    return text.rstrip("/").rpartition("/")[2] if text.startswith("https://") else text
