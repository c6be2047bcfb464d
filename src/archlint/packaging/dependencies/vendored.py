"""Packages that are installed in a folder of the repository: their *.dist-info folders tell name, version and files."""

from __future__ import annotations

from dataclasses import dataclass

from packaging.utils import canonicalize_name
from packaging.version import InvalidVersion, Version

from archlint.cache.memo import per_tree
from archlint.model.place import Place
from archlint.syntax.requirements import decode
from archlint.tree import Tree, UnreadableError, join

MAX_PACKAGES = 1_000
MAX_RECORD_BYTES = 3_000_000


@dataclass(frozen=True, slots=True)
class Vendored:
    """`folder` is the *.dist-info folder; `place` the line of its METADATA that names the package."""

    name: str
    version: str
    folder: str
    place: Place
    requested: bool
    """pip was asked for it by name; otherwise another package needs it."""


@per_tree
def dist_infos(tree: Tree, folder: str) -> tuple[Vendored, ...]:
    """Of a folder, and of the folders below it that Lambda puts on the path of a layer."""
    found: list[Vendored] = []
    for place in _site_folders(tree, folder):
        for name in tree.names(place):
            if name.endswith(".dist-info") and len(found) < MAX_PACKAGES:
                one = _dist_info(tree, f"{place}/{name}" if place else name)
                if one is not None:
                    found.append(one)
    return tuple(found)


def _site_folders(tree: Tree, folder: str) -> tuple[str, ...]:
    inner = f"{folder}/python" if folder else "python"
    versions = [name for name in tree.names(f"{inner}/lib") if name.startswith("python3")]
    return (folder, inner, *(f"{inner}/lib/{name}/site-packages" for name in versions))


def _dist_info(tree: Tree, path: str) -> Vendored | None:
    stem = path.rpartition("/")[2].removesuffix(".dist-info")
    name, dash, version = stem.partition("-")
    if not name or not dash:
        return None
    try:
        exact = str(Version(version))
    except InvalidVersion:
        exact = version
    return Vendored(str(canonicalize_name(name)), exact, path, _place(tree, path), tree.is_file(f"{path}/REQUESTED"))


def _place(tree: Tree, path: str) -> Place:
    metadata = f"{path}/METADATA"
    for number, line in enumerate(_text(tree, metadata).split("\n"), 1):
        if line.startswith("Name:"):
            return Place(metadata, number)
        if not line.strip():
            break
    return Place(metadata if tree.is_file(metadata) else path)


@per_tree
def owners(tree: Tree, folder: str) -> dict[str, str]:
    """Paths of files and folders below `folder` by the package that installed them: the first parts of the paths in
    its RECORD, or the folder that is called like it."""
    found: dict[str, str] = {}
    for one in dist_infos(tree, folder):
        base = one.folder.rpartition("/")[0]
        tops = {row.partition(",")[0].strip('"').partition("/")[0] for row in _record(tree, one)}
        tops |= {one.folder.rpartition("/")[2]}
        if len(tops) == 1:
            tops |= {one.name.replace("-", "_"), one.name}
        for top in tops - {"", "..", "bin", "__pycache__"}:
            path = join(base, top)
            if path is not None and path.startswith(f"{base}/" if base else "") and (tree.is_dir(path) or "." in top):
                found.setdefault(path, one.name)
    return found


def _record(tree: Tree, one: Vendored) -> list[str]:
    return _text(tree, f"{one.folder}/RECORD").split("\n")


def _text(tree: Tree, path: str) -> str:
    if not tree.is_file(path):
        return ""
    try:
        return decode(tree.read(path, MAX_RECORD_BYTES))
    except UnreadableError:
        return ""
