"""What a scan is divided into, and what each part gives."""

from __future__ import annotations

from dataclasses import dataclass

from archlint.finding import Hit
from archlint.graph.modules import RunModules
from archlint.model.coverage import NotEvaluated
from archlint.model.deployed import Deployed
from archlint.model.place import Problem


@dataclass(frozen=True, slots=True, order=True)
class Home:
    """What declares functions and is read in one go: templates that are nested in each other, or a CDK app."""

    templates: tuple[str, ...] = ()
    app: str = ""
    """The path of the app's cdk.json."""

    @property
    def path(self) -> str:
        """A file that stands for it."""
        return self.app or self.templates[0]


@dataclass(frozen=True, slots=True)
class Part:
    """What one home, or several that know each other, gave. Nothing in it holds on to a tree or to code."""

    functions: tuple[Deployed, ...] = ()
    hits: tuple[tuple[str, Hit], ...] = ()
    """With the names of their rules."""
    problems: tuple[Problem, ...] = ()
    not_read: tuple[Problem, ...] = ()
    not_evaluated: tuple[NotEvaluated, ...] = ()
    files: tuple[str, ...] = ()
    """Those that a finding could speak of."""
    marked: tuple[str, ...] = ()
    """Those of them that may hold a suppression."""
    modules: tuple[RunModules, ...] = ()
    names: frozenset[tuple[str, str]] = frozenset()
    """What is declared: ids, and kinds of resources with the names in AWS that code elsewhere may use."""
    mentions: frozenset[tuple[str, str]] = frozenset()
    """The names that its code uses and that it does not declare itself."""
    sound: bool = True
    """False where an error of archlint's own cost something, which may not come again."""
