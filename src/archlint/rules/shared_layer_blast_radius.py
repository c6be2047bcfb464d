"""AL403: a layer or module whose change redeploys many functions."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from archlint.finding import Hit
from archlint.graph.modules import shared_modules
from archlint.knowledge.graph import threshold
from archlint.model.place import Place
from archlint.project import Project
from archlint.rules.page import Page


def check(project: Project, page: Page) -> Iterator[Hit]:
    """Layers that the repository declares, and modules outside of layers; modules with the same users are one."""
    least = threshold("blast_radius")
    for node in project.graph.nodes:
        if node.kind != "layer" or node.place is None:
            continue
        users = {edge.source for edge in project.graph.in_edges(node.id, "uses") if edge.certain}
        functions = [d.function for d in project.functions if d.function.id in users]
        if len(functions) >= least:
            yield Hit(
                message=f"{len(functions)} functions use the layer {node.name}: each new version of it redeploys them"
                " all, and an error in it reaches all of them",
                place=node.place,
                function=functions[0].id,
            )
    layered = tuple(f"{layer.folder}/" for d in project.functions for layer in d.function.layers if layer.folder)
    groups: dict[tuple[str, ...], list[str]] = defaultdict(list)
    for module in shared_modules(project.functions, project.reach):
        if len(module.functions) >= least and not module.path.startswith(layered):
            groups[module.functions].append(module.path)
    for users_, paths in groups.items():
        others = (
            f" and {len(paths) - 1} more modules" if len(paths) > 2 else f" and {paths[1]}" if len(paths) > 1 else ""
        )
        yield Hit(
            message=f"{len(users_)} functions run {paths[0]}{others}: a change there redeploys them all",
            place=Place(paths[0]),
            function=users_[0],
        )
