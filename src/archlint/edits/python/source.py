"""The file that a finding stands in, as a tree whose nodes have exact spans of the text."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import TypeVar

from archlint.code.reach import Reach
from archlint.code.units import Module, Unit
from archlint.code.walking import children, walk
from archlint.edits.text import Edit, Text
from archlint.finding import Finding
from archlint.model.deployed import Deployed
from archlint.project import Project

N = TypeVar("N", bound=ast.AST)


@dataclass(frozen=True, slots=True)
class SourceView:
    """The file's module as one function's program has it: each program has a tree of its own."""

    deployed: Deployed
    reach: Reach
    module: Module


@dataclass(frozen=True)
class PythonSource:
    """A file of the repository that functions run. `views` are those of all functions that import it."""

    path: str
    module: Module
    views: tuple[SourceView, ...]
    text: Text

    @property
    def reach(self) -> Reach:
        return self.views[0].reach

    @cached_property
    def parents(self) -> dict[ast.AST, ast.AST]:
        return {child: node for node in walk(self.module.tree) for child in children(node)}

    @cached_property
    def _lines(self) -> list[str]:
        return self.module.text.split("\n")

    def offset(self, line: int, column: int) -> int:
        """Of a position as syntax trees have it: columns are 0-based and count UTF-8 bytes."""
        before = self._lines[line - 1].encode("utf-8", "surrogatepass")[:column]
        return self.text.offset(self.path, line, len(before.decode("utf-8", "surrogatepass")) + 1)

    def start(self, node: ast.expr | ast.stmt) -> int:
        return self.offset(node.lineno, node.col_offset)

    def end(self, node: ast.expr | ast.stmt) -> int:
        return self.offset(node.end_lineno or node.lineno, node.end_col_offset or 0)

    def code(self, node: ast.expr) -> str | None:
        """The text of an expression; None where its span is not to be trusted, as inside an f-string before 3.12."""
        found = self.text.read(self.path)[self.start(node) : self.end(node)]
        try:
            again = ast.parse(f"({found}\n)", mode="eval").body
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            return None
        return found if ast.dump(again) == ast.dump(node) else None

    def replace(self, node: ast.expr, by: str) -> Edit | None:
        return Edit(self.path, self.start(node), self.end(node), by) if self.code(node) is not None else None

    def node(self, finding: Finding, kind: type[N]) -> N | None:
        """What the finding points at."""
        return next((node for node in self.module.nodes(kind) if self.module.place(node) == finding.place), None)

    def above(self, node: ast.AST) -> Iterator[ast.AST]:
        """The nodes around a node, from the inside out."""
        current = self.parents.get(node)
        while current is not None:
            yield current
            current = self.parents.get(current)

    def statement(self, node: ast.AST) -> ast.stmt | None:
        """The innermost statement that holds a node, or is it."""
        return next((n for n in (node, *self.above(node)) if isinstance(n, ast.stmt)), None)

    def top(self, node: ast.AST) -> ast.stmt | None:
        """The statement of the module that holds a node."""
        chain = [node, *self.above(node)]
        return next((n for n in reversed(chain) if isinstance(n, ast.stmt)), None)

    def function(self, node: ast.AST) -> ast.FunctionDef | ast.AsyncFunctionDef | None:
        """The innermost function whose body holds a node; None inside a lambda."""
        for outer in self.above(node):
            if isinstance(outer, ast.FunctionDef | ast.AsyncFunctionDef):
                return outer
            if isinstance(outer, ast.Lambda):
                return None
        return None

    def unit(self, node: ast.AST) -> Unit:
        """The unit whose code holds a node."""
        for outer in self.above(node):
            if outer in self.module.units:
                return self.module.units[outer]
        return self.module.body

    def path_of(self, node: ast.expr) -> str | None:
        """The symbolic path of an expression, where all that run the file agree on it."""
        return self.reach.evaluator.path(node, self.unit(node))


@lru_cache(maxsize=4)
def source_of(path: str, project: Project, text: Text) -> PythonSource | None:
    """None for a file that no function runs, that has other content by now, or that is no file of Python."""
    if not path.endswith(".py"):
        return None
    views = tuple(
        SourceView(deployed, reach, module)
        for deployed, reach in project.python_functions()
        for module in reach.imported
        if module.path == path and module.fixed_place is None and not module.line_shift
    )
    if not views or text.read(path).replace("\r\n", "\n").replace("\r", "\n") != views[0].module.text:
        return None
    return PythonSource(path, views[0].module, views, text)


def of_finding(finding: Finding, project: Project, text: Text) -> PythonSource | None:
    """The file that a finding stands in."""
    return source_of(finding.place.path, project, text)
