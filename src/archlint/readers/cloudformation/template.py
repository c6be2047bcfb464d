"""A template file as parameters, resources and the scope that evaluates them."""

from __future__ import annotations

import codecs
import re
from collections.abc import Mapping as Dictionary
from dataclasses import dataclass

from archlint.model.place import Place, Problem
from archlint.readers.cloudformation.loops import expand
from archlint.readers.cloudformation.scope import Scope
from archlint.syntax.json import parse_json
from archlint.syntax.node import DocumentError, Entry, Mapping, Node, Opaque, Scalar, Sequence
from archlint.syntax.yaml import parse_yaml
from archlint.tree import Tree, UnreadableError

_TYPE = re.compile(rb"""\bType["']?\s*:\s*["']?(?:AWS|Custom)::|AWSTemplateFormatVersion""")
_TEMPLATE = re.compile(r"""^\s*["']?(?:AWSTemplateFormatVersion\b|Type["']?\s*:\s*["']?AWS::\w+::\w+)""", re.MULTILINE)
_JSON_TEMPLATE = re.compile(r"""["']AWSTemplateFormatVersion["']|["']Type["']\s*:\s*["']AWS::\w+::\w+""")


SAM_NAMES = ("ServerlessRestApi", "ServerlessHttpApi")
"""The APIs that SAM adds for events that name none; templates refer to them without declaring them."""


@dataclass(frozen=True, slots=True)
class TemplateResource:
    """One entry of Resources; `properties` are as written, before Globals."""

    name: str
    type: str
    place: Place
    body: Mapping
    properties: Mapping
    condition: str | None


@dataclass(frozen=True, slots=True)
class Template:
    """A parsed template. `parameters` are the declared ones with their defaults."""

    path: str
    root: Mapping
    parameters: Dictionary[str, Node]
    resources: Dictionary[str, TemplateResource]
    text: str

    @property
    def globals(self) -> Mapping | None:
        """`Globals.Function` of a SAM template."""
        section = self.root.get("Globals")
        function = section.get("Function") if isinstance(section, Mapping) else None
        return function if isinstance(function, Mapping) else None

    def scope(self, passed: Dictionary[str, Node] | None = None) -> Scope:
        """Names for intrinsics, with the parameters that a parent stack passes in place of the defaults."""
        given = passed or {}
        declared = _section(self.root, "Parameters") or ()
        arguments = {entry.key: _argument(entry, given[entry.key]) for entry in declared if entry.key in given}
        return Scope(
            {**self.parameters, **arguments},
            frozenset((*self.resources, *(name for name in SAM_NAMES if name in self.text))),
            _section(self.root, "Mappings"),
            _section(self.root, "Conditions"),
        )

    def open_scope(self) -> Scope:
        """Every parameter left open: what no default decides."""
        return Scope(
            {name: Opaque(f"parameter {name} is open", node.place) for name, node in self.parameters.items()},
            frozenset(self.resources),
            _section(self.root, "Mappings"),
            _section(self.root, "Conditions"),
        )


def read_template(tree: Tree, path: str) -> Template | Problem | None:
    """The template at `path`; None when the file is none, a Problem when it means to be one but cannot be read."""
    try:
        raw = tree.read(path)
    except UnreadableError as error:
        return None if not path.endswith((".yaml", ".yml", ".template")) else _too_large(path, error)
    if raw.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        raw = raw.decode("utf-16", "replace").encode()
    if b"Resources" not in raw or not _TYPE.search(raw):
        return None
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        if not _TEMPLATE.search(raw.decode("latin-1")):
            return None
        return Problem(Place(path, line), f"it is not UTF-8 (byte {error.start}): save it as UTF-8")
    as_json = path.endswith(".json") or text.lstrip()[:1] == "{"
    try:
        root = parse_json(text, path) if as_json else parse_yaml(text, path)
    except DocumentError as error:
        if (_JSON_TEMPLATE if as_json else _TEMPLATE).search(text):
            return Problem(Place(path, error.line, error.column), f"{error.message}: correct the syntax")
        return None
    return _template(path, root, text)


def _too_large(path: str, error: UnreadableError) -> Problem | None:
    name = path.rsplit("/", 1)[-1]
    return Problem(Place(path), f"{error}") if name.startswith(("template.", "cloudformation.")) else None


def _template(path: str, root: Node, text: str) -> Template | None:
    if not isinstance(root, Mapping):
        return None
    section = _section(root, "Resources")
    if section is None:
        return None
    parameters = {entry.key: _default(entry) for entry in _section(root, "Parameters") or ()}
    scope = Scope(parameters, frozenset(), _section(root, "Mappings"), None)
    resources: dict[str, TemplateResource] = {}
    for entry in expand(section, scope) if "Fn::ForEach" in text else section:
        resource = _resource(entry)
        if resource is not None:
            resources[resource.name] = resource
    return Template(path, root, parameters, resources, text) if resources else None


def _resource(entry: Entry) -> TemplateResource | None:
    body = entry.value
    if not isinstance(body, Mapping):
        return None
    kind = body.get("Type")
    if not isinstance(kind, Scalar) or "::" not in kind.text:
        return None
    properties = body.get("Properties")
    condition = body.get("Condition")
    return TemplateResource(
        name=entry.key,
        type=kind.text,
        place=entry.key_place,
        body=body,
        properties=properties if isinstance(properties, Mapping) else Mapping((), body.place),
        condition=condition.text if isinstance(condition, Scalar) else None,
    )


def _kind(declaration: Node) -> str:
    kind = declaration.get("Type") if isinstance(declaration, Mapping) else None
    return kind.text if isinstance(kind, Scalar) else "String"


def _default(entry: Entry) -> Node:
    """A parameter's default as a value."""
    default = entry.value.get("Default") if isinstance(entry.value, Mapping) else None
    if not isinstance(default, Scalar) or default.value is None:
        return Opaque(f"parameter {entry.key} has no default", entry.key_place, pattern=f"${{{entry.key}}}")
    return _argument(entry, default)


def _argument(entry: Entry, given: Node) -> Node:
    """What a parameter stands for when it is given a value; text lists become lists."""
    kind = _kind(entry.value)
    if kind.startswith("AWS::SSM::Parameter::Value"):
        return Opaque(f"parameter {entry.key} is read from SSM at deployment", entry.key_place)
    if not isinstance(given, Scalar):
        return given
    if kind == "CommaDelimitedList" or kind.startswith("List<"):
        pieces = [piece.strip() for piece in given.text.split(",")]
        return Sequence(tuple(Scalar(piece, given.place) for piece in pieces), given.place)
    return Scalar(given.text, given.place)


def _section(root: Mapping, name: str) -> Mapping | None:
    section = root.get(name)
    return section if isinstance(section, Mapping) else None
