"""What the form that declares a function implies for it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Origin:
    title: str
    editable: bool = False
    """A template, whose properties a fix can set."""
    sam_properties: bool = False
    """Takes SAM's short forms, such as SnapStart and DeadLetterQueue of the function itself."""
    builds_on_deploy: bool = False
    """Deploying runs the bundling that the code asks for, which leaves `__pycache__`."""
    inline_from_files: bool = False
    """Inline code may be the text of a file of the repository."""
    keeps_registry: bool = True
    """Deploying makes a registry for the images of functions, and pushes to it."""


_CDK = {"builds_on_deploy": True, "inline_from_files": True}

ORIGINS = {
    "sam": Origin("SAM", editable=True, sam_properties=True),
    "cloudformation": Origin("CloudFormation", editable=True, keeps_registry=False),
    "cdk-python": Origin("CDK (Python)", **_CDK),
    "cdk-typescript": Origin("CDK (TypeScript)", **_CDK),
    "cdk-out": Origin("CDK (synthesised)", **_CDK),
}
"""By the kind of a function."""


def origin_of(kind: str) -> Origin:
    return ORIGINS.get(kind, Origin(kind))
