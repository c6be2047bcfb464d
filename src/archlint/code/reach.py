"""What runs when: at import, once behind a guard, or on every invocation; and the way that leads there."""

from __future__ import annotations

import ast
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import IntEnum

from archlint.code.abstract import Abstract, ClassValue, External, FunctionValue, Instance, ModuleValue, Parameter
from archlint.code.decorators import is_kept_on_self, is_once, is_static, last_names
from archlint.code.evaluate import IMPORTERS, Evaluator, Given, is_super
from archlint.code.frameworks import decorating, dependencies, handed, registered, wrapped, wrappers
from archlint.code.guards import FILE, stored_keys
from archlint.code.program import Program
from archlint.code.sites import Site, sites_of
from archlint.code.units import Binding, Class, Module, Unit
from archlint.knowledge.ml import once_decorators

MAX_CALLS = 8
"""A parameter that more calls than these give a value is left open."""


def passed_arguments(evaluator: Evaluator, calls: Iterable[tuple[ast.Call, Unit]]) -> Given:
    """By unit and parameter: the expressions that these calls pass, with the units that they stand in."""
    given: Given = {}
    for call, caller in calls:
        for value in evaluator.values(call.func, caller):
            unit, bound = _signature(value, evaluator)
            if unit is not None:
                for name, expression in _passed(call, unit, bound):
                    given.setdefault((unit, name), []).append((expression, caller))
    return {key: expressions for key, expressions in given.items() if len(expressions) <= MAX_CALLS}


def _signature(value: Abstract, evaluator: Evaluator) -> tuple[Unit | None, bool]:
    """The unit that a call runs, and whether its first parameter is bound already."""
    if isinstance(value, FunctionValue):
        return value.unit, value.unit.cls is not None and value.receiver is not None
    if isinstance(value, ClassValue):
        return evaluator.method(value.cls, "__init__"), True
    return None, False


def _passed(call: ast.Call, unit: Unit, bound: bool) -> Iterator[tuple[str, ast.expr]]:
    names = [parameter.arg for parameter in unit.parameters][1 if bound and not is_static(unit) else 0 :]
    for name, argument in zip(names, call.args, strict=False):
        if isinstance(argument, ast.Starred):
            return
        yield name, argument
    for keyword in call.keywords:
        if keyword.arg in names:
            yield keyword.arg, keyword.value


MAX_UNITS = 20_000


class Phase(IntEnum):
    """How often something runs: once per environment at import, at most once per environment, or per invocation."""

    IMPORT = 0
    ONCE = 1
    INVOKE = 2


@dataclass(frozen=True, slots=True, eq=False)
class Reached:
    """A unit that runs, how often, and the site of the unit before it that leads to it."""

    unit: Unit
    phase: Phase
    parent: Reached | None = None
    via: Site | None = None

    def way(self) -> list[Reached]:
        """From the entry to here."""
        steps: list[Reached] = []
        current: Reached | None = self
        while current is not None:
            steps.append(current)
            current = current.parent
        return steps[::-1]


@dataclass(frozen=True, slots=True, eq=False)
class Call:
    """A call of something external that runs; `path` is its symbolic path."""

    path: str
    node: ast.Call
    site: Site
    phase: Phase
    reached: Reached


