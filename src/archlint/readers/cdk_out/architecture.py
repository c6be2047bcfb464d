"""The resources and links of synthesised templates, under their constructs' paths."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from itertools import takewhile

from archlint.model.place import Place
from archlint.model.resource import Architecture, Link, Resource

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
