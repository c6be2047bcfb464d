"""AL405: a function that nothing in the repository invokes."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator

from archlint.code.calls import service_calls
from archlint.finding import Hit
from archlint.graph.model import Node
from archlint.model.function import Function
from archlint.project import Project
from archlint.rulebook.page import Page
from archlint.tree import UnreadableError
from archlint.values import known_or_none

_ASSIGNED = re.compile(r"\s*(?:(?:const|let|var)\s+)?([A-Za-z_$][\w$]*)\s*(?::[^=]+)?=\s*(?:new\s+)?")


def check(project: Project, page: Page) -> Iterator[Hit]:
    """One left over among functions that are invoked. A stack of which most functions have no trigger is made to be
    called from outside."""
    members: dict[str, list[Node]] = defaultdict(list)
    for node in project.graph.functions():
        members[node.stack].append(node)
    functions = {deployed.function.id: deployed.function for deployed in project.functions}
    for nodes in members.values():
        left = [node for node in nodes if not functions[node.id].triggers and not project.graph.in_edges(node.id)]
        if not left or 2 * len(left) >= len(nodes) or _invokes_by_unknown_name(nodes, project):
            continue
        for node in left:
            function = functions[node.id]
            if not _is_mentioned(function, project):
                yield Hit(
                    message=f"{function.name} has no trigger, and nothing in this repository invokes or mentions it",
                    place=function.defined_at,
                    function=function.id,
                )


def _invokes_by_unknown_name(nodes: list[Node], project: Project) -> bool:
    """Whether a function of the stack invokes one whose name only the running code knows."""
    for node in nodes:
        reach = project.reach(node.id)
        for call in service_calls(reach) if reach is not None else ():
            joined = any(
                shown.place == call.place for edge in project.graph.out_edges(node.id) for shown in edge.evidence
            )
            if call.service in ("lambda", "events", "scheduler") and known_or_none(call.target) is None and not joined:
                return True
    return False


def _is_mentioned(function: Function, project: Project) -> bool:
    """Whether the template, or the CDK app's file, refers to it beside its declaration, or gives it a name to be called
    by."""
    try:
        text = project.tree.read(function.defined_at.path).decode("utf-8", "replace")
    except UnreadableError:
        return True
    if _has_fixed_name(text, function.defined_at.line):
        return True
    if function.construct_path is None:
        name = re.escape(function.name)
        return len(re.findall(rf"(?<![\w]){name}(?!\w)", text)) > 1
    if not function.defined_at.path.endswith((".py", ".ts", ".js")):
        return True
    lines = text.splitlines()
    line = lines[function.defined_at.line - 1] if function.defined_at.line <= len(lines) else ""
    before = line[: function.defined_at.column - 1]
    assigned = _ASSIGNED.fullmatch(before)
    if assigned is None:
        return before.strip() not in ("", "new")
    return len(re.findall(rf"(?<![\w.]){re.escape(assigned[1])}(?!\w)", text)) > 1


def _has_fixed_name(text: str, line: int) -> bool:
    """Whether the block that begins on a line sets the function's name in AWS."""
    lines = text.splitlines()[line - 1 :]
    depth = _indent(lines[0]) if lines else 0
    inner = next((n for n, other in enumerate(lines[1:], 1) if other.strip() and _indent(other) <= depth), len(lines))
    return any(re.search(r"FunctionName|function_name|functionName", other) for other in lines[:inner])


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip())