class Reach:
    """Everything that an entry point runs. Built for one handler (or several entries of one program)."""

    def __init__(self, evaluator: Evaluator) -> None:
        self.evaluator = evaluator
        self.program: Program = evaluator.program
        self.best: dict[Unit, Reached] = {}
        self.fresh: set[Class] = set()
        self.imported: list[Module] = []
        self._calls: tuple[Call, ...] | None = None

    def run(self, module: Module, entries: list[Unit]) -> Reach:
        """Two passes: the second knows what calls pass for parameters, and which classes are made anew on each
        invocation, so that what they keep on themselves is no cache."""
        self._pass(module, entries)
        given = passed_arguments(self.evaluator, self._running_calls())
        fresh = self._made_per_invocation()
        if given or fresh:
            self.evaluator.learn(given)
            self.fresh = fresh
            self.best = {}
            self._pass(module, entries)
        return self

    def _pass(self, module: Module, entries: list[Unit]) -> None:
        queue: deque[Reached] = deque()
        self.imported = []
        self._import(module, Phase.IMPORT, None, None, queue)
        for entry in entries:
            queue.append(Reached(entry, Phase.INVOKE))
            queue.extend(Reached(wrapper, Phase.INVOKE) for wrapper in wrappers(entry, self.evaluator))
        self._drain(queue)
        for imported in list(self.imported):
            for unit, at_start in registered(imported, self.evaluator):
                queue.append(Reached(unit, Phase.ONCE if at_start else Phase.INVOKE))
        self._drain(queue)

    def _drain(self, queue: deque[Reached]) -> None:
        while queue and len(self.best) < MAX_UNITS:
            reached = queue.popleft()
            known = self.best.get(reached.unit)
            if known is not None and known.phase >= reached.phase:
                continue
            self.best[reached.unit] = reached
            if reached.phase is Phase.INVOKE:
                for unit in dependencies(reached.unit, self.evaluator):
                    queue.append(Reached(unit, Phase.INVOKE))
            for site in self.sites_in(reached.unit):
                self._follow(site, reached, queue)

    def sites_in(self, unit: Unit) -> tuple[Site, ...]:
        if unit.sites is None:
            unit.sites = sites_of(unit)
        return unit.sites

    def phase_of(self, site: Site, reached: Reached) -> Phase:
        """How often a site runs, given how often its unit does."""
        if reached.phase is not Phase.INVOKE:
            return reached.phase
        lasts = is_once(site.unit) and not (is_kept_on_self(site.unit) and self._is_fresh(site.unit))
        return Phase.ONCE if lasts or self.is_kept(site) else Phase.INVOKE

    def is_kept(self, site: Site) -> bool:
        """Whether a guard that some code fills stands before the site."""
        return any(self._is_stored(key, site.unit) for key in site.context.guards - {FILE})

    def _is_stored(self, key: str, unit: Unit) -> bool:
        stored = self._stored_in(unit.module)
        if key.startswith("."):
            return "@" + key[1:] in stored or (key in stored and not self._is_fresh(unit))
        if key.startswith("@") and any(key[1:] in self._stored_in(module) for module in self.imported):
            return True
        return key in stored

    def _stored_in(self, module: Module) -> frozenset[str]:
        if module.stored is None:
            module.stored = stored_keys(module)
        return module.stored

    def _is_fresh(self, unit: Unit) -> bool:
        current: Unit | None = unit
        while current is not None and current.cls is None:
            current = current.parent
        return current is not None and current.cls in self.fresh and not current.name.endswith(".__new__")

    def _running_calls(self) -> Iterator[tuple[ast.Call, Unit]]:
        for reached in self.best.values():
            for site in self.sites_in(reached.unit):
                if isinstance(site.node, ast.Call):
                    yield site.node, site.unit

    def _made_per_invocation(self) -> set[Class]:
        """Classes that the invocation path instantiates without a guard and without keeping the object."""
        made: set[Class] = set()
        for reached in self.best.values():
            for site in self.sites_in(reached.unit):
                if isinstance(site.node, ast.Call) and self.phase_of(site, reached) is Phase.INVOKE:
                    for value in self.evaluator.values(site.node.func, site.unit):
                        if isinstance(value, ClassValue):
                            made.update(self.evaluator.lineage(value.cls))
        return made

    def _follow(self, site: Site, reached: Reached, queue: deque[Reached]) -> None:
        phase = self.phase_of(site, reached)
        if isinstance(site.node, ast.Import | ast.ImportFrom):
            for module in self._imported_by(site.node, site.unit.module):
                self._import(module, min(phase, Phase.ONCE), reached, site, queue)
        elif isinstance(site.node, ast.Call):
            for unit, kept in self.targets(site.node, site.unit):
                queue.append(Reached(unit, Phase.ONCE if kept and phase is Phase.INVOKE else phase, reached, site))
            if self.evaluator.path(site.node.func, site.unit) in IMPORTERS:
                for value in self.evaluator.values(site.node, site.unit):
                    if isinstance(value, ModuleValue):
                        self._import(value.module, min(phase, Phase.ONCE), reached, site, queue)
        elif isinstance(site.node, ast.FunctionDef | ast.AsyncFunctionDef):
            decorated = site.unit.module.units[site.node]
            queue.extend(Reached(unit, phase, reached, site) for unit in decorating(decorated, self.evaluator))
        elif isinstance(site.node, ast.Attribute):
            for value in self.evaluator.values(site.node.value, site.unit):
                if isinstance(value, Instance):
                    method = self.evaluator.method(value.cls, site.node.attr)
                    if method is not None and "property" in "".join(last_names(method.decorators)):
                        queue.append(Reached(method, phase, reached, site))
        elif isinstance(site.node, ast.With | ast.AsyncWith):
            for item in site.node.items:
                for value in self.evaluator.values(item.context_expr, site.unit):
                    if isinstance(value, Instance):
                        names = ("__enter__", "__exit__", "__aenter__", "__aexit__")
                        methods = (self.evaluator.method(value.cls, name) for name in names)
                        queue.extend(Reached(method, phase, reached, site) for method in methods if method)

    def _import(
        self, module: Module, phase: Phase, parent: Reached | None, via: Site | None, queue: deque[Reached]
    ) -> None:
        """A module's body runs, after those of the packages that hold it."""
        names = module.name.replace("/", ".").split(".")
        for length in range(1, len(names)):
            package = self.program.module(".".join(names[:length]))
            if package is not None and package.is_package and package not in self.imported:
                self.imported.append(package)
                queue.append(Reached(package.body, phase, parent, via))
        if module not in self.imported:
            self.imported.append(module)
            queue.append(Reached(module.body, phase, parent, via))

    def _imported_by(self, node: ast.Import | ast.ImportFrom, module: Module) -> Iterator[Module]:
        for alias in node.names:
            if isinstance(node, ast.Import):
                found = self.program.module(alias.name)
                if found is not None:
                    yield found
                continue
            binding = Binding("import", node, module=node.module or "", attribute=alias.name, level=node.level)
            target = self.evaluator.target_module(binding, module)
            if target is not None:
                yield target
            inner = [v.module for v in self.evaluator.binding(binding, module.body) if isinstance(v, ModuleValue)]
            yield from inner

    def targets(self, node: ast.Call, unit: Unit) -> Iterator[tuple[Unit, bool]]:
        """The repository's units that a call runs; True with those that run at most once."""
        if (method := self._super_method(node, unit)) is not None:
            yield method, False
            return
        for value in self.evaluator.values(node.func, unit):
            yield from self._called(value)
            if isinstance(value, External):
                kept = any(name in once_decorators() for name in _made_by(value.path))
                yield from ((inner, kept) for inner in wrapped(value, self.evaluator))
        yield from ((inner, False) for inner in handed(node, unit, self.evaluator))

    def _super_method(self, node: ast.Call, unit: Unit) -> Unit | None:
        function = node.func
        if isinstance(function, ast.Attribute) and is_super(function.value) and unit.cls is not None:
            return self.evaluator.method(unit.cls, function.attr, after=unit.cls)
        return None

    def _called(self, value: Abstract) -> Iterator[tuple[Unit, bool]]:
        if isinstance(value, FunctionValue):
            yield value.unit, False
            yield from ((wrapper, False) for wrapper in wrappers(value.unit, self.evaluator))
        elif isinstance(value, ClassValue):
            kept = False
            for meta in self._metaclasses(value.cls):
                call = self.evaluator.method(meta, "__call__")
                if call is not None:
                    yield call, False
                    kept = kept or any(self.is_kept(s) for s in self.sites_in(call) if isinstance(s.node, ast.Call))
            kept = kept or any(name in once_decorators() for name in last_names(value.cls.node.decorator_list))
            for name in ("__new__", "__init__", "__post_init__"):
                method = self.evaluator.method(value.cls, name)
                if method is not None:
                    yield method, kept
        elif isinstance(value, Instance):
            for name in ("__call__", "forward", "call"):
                method = self.evaluator.method(value.cls, name)
                if method is not None and (name == "__call__" or self.evaluator.external_bases(value.cls)):
                    yield method, False
                    break

    def _metaclasses(self, cls: Class) -> Iterator[Class]:
        for owner in self.evaluator.lineage(cls):
            for keyword in owner.node.keywords:
                if keyword.arg == "metaclass":
                    values = self.evaluator.values(keyword.value, owner.parent)
                    yield from (v.cls for v in values if isinstance(v, ClassValue))

    def calls(self) -> tuple[Call, ...]:
        """Every external call that runs, with its phase, in the order of files and lines. Worked out once."""
        if self._calls is None:
            self._calls = tuple(self._find_calls())
        return self._calls

    def _find_calls(self) -> Iterator[Call]:
        for reached in self.best.values():
            for site in self.sites_in(reached.unit):
                if not isinstance(site.node, ast.Call):
                    continue
                for path in self.paths(site.node, site.unit):
                    yield Call(path, site.node, site, self.phase_of(site, reached), reached)

    def paths(self, node: ast.Call, unit: Unit) -> Iterator[str]:
        """The symbolic paths that a call may have; `?` stands for a receiver that is not known."""
        seen = set()
        for value in self.evaluator.values(node.func, unit):
            if isinstance(value, External) and value.path not in seen:
                seen.add(value.path)
                yield value.path
            elif isinstance(value, Parameter) and isinstance(node.func, ast.Attribute):
                yield f"?.{node.func.attr}"
        if not seen and isinstance(node.func, ast.Attribute) and not self.evaluator.values(node.func, unit):
            yield f"?.{node.func.attr}"


def _made_by(path: str) -> list[str]:
    """The last names of the calls that made something: `lru_cache` of `functools.lru_cache()()`."""
    return [step.rpartition(".")[2] for step in path.split("()")]
