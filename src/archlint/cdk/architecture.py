"""The resources of a CDK app and every reference between its declarations."""

from __future__ import annotations

from archlint.cdk.connections import Connections
from archlint.cdk.functions import Reading
from archlint.cdk.grants import Grants
from archlint.cdk.links import Links
from archlint.cdk.reading import entry, text
from archlint.cdk.references import References
from archlint.cdk.resources import Resources, names
from archlint.cdk.tasks import read_tasks
from archlint.model.resource import Architecture
from archlint.values import Known


def read_architecture(reading: Reading, folder: str) -> Architecture:
    """What the app declares beside its functions; resources of unknown kind only where something refers to them."""
    resources = Resources(folder, reading.taken)
    resources.read(reading.made)
    declared = {**reading.ids, **{key: resource.id for key, resource in resources.by_made.items()}}
    named = {
        reading.ids[key]: name.value
        for key, function in reading.wiring.functions.items()
        if isinstance(name := text(entry(function, "function_name")), Known)
    }
    references = References(
        declared,
        names(resources.by_id.values(), named),
        reading.wiring.function,
        resources.imported,
    )
    functions = frozenset(reading.ids.values())
    links = Links(reading, resources, references, Connections(reading.made, references, functions))
    links.read()
    read_tasks(links)
    Grants(links).read()
    return _whole(resources, links)


def _whole(resources: Resources, links: Links) -> Architecture:
    mentioned = {end for link in links.found for end in (link.source, link.target)}
    elsewhere = set(resources.by_id) - {resource.id for resource in resources.by_made.values()}
    return Architecture(
        tuple(
            resource
            for resource in resources.by_id.values()
            if resource.id in mentioned
            or resource.kind == "mapping"
            or (resource.kind != "other" and resource.id not in elsewhere)
        ),
        tuple(links.found),
    )
