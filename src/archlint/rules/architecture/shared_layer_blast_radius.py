"""AL403: a layer or module whose change redeploys many functions."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from archlint.finding import Hit
from archlint.graph.modules import RunModules, shared_modules
from archlint.knowledge.limits import Limits
from archlint.model.place import Place
from archlint.rulebook.page import Page

if TYPE_CHECKING:  # `check_all` also runs in scans that make no project
    from archlint.project import Project


def check(project: Project, page: Page) -> Iterator[Hit]:
    """Layers that the repository declares."""
    least = project.limits.get("blast_radius")
    for node in project.graph.nodes:
        if node.kind != "layer" or node.place is None:
            continue
        users = {edge.source for edge in project.graph.in_edges(node.id, "uses") if edge.certain}
        functions = [d.function for d in project.functions if d.function.id in users]
        if len(functions) >= least.value:
            yield Hit(
                message=f"{len(functions)} functions use the layer {node.name}: each new version of it redeploys them"
                f" all, and an error in it reaches all of them{least.aside}",
                place=node.place,
                function=functions[0].id,
            )


def check_all(functions: Sequence[RunModules], page: Page, limits: Limits) -> Iterator[Hit]:
    """Modules outside of layers, over the whole repository; modules with the same users are one."""
    least = limits.get("blast_radius")
    layered = tuple(f"{folder}/" for one in functions for folder in one.layers)
    groups: dict[tuple[str, ...], list[str]] = defaultdict(list)
    for module in shared_modules(functions):
        if len(module.functions) >= least.value and not module.path.startswith(layered):
            groups[module.functions].append(module.path)
    for users, paths in groups.items():
        others = (
            f" and {len(paths) - 1} more modules" if len(paths) > 2 else f" and {paths[1]}" if len(paths) > 1 else ""
        )
        yield Hit(
            message=f"{len(users)} functions run {paths[0]}{others}: a change there redeploys them all{least.aside}",
            place=Place(paths[0]),
            function=users[0],
        )
