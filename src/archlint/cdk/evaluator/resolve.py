"""Which file of the tree an import means; None for a library."""

from __future__ import annotations

import json
import posixpath
import re
import sys
from typing import Any

from archlint import tree
from archlint.memo import per_tree
from archlint.tree import Tree, UnreadableError

_ENDINGS = (".ts", ".tsx", ".mts", ".cts", ".js", ".jsx", ".mjs", ".cjs", ".json")
_COMPILED = {".js": (".ts", ".tsx"), ".mjs": (".mts",), ".cjs": (".cts",), ".jsx": (".tsx",)}
_COMMENT = re.compile(r'("(?:[^"\\]|\\.)*")|/\*.*?\*/|//[^\n]*', re.DOTALL)
_COMMA = re.compile(r'("(?:[^"\\]|\\.)*")|,(?=\s*[}\]])')
_LIBRARIES = frozenset(("aws_cdk", "constructs", "jsii", "boto3", "yaml")) | sys.stdlib_module_names


def python_file(files: Tree, folder: str, name: str, known: bool = False) -> str | None:
    """A module or package `name` in `folder`: a file, or the folder itself where it has no __init__.py. A bare folder
    gives way to a library of that name, unless it is `known` to be the app's."""
    base = posixpath.join(folder, name)
    package = posixpath.join(base, "__init__.py")
    if files.is_file(package):
        return package
    if files.is_file(base + ".py"):
        return base + ".py"
    if files.is_dir(base) and (known or name not in _LIBRARIES) and _holds_python(files, base):
        return base
    return None


def _holds_python(files: Tree, folder: str) -> bool:
    names = files.names(folder)
    if any(name.endswith(".py") for name in names):
        return True
    return any(inner.endswith(".py") for name in names[:100] for inner in files.names(posixpath.join(folder, name)))


def script_file(files: Tree, module: str, importer: str, folder: str) -> str | None:
    """A relative import, or one that tsconfig.json maps."""
    if module.startswith("."):
        base = tree.join(tree.parent(importer), module)
        return None if base is None else _script(files, base)
    for candidate in _mapped(files, module, folder):
        found = _script(files, candidate)
        if found is not None:
            return found
    return None


def _script(files: Tree, base: str) -> str | None:
    stem, ending = posixpath.splitext(base)
    for compiled in _COMPILED.get(ending, ()):
        if files.is_file(stem + compiled):
            return stem + compiled
    if ending in _ENDINGS and files.is_file(base):
        return base
    for ending in _ENDINGS:
        if files.is_file(base + ending):
            return base + ending
    for ending in _ENDINGS:
        inside = posixpath.join(base, "index" + ending)
        if files.is_file(inside):
            return inside
    return None


def _mapped(files: Tree, module: str, folder: str) -> list[str]:
    """What `baseUrl` and `paths` of tsconfig.json make of an import."""
    options = _options(files, folder)
    base = options.get("baseUrl")
    start = tree.join(folder, base) if isinstance(base, str) else folder
    if start is None:
        return []
    found: list[str] = []
    table = options.get("paths")
    for pattern, targets in table.items() if isinstance(table, dict) else ():
        before, star, after = str(pattern).partition("*")
        if star and module.startswith(before) and module.endswith(after) and len(module) >= len(before) + len(after):
            middle = module[len(before) : len(module) - len(after)]
        elif module == pattern:
            middle = ""
        else:
            continue
        for target in targets if isinstance(targets, list) else ():
            found.append(str(target).replace("*", middle))
    if isinstance(base, str):
        found.append(module)
    paths = (tree.join(start, path) for path in found)
    return [path for path in paths if path is not None]


@per_tree
def _options(files: Tree, folder: str) -> dict[str, Any]:
    path = posixpath.join(folder, "tsconfig.json")
    if not files.is_file(path):
        return {}
    try:
        text = files.read(path, 100_000).decode("utf-8", "replace")
        text = _COMMENT.sub(lambda match: match.group(1) or "", text.removeprefix("\ufeff"))
        data = json.loads(_COMMA.sub(lambda match: match.group(1) or "", text))
    except (UnreadableError, ValueError, RecursionError):
        return {}
    options = data.get("compilerOptions") if isinstance(data, dict) else None
    return options if isinstance(options, dict) else {}
