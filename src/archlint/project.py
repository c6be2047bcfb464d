"""Everything that is known of a scanned repository: what the rules look at."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from archlint.code.abstract import ClassValue, External, FunctionValue, Instance
from archlint.code.evaluate import Evaluator
from archlint.code.frameworks import handed
from archlint.code.program import Sources
from archlint.code.reach import Reach
from archlint.code.units import Module, Unit
from archlint.graph.build import build_graph
from archlint.graph.graph import Graph
from archlint.knowledge.limits import NONE_OWN, Limits
from archlint.link import Linked
from archlint.model.coverage import NotEvaluated
from archlint.model.deployed import Deployed
from archlint.model.function import Function
from archlint.model.place import Place, Problem
from archlint.model.resource import Architecture
from archlint.stages import Timed, untimed
from archlint.tree import Tree
from archlint.values import Known, T, Value


class Project:
    """The functions of a repository with their code. What a function runs is worked out when a rule first asks."""

    def __init__(
        self,
        tree: Tree,
        sources: Sources,
        linked: tuple[Linked, ...],
        architecture: Architecture | None = None,
        timed: Timed = untimed,
        limits: Limits = NONE_OWN,
    ) -> None:
        self.timed = timed
        self.limits = limits
        self.tree = tree
        self.architecture = architecture or Architecture()
        self.sources = sources
        self.linked = {item.deployed.function.id: item for item in linked}
        self.functions: tuple[Deployed, ...] = tuple(item.deployed for item in linked)
        self.not_evaluated: set[NotEvaluated] = set()
        self.unfollowed: list[Problem] = []
        """Code that could be parsed, but not followed."""
        self._reaches: dict[str, Reach | None] = {}
        self._graph: Graph | None = None

    def python_functions(self) -> Iterator[tuple[Deployed, Reach]]:
        """The functions whose handler's code is at hand, each with what it runs."""
        for deployed in self.functions:
            reach = self.reach(deployed.function.id)
            if reach is not None:
                yield deployed, reach

    def reach(self, function_id: str) -> Reach | None:
        """What a function runs; None where its code is not Python of this repository."""
        if function_id not in self._reaches:
            with self.timed("code"):
                self._reaches[function_id] = self._reach(self.linked[function_id])
        return self._reaches[function_id]

    def _reach(self, linked: Linked) -> Reach | None:
        if linked.evaluator is None or linked.module is None:
            return None
        try:
            entries = list(self._entries(linked.evaluator, linked.module, linked.entry)) if linked.entry else []
            return Reach(linked.evaluator).run(linked.module, entries)
        except RecursionError:
            place = Place(linked.module.path)
            self.unfollowed.append(Problem(place, "its code refers to itself too deeply to be followed"))
            return None

    def _entries(self, evaluator: Evaluator, module: Module, entry: str) -> Iterator[Unit]:
        """The units that Lambda's call of the handler runs; an ASGI or WSGI application's routes come by their
        decorators."""
        for binding in module.body.bindings.get(entry, ()):
            if isinstance(binding.value, ast.Call):
                yield from handed(binding.value, module.body, evaluator)
        for value in evaluator.name(entry, module.body):
            if isinstance(value, FunctionValue):
                yield value.unit
            elif isinstance(value, ClassValue | Instance):
                names = ("__call__",) if isinstance(value, Instance) else ("__new__", "__init__")
                methods = (evaluator.method(value.cls, name) for name in names)
                yield from (method for method in methods if method is not None)
            elif isinstance(value, External) and value.call is not None and value.unit is not None:
                yield from handed(value.call, value.unit, evaluator)

    @property
    def graph(self) -> Graph:
        """Functions, resources and what connects them; built when first asked for."""
        if self._graph is None:
            with self.timed("graph"):
                self._graph = build_graph(self.functions, self.architecture, self.reach)
        return self._graph

    def mentions(self) -> frozenset[tuple[str, str]]:
        """Kinds and names of the resources that code names, as far as the graph was asked for."""
        return self._graph.mentions if self._graph is not None else frozenset()

    def known(self, rule: str, function: Function, attribute: str, value: Value[T]) -> T | None:
        """A value that a rule needs; where it is not known, the report says that the rule could not decide."""
        if isinstance(value, Known):
            return value.value
        self.not_evaluated.add(NotEvaluated(rule, function.id, attribute, value.reason))
        return None
