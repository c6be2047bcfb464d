"""The functions of a cloud assembly, without those that the CDK itself adds."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from itertools import takewhile
from typing import Any

from archlint.model.function import Code, Function, ImageCode, InlineCode, UnknownCode
from archlint.model.place import Place, Problem
from archlint.model.resource import Architecture, Link, Resource
from archlint.readers.cdk_out.manifest import AssetContents, read_manifests, repository_code, source_folder
from archlint.readers.cloudformation import read_templates
from archlint.tree import Tree, UnreadableError, join
from archlint.values import Known

PathOf = Callable[[str, str], str | None]
"""Construct path by template and logical id; None for what the CDK adds."""


def constructed(
    found: Architecture,
    names: Mapping[str, Iterable[str]],
    path_of: PathOf,
    created_at: Callable[[str], Place | None],
    app: str,
) -> Architecture:
    """Ids as functions of the app have them; what has no construct path is left out with its links. `names` are the
    logical ids by template."""
    renamed: dict[str, str] = {}
    places: dict[str, Place | None] = {}

    def rename(identity: str) -> str | None:
        if identity not in renamed:
            template, _, name = identity.partition("#")
            logical, dot, label = name.partition(".")
            path = path_of(template, logical)
            if path is None:
                return None
            renamed[identity] = f"{app}#{path}{dot}{label}"
            places[identity] = created_at(path)
        return renamed[identity]

    stacks = {template: _stack(template, own, path_of) for template, own in names.items()}
    resources = [
        _resource(resource, identity, places[resource.id], stacks.get(resource.stack) or resource.stack)
        for resource in found.resources
        if (identity := rename(resource.id)) is not None
    ]
    links = [
        _link(link, source, target, rename(link.detail) if "#" in link.detail else None, places[link.source])
        for link in found.links
        if (source := rename(link.source)) is not None and (target := rename(link.target)) is not None
    ]
    return Architecture(tuple(resources), tuple(links))


def _resource(resource: Resource, identity: str, place: Place | None, stack: str) -> Resource:
    path = identity.partition("#")[2]
    resource = replace(resource, id=identity, name=path.rpartition("/")[2], stack=stack)
    if place is None:
        return resource
    unplaced = {name: replace(setting, place=None) for name, setting in resource.settings.items()}
    return replace(resource, place=place, settings=unplaced)


def _link(link: Link, source: str, target: str, detail: str | None, place: Place | None) -> Link:
    return replace(link, source=source, target=target, detail=detail or link.detail, place=place or link.place)


def _stack(template: str, names: Iterable[str], path_of: PathOf) -> str:
    """What the paths of a template's constructs have in common, which is the stack's path."""
    paths = [path.split("/")[:-1] for name in names if (path := path_of(template, name)) is not None]
    common = paths[0] if paths else []
    for other in paths:
        same = takewhile(lambda pair: pair[0] == pair[1], zip(common, other, strict=False))
        common = [part for part, _ in same]
    return "/".join(common)


KIND = "cdk-out"
SETTINGS = ("runtime", "handler", "architecture", "memory_mb", "timeout_s", "ephemeral_mb")
FRAMEWORK = re.compile(
    r"(?:^|/)(?:LogRetention[0-9a-f]{8,}|AWS[0-9a-f]{8,}|BucketNotificationsHandler[0-9a-f]{8,}|Custom::[^/]*"
    r"|framework-(?:onEvent|isComplete|onTimeout)|DrainECSHook)(?:/|$)"
)
"""Construct paths of functions that belong to the CDK."""

HANDLER_MARK = "aws:cdk:is-custom-resource-handler-"
_DIGEST = re.compile(r"[0-9a-f]{64}")
_FRAME = re.compile(r"([^\s()]{1,500}?):(\d{1,7})(?::\d{1,7})?\)?$")


@dataclass(frozen=True, slots=True)
class Assembly:
    """The functions of a cdk.out; `construct_path` is set on each."""

    folder: str
    functions: tuple[Function, ...] = ()
    problems: tuple[Problem, ...] = ()
    architecture: Architecture = field(default_factory=Architecture)


def read_assembly(tree: Tree, folder: str, app_folder: str) -> Assembly | None:
    """What the assembly in `folder` declares; None when there is none. `app_folder` is that of cdk.json."""
    if not tree.is_file(join(folder, "manifest.json") or ""):
        return None
    contents = read_manifests(tree, folder)
    templates = read_templates(tree, contents.templates)
    bodies = {path: _resources(tree, path) for path in contents.templates}

    def path_of(template: str, name: str) -> str | None:
        resource = bodies.get(template, {}).get(name, {})
        path = _construct_path(resource, contents.paths.get(template, {}).get(name))
        return None if path is None or _is_framework(path, contents) else path

    functions: list[Function] = []
    for function in templates.functions:
        resource = bodies.get(function.defined_at.path, {}).get(function.name, {})
        path = path_of(function.defined_at.path, function.name)
        if path is not None:
            functions.append(_function(function, path, resource, contents, tree, app_folder))
    architecture = constructed(
        templates.architecture,
        bodies,
        path_of,
        lambda path: _created_at(path, contents, tree, app_folder),
        app_folder or ".",
    )
    problems = (*templates.problems, *(Problem(Place(path), why) for path, why in contents.failed))
    return Assembly(folder, tuple(functions), problems, architecture)


def _function(
    function: Function, path: str, resource: Mapping[str, Any], contents: AssetContents, tree: Tree, app_folder: str
) -> Function:
    code = _code(function, resource, contents, tree, app_folder)
    created_at = _created_at(path, contents, tree, app_folder)
    if created_at is not None:
        function = unplaced(function)
    return replace(
        function,
        id=f"{app_folder or '.'}#{path}",
        name=path.rpartition("/")[2],
        kind=KIND,
        construct_path=path,
        defined_at=created_at or function.defined_at,
        code=code,
    )


def unplaced(function: Function) -> Function:
    """With settings that stand nowhere: findings then point at the line that creates the function."""
    settings: dict[str, Any] = {name: replace(getattr(function, name), place=None) for name in SETTINGS}
    return replace(function, **settings, layers_place=None, places={})


def _resources(tree: Tree, path: str) -> Mapping[str, Mapping[str, Any]]:
    try:
        body = json.loads(tree.read(path))
    except (UnreadableError, ValueError, RecursionError):
        return {}
    found = body.get("Resources") if isinstance(body, dict) else None
    return {k: v for k, v in found.items() if isinstance(v, dict)} if isinstance(found, dict) else {}


def _part(resource: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    found = resource.get(key)
    return found if isinstance(found, dict) else {}


def _construct_path(resource: Mapping[str, Any], told: str | None) -> str | None:
    """`aws:cdk:path` without the `/Resource` of the L1 construct inside; `told` where the template has none, as when
    the app runs without the CDK's command line."""
    path = _part(resource, "Metadata").get("aws:cdk:path", told)
    return path.removesuffix("/Resource") if isinstance(path, str) else None


