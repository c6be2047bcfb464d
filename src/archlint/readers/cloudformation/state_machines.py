"""What the tasks of a state machine run, from a definition in the template or in a file of its own.

https://states-language.net/spec.html
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from archlint.knowledge.resources import integration
from archlint.model.place import Place
from archlint.readers.cloudformation.found import Found
from archlint.readers.cloudformation.openapi import document, parsed
from archlint.readers.cloudformation.parts import PropertyPart, parts
from archlint.readers.cloudformation.reduced import concatenate
from archlint.readers.cloudformation.template import TemplateResource
from archlint.syntax.node import DocumentError, Mapping, Node, Opaque, Reference, Scalar, Sequence
from archlint.tree import Tree

STATE_MACHINES = ("AWS::StepFunctions::StateMachine", "AWS::Serverless::StateMachine")
LOCATIONS = ("DefinitionUri", "DefinitionS3Location")
MAX_STATES = 5_000
"""Of one state machine; the definition may have 1 MB, some thousand states."""

_TOKEN = re.compile(r"\$\{!?\s*([A-Za-z0-9_]+)(?:\.([A-Za-z0-9_.]+))?\s*\}")
_SERVICE = re.compile(r"arn:[^:]+:states:[^:]*:[^:]*:(?:aws-sdk:)?([A-Za-z0-9]+):([A-Za-z0-9]+)(\.[A-Za-z:0-9]+)?")


@dataclass(frozen=True, slots=True)
class _Definition:
    """`place` is that of the text when the nodes' own places mean nothing outside of it."""

    root: Node
    place: Place | None


def read_state_machine(resource: TemplateResource, found: Found, tree: Tree) -> None:
    """One link for each resource that a task runs or calls."""
    definition = _definition(resource, found, tree)
    values = found.scope.get(resource.properties, "DefinitionSubstitutions")
    if definition is None:
        _substituted(resource, found)
        return
    reader = _Tasks(resource, found, values if isinstance(values, Mapping) else Mapping((), resource.place), definition)
    for state in _states(definition.root, found):
        reader.read(state)


def _substituted(resource: TemplateResource, found: Found) -> None:
    """Of a definition that cannot be read: the functions that are filled in, which it can only call."""
    for part in parts(found.scope, resource.properties, ("DefinitionSubstitutions", "*"), resource.place):
        target = found.lookup.one(part.node)
        if target is not None and target in found.lookup.functions:
            found.link(resource.name, target, "invokes", part.place)


def _definition(resource: TemplateResource, found: Found, tree: Tree) -> _Definition | None:
    inline = found.scope.get(resource.properties, "Definition")
    if isinstance(inline, Mapping):
        return _Definition(inline, None)
    for part in parts(found.scope, resource.properties, ("DefinitionString",), resource.place):
        node = part.node
        text = node.pattern if isinstance(node, Opaque) else node.text if isinstance(node, Scalar) else ""
        try:
            return _Definition(parsed(text, resource.place.path), part.place) if text else None
        except DocumentError:
            return None
    for key in LOCATIONS:
        location = found.scope.get(resource.properties, key)
        if isinstance(location, Scalar):
            root = document(location.text, resource.place.path, tree)
            return None if root is None else _Definition(root, None)
    return None


def _states(root: Node, found: Found) -> Iterator[Mapping]:
    """Every state at any depth of Parallel and Map."""
    pending: list[Node | None] = [found.scope.reduce(root)]
    count = 0
    while pending and count < MAX_STATES:
        states = found.scope.get(pending.pop(), "States")
        for entry in states if isinstance(states, Mapping) else ():
            state = found.scope.reduce(entry.value)
            count += 1
            if not isinstance(state, Mapping) or count >= MAX_STATES:
                continue
            yield state
            pending.extend(found.scope.get(state, key) for key in ("Iterator", "ItemProcessor") if key in state)
            branches = found.scope.get(state, "Branches")
            pending.extend(branches.items if isinstance(branches, Sequence) else ())


class _Tasks:
    def __init__(self, resource: TemplateResource, found: Found, values: Mapping, definition: _Definition) -> None:
        self.resource = resource
        self.found = found
        self.values = values
        self.fixed = definition.place

    def read(self, state: Mapping) -> None:
        kind = self.found.scope.get(state, "Type")
        if not isinstance(kind, Scalar) or kind.text != "Task":
            return
        for part in parts(self.found.scope, state, ("Resource",), state.place):
            text = part.node.text if isinstance(part.node, Scalar) else self._pattern(part.node)
            match = _SERVICE.match(self._filled_text(text))
            if match is None:
                self._link(part, True, "lambda:invoke")
            else:
                self._service(state, match.group(1), match.group(2), match.group(3) or "")

    def _service(self, state: Mapping, service: str, action: str, pattern: str) -> None:
        known = integration(service)
        if known is None:
            return
        waits = known.waits or bool(pattern)
        scope = self.found.scope
        for arguments in (scope.get(state, "Parameters"), scope.get(state, "Arguments")):
            if not isinstance(arguments, Mapping):
                continue
            kind = scope.get(arguments, "InvocationType")
            later = isinstance(kind, Scalar) and kind.text == "Event" and not pattern
            for path in known.paths:
                for part in parts(scope, arguments, path, arguments.place):
                    self._link(part, waits and not later, f"{service}:{action}{pattern}")

    def _link(self, part: PropertyPart, waits: bool, detail: str) -> None:
        target = self.found.lookup.one(self._filled(part.node))
        if target is not None:
            self.found.link(self.resource.name, target, "invokes", self.fixed or part.place, waits, detail)

    def _filled(self, node: Node) -> Node:
        """The value with what DefinitionSubstitutions, or the Fn::Sub around the definition, put into it."""
        text = node.text if isinstance(node, Scalar) else ""
        if "${" not in text:
            return node
        pieces: list[Node] = []
        end = 0
        for match in _TOKEN.finditer(text):
            pieces.append(Scalar(text[end : match.start()], node.place))
            end = match.end()
            pieces.append(self._value(match, node.place))
        pieces.append(Scalar(text[end:], node.place))
        kept = [piece for piece in pieces if not (isinstance(piece, Scalar) and piece.text == "")]
        return concatenate(kept, "", node.place) if kept else node

    def _value(self, match: re.Match[str], place: Place) -> Node:
        name = match.group(1)
        given = self.values.get(name)
        value = None if given is None else self.found.scope.reduce(given)
        if isinstance(value, Scalar | Reference | Opaque):
            return value
        if name in self.found.scope.resources:
            return Reference(name, match.group(2) or "Ref", place)
        return Opaque("it is not filled in", place, pattern=match.group())

    def _filled_text(self, text: str) -> str:
        """For the service's name only: `${AWS::Partition}` stands for any partition."""
        return text.replace("${AWS::Partition}", "aws").replace("${AWS::Region}", "").replace("${AWS::AccountId}", "")

    @staticmethod
    def _pattern(node: Node) -> str:
        return node.pattern if isinstance(node, Opaque) else ""
