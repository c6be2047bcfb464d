"""The forms of infrastructure code: a further one is a folder beside this file and a row here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import Any, TypeAlias

from archlint.cache.memo import TreeMemo
from archlint.model.declared import Declared
from archlint.model.outline import Outline
from archlint.model.place import Problem
from archlint.tree import Tree

Parsed: TypeAlias = TreeMemo[Any]
"""Files that a summary parsed, by path."""


@dataclass(frozen=True, slots=True)
class Form:
    """`module` is imported when a file of the form has to be read. It has `read(tree, paths, parsed) -> Declared` and,
    unless a file name tells the form, `summary(tree, path, parsed) -> Outline | Problem | None`."""

    module: str
    stage: str
    """What the time for it is called."""
    file_name: str = ""
    """Every file of this name is a scan unit."""

    def summary(self, tree: Tree, path: str, parsed: Parsed) -> Outline | Problem | None:
        """None for a file that is of another form; a problem for one of this form that cannot be read."""
        found: Outline | Problem | None = import_module(self.module).summary(tree, path, parsed)
        return found

    def read(self, tree: Tree, paths: Sequence[str], parsed: Parsed) -> Declared:
        declared: Declared = import_module(self.module).read(tree, paths, parsed)
        return declared


TEMPLATES = Form("archlint.readers.cloudformation", "templates")
NAMED = {"cdk": Form("archlint.readers.cdk.apps", "CDK apps", "cdk.json")}
FORMS = {"cloudformation": TEMPLATES, **NAMED}
FILE_NAMES = frozenset(form.file_name for form in NAMED.values())
