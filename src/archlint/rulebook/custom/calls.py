"""Own rules about what handlers call."""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from archlint.finding import Hit
from archlint.model.coverage import NotEvaluated
from archlint.rulebook.custom.bounds import fits
from archlint.rulebook.custom.fields import Fields
from archlint.rulebook.custom.message import filled

if TYPE_CHECKING:
    from archlint.code.reach import Call, Reach
    from archlint.model.function import Function
    from archlint.project import Project
    from archlint.rulebook.page import Page

PHASES = ("any", "init", "once", "invoke")
"""init: when the module is imported; once: behind a guard that lets it through once; invoke: on every invocation."""

_WHEN = ("at import", "at most once per environment", "on every invocation")
"""In the order of `reach.Phase`."""

_SHOWN = 3


@dataclass(frozen=True, slots=True)
class CallCheck:
    """`calls` are patterns for dotted paths, such as "requests.*" and "boto3.client().put_item"."""

    calls: tuple[str, ...]
    phase: str = "any"
    names: tuple[str, ...] = ("*",)
    keywords: tuple[str, ...] = ()
    """A call that gives one of these is allowed."""
    message: str = ""

    def __call__(self, project: Project, page: Page) -> Iterator[Hit]:
        """Calls that certainly go to what the rule names: a receiver that is not known never counts, and where a name
        may stand for several things all of them have to match."""
        for deployed, reach in project.python_functions():
            function = deployed.function
            if not fits(function.name, self.names):
                continue
            for call in self._found(reach):
                verdict = self._excused(call.node)
                if verdict is None:
                    reason = f"the arguments of {call.path} at line {call.node.lineno} are passed on with **"
                    project.not_evaluated.add(NotEvaluated(page.name, function.id, "keyword arguments", reason))
                elif not verdict:
                    yield self._hit(call, function, "medium" if deployed.by_name else None)

    def _found(self, reach: Reach) -> Iterator[Call]:
        by_node: dict[tuple[int, int], list[Call]] = defaultdict(list)
        for call in reach.calls():
            by_node[id(call.node), id(call.reached)].append(call)
        for group in by_node.values():
            first = group[0]
            if self.phase not in ("any", PHASES[first.phase + 1]):
                continue
            if all(self._means(call.path) for call in group):
                yield first

    def _means(self, path: str) -> bool:
        """A wildcard stands for names and dots, never for a call: "requests.*" is not "requests.get().json"."""
        made = path.count("()")
        return not path.startswith("?") and fits(path, tuple(p for p in self.calls if p.count("()") == made))

    def _excused(self, node: ast.Call) -> bool | None:
        """Whether it gives one of the keywords; None where that is open."""
        if any(keyword.arg in self.keywords for keyword in node.keywords):
            return True
        return None if self.keywords and any(keyword.arg is None for keyword in node.keywords) else False

    def _hit(self, call: Call, function: Function, confidence: str | None) -> Hit:
        from archlint.code.call_path import way_to

        without = f" without {' or '.join(self.keywords[:_SHOWN])}" if self.keywords else ""
        default = f"{call.path} is called{without} {_WHEN[call.phase]}"
        limit = ", ".join(self.calls)
        return Hit(
            message=filled(self.message, default, name=function.name, value=call.path, limit=limit),
            place=call.site.unit.module.place(call.node),
            function=function.id,
            confidence=confidence,
            trace=way_to(call.reached),
        )


def read_call(fields: Fields, message: str) -> CallCheck:
    """`check.call`; raises CustomRuleError."""
    fields.only(("call", "phase", "name", "unless"), ("call",))
    calls = fields.globs("call")
    for pattern in calls:
        if not any(char.isalnum() for char in pattern):
            raise fields.error("call", f"has the pattern {pattern!a:.60}, which means every call; name a module")
    keywords: tuple[str, ...] = ()
    if "unless" in fields:
        unless = fields.below("unless")
        unless.only(("keyword",), ("keyword",))
        keywords = unless.texts("keyword")
    return CallCheck(calls, fields.one_of("phase", PHASES, "any"), fields.globs("name"), keywords, message)
