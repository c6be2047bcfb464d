"""AL113: a library's cache is left at the home folder, which is read-only on Lambda."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from archlint.code.call_path import way_to
from archlint.code.downloads import downloads
from archlint.code.reach import Call, Reach
from archlint.finding import Hit
from archlint.knowledge.slimming import cache_folder
from archlint.model.deployed import Deployed
from archlint.project import Project
from archlint.rulebook.page import Page

ARGUMENTS = (
    "cache_dir",
    "cache_folder",
    "download_root",
    "download_dir",
    "local_dir",
    "model_storage_directory",
    "model_dir",
)


def check(project: Project, page: Page) -> Iterator[Hit]:
    """Downloads at run time with neither a variable nor an argument that moves the cache to /tmp or a file system."""
    for deployed, reach in project.python_functions():
        for found in downloads(deployed, reach, project.tree):
            root = found.call.path.partition(".")[0].partition("(")[0]
            cache = cache_folder(root)
            if cache is None or _is_moved(found.call, cache.variables, deployed, reach):
                continue
            yield Hit(
                message=f"{root} keeps what it downloads below the home folder, which Lambda mounts read-only; neither"
                f" {' nor '.join(cache.variables[:2])} is set",
                place=found.call.site.unit.module.place(found.call.node),
                function=deployed.function.id,
                trace=way_to(found.call.reached),
                help=f"Set {cache.variables[0]}={cache.folder or f'/tmp/{root}'} in the function's environment, or ship"
                " the files with the code.",
            )


def _is_moved(call: Call, variables: tuple[str, ...], deployed: Deployed, reach: Reach) -> bool:
    image = deployed.image.environment if deployed.image is not None else {}
    if any(name in deployed.function.environment or name in image for name in (*variables, "HOME")):
        return True
    if any(keyword.arg in ARGUMENTS or keyword.arg is None for keyword in call.node.keywords):
        return True
    return any(name in module.text for module in reach.imported for name in (*variables, "HOME")) or any(
        node.attr in ("set_dir", "set_cache_dir") for module in reach.imported for node in module.nodes(ast.Attribute)
    )
