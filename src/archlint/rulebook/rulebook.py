"""Which rules there are for a scanned folder."""

from __future__ import annotations

from archlint.rulebook import registry
from archlint.rulebook.installed import with_installed
from archlint.rulebook.registry import Rulebook
from archlint.tree import DiskTree, Tree

FOLDER = ".archlint/rules"
"""Where a repository's own pages lie."""


def installed_rules(tree: Tree) -> Rulebook:
    """Those of archlint and, for a folder on disk, those of installed packages."""
    book = registry.builtin()
    return with_installed(book, tree.root) if isinstance(tree, DiskTree) else book


def all_rules(tree: Tree) -> Rulebook:
    """As `installed_rules`, with the repository's own; raises CustomRuleError."""
    book = installed_rules(tree)
    if not tree.is_dir(FOLDER):
        return book
    from archlint.rulebook.custom.folder import with_own

    return with_own(book, tree, FOLDER)
