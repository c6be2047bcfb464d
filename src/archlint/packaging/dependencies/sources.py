"""Which file a folder's build takes its dependencies from, and whether the deployment itself runs that build."""

from __future__ import annotations

from dataclasses import dataclass

from archlint.cache.memo import per_tree
from archlint.model.function import FolderCode, Function, Layer
from archlint.syntax.locks import is_lock
from archlint.syntax.project_files import PROJECT_FILES
from archlint.tree import Tree, join

REQUIREMENTS = "requirements.txt"
ORDERS = {
    "pip": (REQUIREMENTS,),
    "uv": ("uv.lock", "pyproject.toml", REQUIREMENTS),
    "cdk": ("Pipfile.lock", "poetry.lock", "uv.lock", REQUIREMENTS),
}
"""The files that a build takes, the first that is there: SAM's python3.x and python-uv (aws-lambda-builders, whose
uv.lock counts beside a pyproject.toml alone), and Packaging.fromEntry of aws-lambda-python-alpha; read 2026-11-22."""


@dataclass(frozen=True, slots=True)
class DependencySource:
    """`installs` is False where the file is there but nothing in sight installs what it names."""

    path: str
    installs: bool


def code_source(function: Function, tree: Tree) -> DependencySource | None:
    """Of a function's folder."""
    code = function.code
    if not isinstance(code, FolderCode) or _on_file_system(function, code.builds):
        return None
    return folder_source(tree, code.path, _builder(function, code))


def layer_source(function: Function, layer: Layer, tree: Tree) -> DependencySource | None:
    """Of a layer that is a folder of the repository."""
    if layer.folder is None:
        return None
    return folder_source(tree, layer.folder, _builder(function, layer))


def compiles(function: Function) -> bool:
    """Whether the build leaves `__pycache__`: the CDK's bundling runs pip, which does unless told otherwise."""
    builds = isinstance(function.code, FolderCode) and function.code.builds
    return function.origin.builds_on_deploy and (builds or any(layer.builds for layer in function.layers))


@per_tree
def folder_source(tree: Tree, folder: str, builder: str) -> DependencySource | None:
    """`builder` is "pip", "uv", "cdk" or "" for none that can be followed."""
    if not tree.is_dir(folder):
        return None
    names = tree.names(folder)
    for one in ORDERS.get(builder, ()):
        if one in names and (one != "uv.lock" or builder == "cdk" or "pyproject.toml" in names):
            return _found(tree, folder, one, installs=True)
    locks = sorted(one for one in names if is_lock(one))
    for one in (REQUIREMENTS, *locks, *PROJECT_FILES):
        if one in names:
            return _found(tree, folder, one, installs=builder == "cdk" and one.startswith("pylock"))
    return None


def _found(tree: Tree, folder: str, name: str, installs: bool) -> DependencySource | None:
    path = join(folder, name)
    return DependencySource(path, installs) if path is not None and tree.is_file(path) else None


def _builder(function: Function, built: FolderCode | Layer) -> str:
    if not built.builds:
        return ""
    return "cdk" if function.origin.builds_on_deploy else built.builder or "pip"


def _on_file_system(function: Function, builds: bool) -> bool:
    """The libraries lie on a mounted file system, and nothing else installs them."""
    path = function.environment.get("PYTHONPATH")
    stated = getattr(path, "value", "")
    return not builds and bool(function.efs_mounts) and isinstance(stated, str) and "/mnt/" in stated
