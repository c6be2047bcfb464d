"""Bytes of what one dependency file installs, whichever kind of file it is."""

from __future__ import annotations

from dataclasses import replace

from archlint.memo import per_tree
from archlint.model.size import Part
from archlint.readers.packaging.dependencies.choice import MAIN_ONLY, Choice
from archlint.readers.packaging.dependencies.wanted import Beside, Wants, read_wants
from archlint.readers.packaging.sizes.code import archive_bytes, folder_bytes
from archlint.readers.packaging.sizes.locked import read_lock
from archlint.readers.packaging.sizes.measurer import Measurer
from archlint.readers.packaging.sizes.online import measured
from archlint.readers.packaging.sizes.table import Estimate, closure, extra_part, unknown_part
from archlint.readers.packaging.target import Target
from archlint.syntax.locks import is_lock
from archlint.tree import Tree, parent

NOTHING = Estimate(method="folder")


@per_tree
def file_estimate(
    tree: Tree,
    path: str,
    target: Target,
    vendored: frozenset[str],
    choice: Choice = MAIN_ONLY,
    measurer: Measurer | None = None,
) -> Estimate:
    """What the requirements, lock or project file at `path` brings; `vendored` packages lie in the folder already."""
    name = path.rpartition("/")[2]
    if is_lock(name):
        found = read_lock(tree, parent(path), name, target, vendored, choice)
    else:
        found = wants_estimate(tree, read_wants(tree, path, target, choice), target, vendored)
    return found if measurer is None else measured(found, tree, path, target, vendored, choice, measurer)


def wants_estimate(tree: Tree, wants: Wants, target: Target, vendored: frozenset[str]) -> Estimate:
    """By the table, with local projects and wheels as they lie in the repository."""
    found = closure(wants.packages, target, vendored, wants.served)
    unnamed = tuple(name for name in wants.unknown if name not in vendored)
    extras = tuple(f"the extras of {name}" for name in wants.extras if name.partition("[")[0] not in vendored)
    local = [_beside(tree, one) for one in wants.beside if not one.own]
    lost = tuple(one.label for one, part in zip((b for b in wants.beside if not b.own), local, strict=True) if not part)
    parts = (
        *found.parts,
        *(part for part in local if part is not None),
        *(unknown_part(name) for name in (*unnamed, *lost)),
        *(extra_part(name) for name in extras),
    )
    return replace(
        found,
        parts=parts,
        unknown=found.unknown + unnamed + lost + extras,
        evidence=wants.evidence,
        method="table" if found.parts or unnamed or lost else "folder",
    )


def uninstalled(found: Estimate) -> Estimate:
    """Dependencies that the deployment does not install itself; a script before it may."""
    parts = tuple(Part(part.name, 0, 0, part.high_bytes, part.kind) for part in found.parts)
    return replace(found, parts=parts, unknown=(), unsure=bool(parts))


def _beside(tree: Tree, one: Beside) -> Part | None:
    size = archive_bytes(tree, one.path) if tree.is_file(one.path) else folder_bytes(tree, one.path)
    return None if size is None else Part(one.label, size, size, size, "dependency")