def _is_framework(path: str, contents: AssetContents) -> bool:
    if FRAMEWORK.search(path):
        return True
    above = path.split("/")
    for length in range(len(above), max(0, len(above) - 3), -1):
        for entry in contents.metadata.get("/".join(above[:length]), ()):
            if str(entry.get("type", "")).startswith(HANDLER_MARK):
                return True
    return False


def _code(
    function: Function, resource: Mapping[str, Any], contents: AssetContents, tree: Tree, app_folder: str
) -> Code:
    if isinstance(function.code, InlineCode):
        return function.code
    properties = _part(resource, "Properties")
    named = json.dumps(_part(properties, "Code"))
    digests = _DIGEST.findall(named) + _DIGEST.findall(str(_part(resource, "Metadata").get("aws:asset:path", "")))
    place = function.defined_at
    for digest in digests:
        if digest in contents.images:
            return _image(contents.images[digest], _part(properties, "ImageConfig"), place, tree, app_folder)
        if digest in contents.files:
            handler = function.handler.value.value if isinstance(function.handler.value, Known) else ""
            return repository_code(tree, contents.files[digest], handler, app_folder)
    return function.code


def _image(source: Mapping[str, Any], config: Mapping[str, Any], place: Place, tree: Tree, app_folder: str) -> Code:
    name, context = str(source.get("dockerFile") or "Dockerfile"), str(source["directory"])
    dockerfile = join(context, name)
    if dockerfile is None or not tree.is_file(dockerfile):
        return UnknownCode("the image's folder is not in cdk.out")
    own = source_folder(tree, context, name, app_folder)
    if own is not None:
        dockerfile, context = join(own, name) or dockerfile, own
    target, arguments = source.get("dockerBuildTarget"), source.get("dockerBuildArgs")
    return ImageCode(
        dockerfile=dockerfile,
        context=context,
        place=place,
        command=_words(config.get("Command")),
        entrypoint=_words(config.get("EntryPoint")),
        target=target if isinstance(target, str) else None,
        build_args={str(k): str(v) for k, v in arguments.items()} if isinstance(arguments, dict) else {},
    )


def _words(value: object) -> tuple[str, ...] | None:
    return tuple(map(str, value)) if isinstance(value, list) and value else None


def _created_at(path: str, contents: AssetContents, tree: Tree, app_folder: str) -> Place | None:
    """The first line of the app's own in the stack that the CDK kept, if it did."""
    for entry in (*contents.metadata.get(path, ()), *contents.metadata.get(f"{path}/Resource", ())):
        frames = entry.get("data") if entry.get("type") == "aws:cdk:creationStack" else entry.get("trace")
        for frame in frames if isinstance(frames, list) else ():
            for place in _places(str(frame), tree, app_folder):
                return place
    return None


def _places(frame: str, tree: Tree, app_folder: str) -> Iterator[Place]:
    match = _FRAME.search(frame)
    if match is None or "node_modules" in frame or "site-packages" in frame:
        return
    names = [name for name in match.group(1).replace("\\", "/").split("/") if name not in ("", ".", "..")]
    for start in range(len(names)):
        path = join(app_folder, "/".join(names[start:]))
        if path is not None and tree.is_file(path):
            yield Place(path, int(match.group(2)))
            return
