"""Which resources a function, state machine or container may act on, by its own policies and its role's."""

from __future__ import annotations

from collections.abc import Iterator

from archlint.knowledge.resources import resource_type, sam_policy
from archlint.readers.cloudformation.found import Found
from archlint.readers.cloudformation.parts import PropertyPart, parts
from archlint.readers.cloudformation.template import TemplateResource
from archlint.syntax.node import Mapping, Opaque, Reference, Scalar, Sequence
from archlint.values import Known

ROLE = "AWS::IAM::Role"
ATTACHED = ("AWS::IAM::Policy", "AWS::IAM::ManagedPolicy", "AWS::IAM::RolePolicy")
MAX_GRANTS = 2_000
"""Links that the policies of one template may make."""


class Policies:
    """Collects who acts with which role, and reads the roles' policies in the end."""

    def __init__(self, found: Found) -> None:
        self.found = found
        self.holders: dict[str, list[str]] = {}
        """By role: the logical ids of what acts with it."""
        self.left = MAX_GRANTS
        for resource in found.template.resources.values():
            row = resource_type(resource.type)
            for part in parts(found.scope, resource.properties, row.role, resource.place) if row and row.role else ():
                if isinstance(part.node, Reference):
                    self.holders.setdefault(part.node.name, []).append(resource.name)

    def _items(self, part: PropertyPart) -> Iterator[PropertyPart]:
        """The items of a list; a value that is no list is its only item."""
        if isinstance(part.node, Sequence):
            yield from parts(self.found.scope, part.node, ("*",), part.place)
        else:
            yield part

    def read_own(self, resource: TemplateResource, properties: Mapping) -> None:
        """The Policies of a SAM function or state machine; SAM passes them over where a role is given."""
        if not resource.type.startswith("AWS::Serverless::") or "Role" in properties:
            return
        self.holders.setdefault(f"{resource.name}Role", []).append(resource.name)
        for part in parts(self.found.scope, properties, ("Policies",), resource.place):
            for item in self._items(part):
                self._policy([resource.name], item)

    def _policy(self, holders: list[str], item: PropertyPart) -> None:
        if isinstance(item.node, Reference):
            self._managed(holders, item.node.name)
            return
        if not isinstance(item.node, Mapping):
            return
        if "Statement" in item.node:
            self._statements(holders, item)
            return
        for entry in item.node:
            template = sam_policy(entry.key)
            for name, actions in template.items() if template else ():
                for part in parts(self.found.scope, entry.value, (name,), item.place):
                    self._grant(holders, part, actions)

    def _managed(self, holders: list[str], name: str) -> None:
        resource = self.found.template.resources.get(name)
        if resource is not None and resource.type == "AWS::IAM::ManagedPolicy":
            self._document(holders, resource.properties, resource)

    def read_shared(self) -> None:
        """The policies of roles that something of the template acts with, and those attached to them."""
        for resource in self.found.template.resources.values():
            if resource.type == ROLE and resource.name in self.holders:
                self._role(resource)
            elif resource.type in ATTACHED:
                holders = [holder for role in self._roles(resource) for holder in self.holders.get(role, ())]
                if holders:
                    self._document(holders, resource.properties, resource)

    def _roles(self, resource: TemplateResource) -> Iterator[str]:
        """Those that SAM makes for its functions too, which the template does not declare."""
        for path in (("Roles", "*"), ("RoleName",)):
            for part in parts(self.found.scope, resource.properties, path, resource.place):
                if isinstance(part.node, Reference):
                    yield part.node.name
                elif isinstance(part.node, Opaque):
                    yield part.node.pattern.removeprefix("${").removesuffix("}")

    def _role(self, role: TemplateResource) -> None:
        holders = self.holders[role.name]
        for part in parts(self.found.scope, role.properties, ("Policies", "*"), role.place):
            if isinstance(part.node, Mapping):
                self._document(holders, part.node, role)
        for part in parts(self.found.scope, role.properties, ("ManagedPolicyArns", "*"), role.place):
            if isinstance(part.node, Reference):
                self._managed(holders, part.node.name)

    def _document(self, holders: list[str], properties: Mapping, resource: TemplateResource) -> None:
        for part in parts(self.found.scope, properties, ("PolicyDocument",), resource.place):
            self._statements(holders, part)

    def _statements(self, holders: list[str], document: PropertyPart) -> None:
        for whole in parts(self.found.scope, document.node, ("Statement",), document.place):
            for item in self._items(whole):
                self._statement(holders, item)

    def _statement(self, holders: list[str], item: PropertyPart) -> None:
        scope = self.found.scope
        effect = scope.get(item.node, "Effect")
        if not isinstance(effect, Scalar) or effect.text != "Allow":
            return
        given = (scope.text(node) for node in scope.items(scope.get(item.node, "Action")))
        actions = ",".join(text.value for text in given if isinstance(text, Known))
        if not actions:
            return
        for whole in parts(scope, item.node, ("Resource",), item.place):
            for part in self._items(whole):
                self._grant(holders, part, actions)

    def _grant(self, holders: list[str], part: PropertyPart, actions: str) -> None:
        target = None if self.left < 0 else self.found.lookup.one(part.node)
        if target is None:
            return
        for holder in holders[: max(0, self.left)]:
            self.found.link(holder, target, "grant", part.place, detail=actions)
        self.left -= len(holders)
