"""Evaluates a CDK app from its source. Nothing of it is executed; files are read through the tree alone."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from archlint.model.place import Place
from archlint.readers.cdk.evaluator.attributes import attribute
from archlint.readers.cdk.evaluator.budget import CALL_DEPTH, MAX_DEPTH, MAX_STEPS, Budget, ExhaustedError
from archlint.readers.cdk.evaluator.calls import call, call_some
from archlint.readers.cdk.evaluator.expressions import EXPRESSIONS
from archlint.readers.cdk.evaluator.files import plain_copy
from archlint.readers.cdk.evaluator.memory import Memory, MemoryChange
from archlint.readers.cdk.evaluator.modules import Modules
from archlint.readers.cdk.evaluator.names import snake
from archlint.readers.cdk.evaluator.objects import RAISED, CallSite, MapOf, NameScope, RaisedError, Signal
from archlint.readers.cdk.evaluator.operators import visible
from archlint.readers.cdk.evaluator.statements import STATEMENTS, hoist
from archlint.readers.cdk.program import Define, Expression, Statement
from archlint.readers.cdk.values import REST, CdkInstance, CdkValue, Made, Open, Run, UserClass
from archlint.tree import Tree

T = TypeVar("T")
_DEEP = "it is nested more deeply than archlint follows"


def run_app(tree: Tree, entry: str, folder: str, context: Mapping[str, object], steps: int = MAX_STEPS) -> Run:
    """Everything that the app whose first file is `entry` makes. `folder` holds its cdk.json, `context` is that
    file's context. Never raises for what the app says; where the evaluation stops short, the run's gaps say why."""
    machine = Machine(tree, entry, folder, context, steps)
    try:
        machine.modules.run_entry()
    except ExhaustedError:
        machine.gap(f"the app takes more than {steps:,} steps", Place(entry))
    except RecursionError:
        machine.gap(_DEEP, Place(entry))
    except RaisedError:
        machine.gap("the app raises an error", Place(entry))
    return machine.run


class Machine:
    """The state of one evaluation."""

    def __init__(self, tree: Tree, entry: str, folder: str, context: Mapping[str, object], steps: int) -> None:
        self.tree: Tree = tree
        self.folder: str = folder
        self.context = {str(key): plain_copy(value) for key, value in context.items()}
        self.run = Run()
        self.budget = Budget(steps)
        self.memory = Memory()
        self.modules = Modules(self, entry)
        self.doubt = ""
        """Why what is made now may not be made; empty when it is."""
        self.stopped = ""
        """The same after an error of the app: whatever follows is in doubt."""
        self.trying = 0
        """`try` bodies around that would catch what surely raises."""
        self.learning = 0
        """Loop bodies that run to see what they change."""
        self.maybe_broken = False
        """Whether the loop around may have been left by a `break`."""
        self.active: dict[int, int] = {}
        """How many calls of each function are under way."""
        self.lineages: dict[int, list[CdkValue]] = {}

    # Reports

    def gap(self, reason: str, place: Place) -> None:
        if len(self.run.gaps) < 200 and (reason, place) not in self.run.gaps:
            self.run.gaps.append((reason, place))

    def beyond(self, refused: Open, place: Place) -> Open:
        """A limit was met."""
        self.gap(refused.reason, place)
        return refused

    def fail(self, reason: str, place: Place) -> Open:
        """The app surely raises here; outside a `try` the evaluation goes on with an unknown value."""
        if self.trying:
            raise RaisedError(reason)
        return self.odd(reason, place)

    def odd(self, reason: str, place: Place) -> Open:
        """The app would raise here, unless archlint has read something wrongly."""
        self.gap(reason, place)
        return Open(reason)

    # Evaluation

    def evaluate(self, node: Expression, scope: NameScope) -> CdkValue:
        budget = self.budget
        budget.spend()
        if budget.depth >= MAX_DEPTH:
            self.gap(_DEEP, node.place)
            return Open(_DEEP)
        budget.depth += 1
        try:
            return EXPRESSIONS[type(node)](self, node, scope)
        finally:
            budget.depth -= 1

    def run_block(self, body: tuple[Statement, ...], scope: NameScope) -> Signal | None:
        """Runs statements until one leaves the block."""
        budget = self.budget
        if budget.depth >= MAX_DEPTH:
            if body:
                self.gap(_DEEP, body[0].place)
            return None
        budget.depth += 1
        try:
            if scope.module.script:
                hoist(self, body, scope)
            for statement in body:
                budget.spend()
                if scope.module.script and isinstance(statement, Define):
                    continue
                signal = STATEMENTS[type(statement)](self, statement, scope)
                if signal is not None:
                    return signal
            return None
        finally:
            budget.depth -= 1

    def call(
        self, function: CdkValue, arguments: list[CdkValue], keywords: dict[Any, CdkValue], site: CallSite
    ) -> CdkValue:
        return call(self, function, arguments, keywords, site)

    def call_some(self, function: CdkValue, why: Open, site: CallSite, count: int = 3) -> CdkValue:
        return call_some(self, function, why, site, count)

    def attribute(self, owner: CdkValue, name: str, site: CallSite) -> CdkValue:
        return attribute(self, owner, name, site)

    # Doubt

    def branch(self, why: str, action: Callable[[], T]) -> tuple[T | Signal, MemoryChange]:
        """Runs something that the app may not do; its writes are undone and handed back."""
        doubt, stopped, trying = self.doubt, self.stopped, self.trying
        self.doubt = doubt or why
        self.memory.begin()
        self.budget.depth += CALL_DEPTH
        result: T | Signal = RAISED
        try:
            result = action()
        except RaisedError:
            result = RAISED
        finally:
            change = self.memory.end()
            self.budget.depth -= CALL_DEPTH
            self.doubt, self.stopped, self.trying = doubt, stopped, trying
        return result, change

    def perhaps(self, why: str, *actions: Callable[[], T]) -> list[T | Signal]:
        """Runs each from the same state; afterwards the state is what they agree on. What raises does not count: an
        app that ends in an error deploys nothing."""
        results = [self.branch(why, action) for action in actions]
        changes = [change for result, change in results if not is_raise(result)]
        self.memory.merge(changes or [MemoryChange()], Open(why))
        return [result for result, _ in results]

    def maybe(self, why: str, action: Callable[[], T]) -> T | Signal:
        """Runs something that the app may or may not do."""
        return self.perhaps(why, action, _nothing)[0]

    def some_rounds(self, why: str, body: Callable[[], Signal | None]) -> Signal | None:
        """A loop of unknown length: its body runs once, seeing nothing that an earlier round may have changed."""
        if not self.learning:
            self.learning += 1
            mark = len(self.run.made)
            try:
                _, change = self.branch(why, body)
            finally:
                self.learning -= 1
                self._forget(mark)
            self.memory.blur(change, Open(why))
        return self.perhaps(why, body, _nothing)[0]

    def _forget(self, mark: int) -> None:
        for made in self.run.made[mark:]:
            if made.owner is not None and made.owner.calls and made in made.owner.calls:
                made.owner.calls.remove(made)
        del self.run.made[mark:]

    # Making

    def make(
        self,
        path: str,
        arguments: list[CdkValue],
        keywords: dict[Any, CdkValue],
        site: CallSite,
        owner: Made | None = None,
        instance: CdkInstance | None = None,
    ) -> Made:
        """A call of the library."""
        values = [visible(value) for value in arguments]
        named: dict[str, CdkValue] = {str(key): visible(value) for key, value in keywords.items()}
        if site.script and values and isinstance(values[-1], dict) and not isinstance(values[-1], MapOf):
            props = values.pop()
            named |= {key if key == REST else snake(str(key)): visible(value) for key, value in props.items()}
        why = self.doubt or self.stopped
        made = Made(path, values, named, site.place, owner, instance, bool(why), self.folder, condition=why)
        self.memory.born_dict(made.attributes)
        self.budget.spend(2)
        self.run.made.append(made)
        if owner is not None:
            owner.calls.append(made)
        return made

    def lineage(self, cls: UserClass) -> list[CdkValue]:
        """A class and its bases in the order in which Python looks for a method."""
        found = self.lineages.get(id(cls))
        if found is None:
            found = [cls]
            for base in reversed(cls.bases):
                above = self.lineage(base) if isinstance(base, UserClass) else [base]
                found = [cls, *above, *(other for other in found[1:] if other not in above)]
            self.lineages[id(cls)] = found
        return found


def _nothing() -> Any:
    return None


def is_raise(result: object) -> bool:
    return isinstance(result, Signal) and result.kind == "raise"
