"""The distributions that a function's own dependency files and its Dockerfile name."""

from __future__ import annotations

import re

from packaging.utils import canonicalize_name

from archlint.model.code import Mount
from archlint.model.image import Image
from archlint.readers.packaging.target import Target
from archlint.readers.packaging.wanted import read_wants
from archlint.tree import Tree

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")


def declared_distributions(mounts: tuple[Mount, ...], image: Image | None, tree: Tree) -> tuple[str, ...]:
    """Canonical names, without those that they bring along; empty when no file names any."""
    names: dict[str, None] = {}
    target = Target("x86_64", (3, 12))
    folders = [mount.source for mount in mounts if not mount.at] if image is None else []
    files = [f"{folder}/requirements.txt".lstrip("/") for folder in folders]
    for install in image.installs if image is not None else ():
        files += [path for path in install.files if path.endswith(".txt")]
        found = (_NAME.match(package) for package in install.packages)
        names.update((str(canonicalize_name(match.group())), None) for match in found if match)
    for path in files:
        if tree.is_file(path):
            names.update((want.name, None) for want in read_wants(tree, path, target).packages)
    return tuple(names)
