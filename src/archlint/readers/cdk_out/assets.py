"""From a staged asset back to the folder of the repository that it was made of."""

from __future__ import annotations

from collections.abc import Iterator

from archlint.model.function import Code, FolderCode, UnknownCode
from archlint.tree import Tree, UnreadableError

MAX_FOLDERS = 3_000
MAX_COMPARED = 200
SKIPPED = ("node_modules", "site-packages", "cdk.out", ".git", ".venv", "venv", "__pycache__")


def repository_code(tree: Tree, staged: str, handler: str, app_folder: str) -> Code:
    """Code that CloudFormation takes from an asset, by the handler's file."""
    if not tree.is_dir(staged):
        return UnknownCode("the asset is not staged as a folder")
    if not is_inside(staged, "cdk.out"):
        return FolderCode(staged)
    module = handler.rpartition(".")[0].replace(".", "/")
    wanted = f"{module}.py"
    if not module or not tree.is_file(f"{staged}/{wanted}"):
        return UnknownCode("the asset holds no file of the handler's name")
    found = source_folder(tree, staged, wanted, app_folder)
    return FolderCode(found) if found is not None else UnknownCode("no one folder of the repository is its source")


def source_folder(tree: Tree, staged: str, wanted: str, app_folder: str) -> str | None:
    """The only folder below `app_folder` with the same file `wanted` and no Python of its own that the asset lacks."""
    found = [folder for folder in _folders(tree, app_folder) if _same(tree, folder, staged, wanted)]
    return found[0] if len(found) == 1 else None


def is_inside(path: str, name: str) -> bool:
    """Whether a folder whose name begins with `name` is on the way to a path."""
    return any(part.startswith(name) for part in path.split("/"))


def _folders(tree: Tree, top: str) -> Iterator[str]:
    pending, count = [top], 0
    while pending and count < MAX_FOLDERS:
        folder = pending.pop(0)
        count += 1
        yield folder
        for name in tree.names(folder):
            path = f"{folder}/{name}" if folder else name
            if not name.startswith(SKIPPED) and tree.is_dir(path) and not tree.is_link(path):
                pending.append(path)


def _same(tree: Tree, folder: str, staged: str, wanted: str) -> bool:
    def own(name: str) -> str:
        return f"{folder}/{name}" if folder else name

    if not _equal(tree, own(wanted), f"{staged}/{wanted}"):
        return False
    names = [name for name in tree.names(folder) if name.endswith(".py")][:MAX_COMPARED]
    return all(_equal(tree, own(name), f"{staged}/{name}") for name in names)


def _equal(tree: Tree, one: str, other: str) -> bool:
    if not (tree.is_file(one) and tree.is_file(other)) or tree.size(one) != tree.size(other):
        return False
    try:
        return tree.read(one) == tree.read(other)
    except UnreadableError:
        return False
