"""What a cdk.out adds to the resources and links that were read from the app's source."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from archlint.cdk.scopes import OPEN
from archlint.model.function import Function
from archlint.model.resource import Architecture, Link, Resource

AFTER_ANOTHER = re.compile(r"~\d+$")


def completed(
    source: Architecture, assembly: Architecture, before: Sequence[Function], after: Sequence[Function]
) -> Architecture:
    """The source wins: what it has stays as it is, and only links to something that it lacks come from the assembly,
    which may be older. `after` are the functions `before` as merged: the same ones first, then the assembly's own."""
    ids = {one.id: other.id for one, other in zip(before, after, strict=False)}
    source = Architecture(source.resources, tuple(_renamed(link, ids, ids) for link in source.links))
    if not before and not source.resources:
        return assembly
    twins = _twins(source.resources, assembly.resources)
    known = {resource.id for resource in source.resources} | set(ids.values())
    added = [
        renamed
        for link in assembly.links
        if twins.get(link.source, link.source) and twins.get(link.target, link.target)
        for renamed in [_renamed(link, twins, {})]
        if not {renamed.source, renamed.target} <= known
    ]
    mentioned = {name for link in added for name in (link.source, link.target, link.detail)}
    new = [
        resource
        for resource in assembly.resources
        if resource.id not in twins
        and resource.id not in known
        and (resource.id in mentioned or resource.kind not in ("mapping", "other"))
    ]
    return source + Architecture(tuple(new), tuple(added))


def _twins(own: Iterable[Resource], others: Sequence[Resource]) -> dict[str, str]:
    """By the assembly's id: that of the source's resource with the same path, "" where it may be one of several."""
    found: dict[str, str] = {}
    taken: dict[str, str] = {}
    for resource in own:
        path = AFTER_ANOTHER.sub("", resource.id)
        parts = re.split("([#/])", path)
        if OPEN not in parts:
            continue
        pattern = re.compile("".join("[^/]+" if part == OPEN else re.escape(part) for part in parts))
        for other in others:
            if other.kind == resource.kind and pattern.fullmatch(other.id):
                sole = other.id not in found and resource.id not in taken
                found[other.id] = resource.id if sole else ""
                if not sole:
                    found[taken.get(resource.id, other.id)] = ""
                taken[resource.id] = other.id
    return found


def _renamed(link: Link, ids: Mapping[str, str], details: Mapping[str, str]) -> Link:
    return replace(
        link,
        source=ids.get(link.source, link.source),
        target=ids.get(link.target, link.target),
        detail=details.get(link.detail, link.detail),
    )
