"""The static reading of small apps against what the real CDK synthesises from them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from synth import assembly, references, synthesis

from archlint.knowledge.resources import kind_of
from archlint.model.function import FolderCode, Function, ImageCode, InlineCode
from archlint.model.resource import Architecture, Link
from archlint.readers.cdk.apps import read_apps
from archlint.tree import DiskTree
from archlint.values import Known, Unknown

SETTINGS = ("runtime", "handler", "memory_mb", "timeout_s", "ephemeral_mb", "architecture")

UNKNOWN = {"py_forms": {("Forms/Parameter", "memory_mb")}}
"""What a source leaves open."""

PARTS = ("AWS::EFS::AccessPoint",)
"""Parts of other resources, which are not listed themselves."""

CONDITIONAL = {"py_config": {"Config-x/Debug"}}
"""Functions that an app may make and that this synth did not."""


@pytest.mark.parametrize("language", ["py", "ts"])
def test_the_static_reading_agrees_with_the_real_synth(language: str, tmp_path: Path) -> None:
    assemblies = synthesis.synthesise(language, tmp_path)
    assert len(assemblies) >= 5
    differences = [
        f"{name}: {line}" for name, out in assemblies.items() for line in _compare(name, out, tmp_path / name)
    ]
    assert differences == []


def _compare(name: str, out: Path, folder: Path) -> Iterator[str]:
    apps = read_apps(DiskTree(synthesis.APPS / name), ["cdk.json"])
    yield from (f"problem: {problem}" for problem in apps.problems)
    yield from (f"note: {note}" for note in apps.not_read)
    stated = {str(function.construct_path): function for function in apps.functions}
    if len(stated) != len(apps.functions):
        yield "a function is read twice"
    deployed = assembly.functions(out, folder)
    extra = stated.keys() - deployed.keys()
    for path in sorted(extra ^ CONDITIONAL.get(name, set())):
        yield f"{path} is not in the synthesised templates"
    for path, function in sorted(stated.items()):
        if function.conditional != (path in CONDITIONAL.get(name, set())):
            yield f"{path}: conditional is {function.conditional}"
    open_values: set[tuple[str, str]] = set()
    for path, real in sorted(deployed.items()):
        if path not in stated:
            yield f"{path} is not read"
            continue
        open_values |= {(path, attribute) for attribute in _unknown(stated[path])}
        for what, value in _facts(stated[path], real).items():
            expected = {**real.values, **_also(real)}[what]
            if value != expected and (path, what) not in UNKNOWN.get(name, ()):
                yield f"{path}: {what} is {expected!r}, read as {value!r}"
    yield from _declared(out, apps.architecture)
    for path, what in sorted(UNKNOWN.get(name, set()) - open_values):
        yield f"{path}: {what} is known after all"


def _declared(out: Path, found: Architecture) -> Iterator[str]:
    """Resources and references; what is declared elsewhere has no type and is in no template."""
    real = references.Assembly(out)
    deployed = real.resources()
    here = {resource.id: resource for resource in found.resources if resource.type and resource.kind != "mapping"}
    stated = {id_.partition("#")[2]: resource for id_, resource in here.items()}
    for path, resource in stated.items():
        kind, given = deployed.get(path, ("nothing", {}))
        if resource.type != kind:
            yield f"{path} is {resource.type}, in the template {kind}"
        for name, key in (("visibility_timeout_s", "VisibilityTimeout"), ("schedule_expression", "ScheduleExpression")):
            if key in given and _value(resource.settings[name].value) != given[key]:
                yield f"{path}: {name} is {given[key]!r}, read as {resource.settings[name].value}"
    for path, (kind, _) in deployed.items():
        if kind_of(kind) not in ("other", "mapping", "function") and path not in stated and kind not in PARTS:
            yield f"{path} ({kind}) is not read"
    elsewhere = {resource.id for resource in found.resources if not resource.type}
    links = {row for link in found.links if link.target not in elsewhere for row in _rows(link)}
    references_there, implied = real.references()
    yield from (f"{row} is not in the templates" for row in sorted(links - references_there))
    yield from (f"{row} is not read" for row in sorted(references_there - links - implied))


def _rows(link: Link) -> Iterator[references.Reference]:
    """One for each action of a grant; the detail of an event is archlint's own."""
    source, target = link.source.partition("#")[2], link.target.partition("#")[2]
    for detail in link.detail.split(",") if link.kind != "event" else [""]:
        yield link.kind, source, target, detail


def _also(real: assembly.Deployed) -> dict[str, Any]:
    return {
        "code": real.code,
        "layers": real.layers,
        "vpc": real.vpc,
        "mounts": real.mounts,
        "environment": {key: value for key, value in real.environment.items() if isinstance(value, str)},
        "provisioned": real.provisioned,
        "triggers": sorted(real.triggers),
    }


def _unknown(function: Function) -> Iterator[str]:
    yield from (name for name in SETTINGS if isinstance(getattr(function, name).value, Unknown))


def _facts(function: Function, real: assembly.Deployed) -> dict[str, Any]:
    """What the static reading says, in the terms of the assembly; a value that is not known is its reason."""
    facts: dict[str, Any] = {name: _value(getattr(function, name).value) for name in SETTINGS}
    if real.values["package"] == "image":
        del facts["handler"]  # an image has none
    facts |= {
        "package": _value(function.package),
        "snapstart": function.snapstart,
        "reserved_concurrency": _value(function.reserved_concurrency),
        "code": _code(function),
        "layers": len(function.layers),
        "vpc": function.vpc,
        "mounts": function.efs_mounts,
        "environment": {k: v.value for k, v in function.environment.items() if isinstance(v, Known)},
        "provisioned": function.provisioned_concurrency,
        "triggers": sorted({trigger.type for trigger in function.triggers}),
    }
    return facts


def _value(value: object) -> object:
    return value.value if isinstance(value, Known) else value


def _code(function: Function) -> object:
    code = function.code
    if isinstance(code, ImageCode):
        return code.context, code.dockerfile, code.target, code.command
    return code.path if isinstance(code, FolderCode) else code.text if isinstance(code, InlineCode) else code
