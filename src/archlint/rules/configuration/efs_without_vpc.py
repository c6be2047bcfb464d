"""AL310: a file system that the function cannot reach, or not yet."""

from __future__ import annotations

from collections.abc import Iterator

from archlint.finding import Hit
from archlint.knowledge.limits import statement
from archlint.model.function import Function
from archlint.model.place import Place
from archlint.project import Project
from archlint.rulebook.page import Page

UNKNOWN = "/mnt"
"""Stands for a path that is not known, and perhaps for something that is no file system."""


def check(project: Project, page: Page) -> Iterator[Hit]:
    """Templates alone: the CDK refuses a file system without a VPC and adds the dependency itself."""
    for deployed in project.functions:
        function = deployed.function
        if not set(function.efs_mounts) - {UNKNOWN} or not function.origin.editable or function.capacity_provider:
            continue
        if not function.vpc and function.completed_by is None:
            known = statement("file_system_vpc")
            yield Hit(
                message=f"{', '.join(function.efs_mounts)} is a file system, and the function has no VpcConfig:"
                f" {known.value} (as of {known.as_of})",
                place=_place(function),
                function=function.id,
            )
        elif function.unawaited_mount_targets:
            names = ", ".join(function.unawaited_mount_targets)
            yield Hit(
                message=f"the function may be created before the mount targets of its file system ({names}): nothing"
                " makes CloudFormation wait for one of them",
                place=_place(function),
                function=function.id,
                severity="warning",
                help=f"Add DependsOn: [{names}] to the function.",
            )


def _place(function: Function) -> Place:
    return function.places.get("efs_mounts", function.defined_at)
