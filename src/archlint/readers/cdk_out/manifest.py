"""The files of a cloud assembly, and what its metadata says about each construct."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from archlint.model.function import Code, FolderCode, UnknownCode
from archlint.tree import Tree, UnreadableError, join, parent

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


MAX_LEVELS = 5
"""Stages within stages."""

MAX_MANIFEST_BYTES = 40_000_000
"""tree.json is larger, but is not read; manifests with inline metadata of large apps have some 10 MB."""


@dataclass(slots=True)
class AssetContents:
    """What the manifests name; paths are relative to the root."""

    templates: list[str] = field(default_factory=list)
    files: dict[str, str] = field(default_factory=dict)
    """By hash: the staged folder or archive of a file asset."""
    images: dict[str, Mapping[str, Any]] = field(default_factory=dict)
    """By hash: how an image is built; `directory` is relative to the root."""
    metadata: dict[str, list[Mapping[str, Any]]] = field(default_factory=dict)
    """By construct path without the leading slash."""
    paths: dict[str, dict[str, str | None]] = field(default_factory=dict)
    """By template and logical id: the construct path, None where several have that id (in nested stacks)."""
    failed: list[tuple[str, str]] = field(default_factory=list)
    """(path, why)"""


def read_manifests(tree: Tree, folder: str) -> AssetContents:
    """Follows the assembly in `folder` and those of its stages."""
    contents = AssetContents()
    _read(tree, folder, contents, 0)
    return contents


def _read(tree: Tree, folder: str, contents: AssetContents, level: int) -> None:
    manifest = _json(tree, _inside(folder, "manifest.json"), contents)
    for artifact in _values(_get(manifest, "artifacts")):
        kind, properties = artifact.get("type"), _get(artifact, "properties")
        if kind == "aws:cloudformation:stack":
            template = _add_template(tree, folder, properties.get("templateFile"), contents)
            side = artifact.get("additionalMetadataFile")
            told = _json(tree, _inside(folder, side), contents) if isinstance(side, str) else {}
            for metadata in (artifact.get("metadata"), told):
                _add_metadata(metadata, template, contents)
        elif kind == "cdk:asset-manifest" and isinstance(properties.get("file"), str):
            _add_assets(tree, folder, properties["file"], contents)
        elif kind == "cdk:cloud-assembly" and isinstance(properties.get("directoryName"), str) and level < MAX_LEVELS:
            inner = join(folder, properties["directoryName"])
            if inner is not None and inner != folder:
                _read(tree, inner, contents, level + 1)
    stacks = [path for path in contents.paths if parent(path) == folder]
    for name in tree.names(folder):
        if name.endswith(".nested.template.json"):
            nested = _add_template(tree, folder, name, contents)
            for logical_id, path in (item for stack in stacks for item in contents.paths[stack].items()):
                _add_path(contents, nested, logical_id, path)


def _add_template(tree: Tree, folder: str, name: object, contents: AssetContents) -> str:
    path = _inside(folder, name)
    if path is None or not tree.is_file(path):
        return ""
    if path not in contents.templates:
        contents.templates.append(path)
    return path


def _add_metadata(given: object, template: str, contents: AssetContents) -> None:
    for path, entries in given.items() if isinstance(given, dict) else ():
        for entry in entries if isinstance(entries, list) else ():
            if isinstance(entry, dict):
                construct = str(path).lstrip("/")
                contents.metadata.setdefault(construct, []).append(entry)
                if entry.get("type") == "aws:cdk:logicalId":
                    _add_path(contents, template, str(entry.get("data")), construct)


def _add_path(contents: AssetContents, template: str, logical_id: str, path: str | None) -> None:
    known = contents.paths.setdefault(template, {})
    known[logical_id] = path if known.get(logical_id, path) == path else None


def _add_assets(tree: Tree, folder: str, name: str, contents: AssetContents) -> None:
    manifest = _json(tree, _inside(folder, name), contents)
    for digest, asset in _items(_get(manifest, "files")):
        path = _inside(folder, _get(asset, "source").get("path"))
        if path is not None:
            contents.files[digest] = path
    for digest, asset in _items(_get(manifest, "dockerImages")):
        source = _get(asset, "source")
        path = _inside(folder, source.get("directory"))
        if path is not None:
            contents.images[digest] = {**source, "directory": path}


def _inside(folder: str, name: object) -> str | None:
    return join(folder, name) if isinstance(name, str) else None


def _json(tree: Tree, path: str | None, contents: AssetContents) -> Mapping[str, Any]:
    if path is None:
        return {}
    try:
        found = json.loads(tree.read(path, MAX_MANIFEST_BYTES))
    except UnreadableError as error:
        contents.failed.append((path, str(error)))
        return {}
    except (ValueError, RecursionError):
        contents.failed.append((path, "it is not JSON"))
        return {}
    return found if isinstance(found, dict) else {}


def _get(value: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    found = value.get(key)
    return found if isinstance(found, dict) else {}


def _items(value: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    yield from ((str(key), item) for key, item in value.items() if isinstance(item, dict))


def _values(value: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    yield from (item for _, item in _items(value))
