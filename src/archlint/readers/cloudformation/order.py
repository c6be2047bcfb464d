"""What CloudFormation makes before what: DependsOn and references."""

from __future__ import annotations

from archlint.readers.cloudformation.search import references
from archlint.readers.cloudformation.template import Resource, Template
from archlint.syntax.node import Node, Scalar, Sequence

MOUNT_TARGET = "AWS::EFS::MountTarget"


def unawaited_mount_targets(resource: Resource, template: Template) -> tuple[str, ...]:
    """All mount targets of the template, where a resource waits for none of them; else nothing."""
    targets = tuple(name for name, other in template.resources.items() if other.type == MOUNT_TARGET)
    return () if not targets or _before(resource, template) & set(targets) else targets


def _before(resource: Resource, template: Template) -> set[str]:
    """The resources of the template that exist before this one is made."""
    found: set[str] = set()
    pending = [resource]
    while pending:
        current = pending.pop()
        for name in (*_named(current.body.get("DependsOn")), *references(current.properties)):
            other = template.resources.get(name)
            if other is not None and name not in found:
                found.add(name)
                pending.append(other)
    return found


def _named(node: Node | None) -> list[str]:
    items = node.items if isinstance(node, Sequence) else [node]
    return [item.text for item in items if isinstance(item, Scalar)]
