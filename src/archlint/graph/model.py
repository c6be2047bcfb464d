"""The nodes and edges of an architecture."""

from __future__ import annotations

from dataclasses import dataclass

from archlint.model.place import Place

EDGE_KINDS = ("sync", "async", "reads", "writes", "shares", "imports", "uses")
"""sync and async: source invokes, sends or delivers to target, and waits for it or not; reads and writes: stored data;
shares: a file system that source mounts; imports: a module; uses: anything else, such as a layer or a secret."""

FLOW = ("sync", "async")
DATA = ("reads", "writes", "shares")


@dataclass(frozen=True, slots=True)
class Node:
    """A function, a declared resource, or something that only a trigger or a call shows. Beside the kinds of resources
    there are `function`, `module` and, in a collapsed graph, `stack`."""

    id: str
    name: str
    kind: str
    stack: str
    """What it is deployed with; "" for what no file of the repository declares."""
    place: Place | None = None
    size: int = 1
    """The functions that a collapsed node stands for."""

    @property
    def is_function(self) -> bool:
        """A function of this repository; one that is only called by name has no place."""
        return self.kind == "function" and self.place is not None


@dataclass(frozen=True, slots=True)
class EdgeEvidence:
    """A line that shows an edge; `text` says how."""

    place: Place
    text: str


@dataclass(frozen=True, slots=True)
class Edge:
    """`kind` is one of EDGE_KINDS."""

    source: str
    target: str
    kind: str
    label: str = ""
    evidence: tuple[EdgeEvidence, ...] = ()
    declared: bool = True
    """Whether declarations alone show it; False where code does."""
    certain: bool = True
    """False for what a permission allows and nothing shows to happen."""
    count: int = 1
    """The edges that a collapsed one stands for."""

    @property
    def sort_key(self) -> tuple[str, str, int, str]:
        return (self.source, self.target, EDGE_KINDS.index(self.kind), self.label)
