"""What a helper of the library is: a Python function of a call whose arguments are evaluated. One that does not fit
its arguments may raise the usual errors; the caller makes an open value of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeAlias

from archlint.readers.cdk.evaluator.iterate import each
from archlint.readers.cdk.evaluator.objects import CallSite
from archlint.readers.cdk.evaluator.operators import unknown
from archlint.readers.cdk.values import CdkValue, Open, Several

if TYPE_CHECKING:
    from archlint.readers.cdk.evaluator.budget import Budget
    from archlint.readers.cdk.evaluator.machine import Machine
    from archlint.readers.cdk.evaluator.memory import Memory


@dataclass(frozen=True, slots=True, eq=False)
class Invocation:
    """A call of a helper; `owner` is the value whose method it is."""

    machine: Machine
    site: CallSite
    arguments: list[CdkValue] = field(default_factory=list)
    keywords: dict[Any, CdkValue] = field(default_factory=dict)
    owner: CdkValue = None

    @property
    def memory(self) -> Memory:
        return self.machine.memory

    @property
    def budget(self) -> Budget:
        return self.machine.budget

    @property
    def script(self) -> bool:
        return self.site.script

    def get(self, position: int, name: str = "", default: CdkValue = None) -> CdkValue:
        """An argument by position or name."""
        return self.arguments[position] if position < len(self.arguments) else self.keywords.get(name, default)

    def run(self, function: CdkValue, *arguments: CdkValue) -> CdkValue:
        """Calls back."""
        return self.machine.call(function, list(arguments), {}, self.site)

    def with_arguments(self, *arguments: CdkValue) -> Invocation:
        return Invocation(self.machine, self.site, list(arguments), {}, self.owner)

    def items(self, value: CdkValue) -> list[CdkValue] | Open:
        """What a loop over `value` sees."""
        return each(self.machine, value, self.script)

    def all_items(self, value: CdkValue) -> list[CdkValue] | Open:
        """The same, or an Open when any number of elements is unknown."""
        items = self.items(value)
        for item in items if isinstance(items, list) else ():
            if isinstance(item, Several):
                return unknown(item)
        return items


Helper: TypeAlias = Callable[[Invocation], CdkValue]


def strict(function: Callable[..., CdkValue]) -> Helper:
    """A helper from a function of the call and its plain arguments; it is not called when one of them is open."""

    def helper(at: Invocation) -> CdkValue:
        for value in (*at.arguments, *at.keywords.values()):
            if isinstance(value, Open):
                return unknown(value)
        return function(at, *at.arguments, **at.keywords)

    return helper


def pure(function: Callable[..., CdkValue]) -> Helper:
    """A strict helper that only depends on its arguments."""
    return strict(lambda _, *arguments, **keywords: function(*arguments, **keywords))


def fixed(value: CdkValue) -> Helper:
    """Always the same value."""
    return lambda _: value


def first(at: Invocation) -> CdkValue:
    """The first argument as it is."""
    return at.get(0)
