"""Which declared resource a value stands for: by reference, or by the name that a declaration fixes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cached_property

from archlint.knowledge.resources import OTHER, resource_type
from archlint.readers.cloudformation.reduced import names_in
from archlint.readers.cloudformation.scope import Scope
from archlint.readers.cloudformation.template import Template, TemplateResource
from archlint.syntax.node import Mapping, Node, Opaque, Reference, Scalar, Sequence

NAME = re.compile(r"\$\{!?\s*([A-Za-z0-9]+)")
_WORD = re.compile(r"[A-Za-z0-9]+")


def references(node: Node | None) -> Iterator[str]:
    """The names in Ref, GetAtt and Sub anywhere below a node, unevaluated, in order."""
    for below in walk(node):
        if isinstance(below, Reference):
            yield below.name
        if not isinstance(below, Mapping) or len(below.entries) != 1:
            continue
        key, argument = below.entries[0].key, below.entries[0].value
        if key in ("Ref", "Fn::GetAtt"):
            first = argument.items[0] if isinstance(argument, Sequence) and argument.items else argument
            if isinstance(first, Scalar) and (match := _WORD.match(first.text)):
                yield match.group()
        elif key == "Fn::Sub":
            first = argument.items[0] if isinstance(argument, Sequence) and argument.items else argument
            if isinstance(first, Scalar):
                yield from NAME.findall(first.text)


def texts(node: Node | None) -> Iterator[str]:
    """Every text below a node."""
    for below in walk(node):
        if isinstance(below, Scalar) and isinstance(below.value, str):
            yield below.value


def walk(node: Node | None) -> Iterator[Node]:
    """Every node once, in order of writing; shared nodes (aliases) are not walked again."""
    pending: list[Node] = [] if node is None else [node]
    seen: set[int] = set()
    while pending:
        current = pending.pop()
        if id(current) in seen:
            continue
        seen.add(id(current))
        yield current
        if isinstance(current, Sequence):
            pending.extend(reversed(current.items))
        elif isinstance(current, Mapping):
            pending.extend(entry.value for entry in reversed(current.entries))


def mentions_streaming(node: Node | None) -> bool:
    """A response-streaming integration (its URI or transfer mode says so)."""
    return any("response-streaming-invocations" in t or t in ("RESPONSE_STREAM", "STREAM") for t in texts(node))


FUNCTION_TYPES = ("AWS::Serverless::Function", "AWS::Lambda::Function")
POINTER_TYPES = ("AWS::Lambda::Alias", "AWS::Lambda::Version")
IMPLICIT_APIS = {"ServerlessRestApi": "AWS::Serverless::Api", "ServerlessHttpApi": "AWS::Serverless::HttpApi"}
"""What SAM adds for Api and HttpApi events that name no API."""

OPAQUE_TYPES = ("Custom::", "AWS::CloudFormation::", "AWS::Serverless::Application")
"""Their attributes are whatever a function, a macro or another template makes of them."""

PASSED = "passed"
"""The kind of what a parent stack passes: it is declared in another template."""

MAX_STEPS_UP = 4
"""From an access point to its file system, from a stage to its API."""

SHORTEST_NAME = 5
"""Characters of a bare name that is taken for a reference; "prod" may be anything."""

MAX_TEXT = 2_000
"""Characters of a text that may be the name or ARN of something."""

_OPEN = re.compile(r"\$\{[^}]*\}")
_HOST = re.compile(r"(?:https|wss)://\$\{([A-Za-z0-9]+)")
_FUNCTION = re.compile(r":function:((?:[A-Za-z0-9_-]|\$\{[^}]*\})+)")
_KINDS = {
    ("ecs", "cluster"): "ecs-cluster",
    ("ecs", "service"): "ecs-service",
    ("lambda", "layer"): "lambda-layer",
    ("sagemaker", "endpoint-config"): "sagemaker-config",
    ("sagemaker", "model"): "sagemaker-model",
    ("batch", "job-queue"): "batch-queue",
    ("batch", "compute-environment"): "batch-environment",
}


class Lookup:
    """The resources of one template by what refers to them. Of a value that may be several things nothing is said."""

    def __init__(self, template: Template, scope: Scope) -> None:
        self.template = template
        self.scope = scope
        self.functions = {r.name for r in template.resources.values() if r.type in FUNCTION_TYPES}
        self.pointers = self._pointers()

    def _pointers(self) -> dict[str, str]:
        """Aliases and versions, also those that SAM adds, and the function that each stands for; an alias may name a
        version."""
        pointing = [r for r in self.template.resources.values() if r.type in POINTER_TYPES]
        pointers: dict[str, str] = {}
        for resource in sorted(pointing, key=lambda r: r.type, reverse=True):
            for key in ("FunctionName", "FunctionVersion"):
                for name in (*references(resource.properties.get(key)), *self.functions_named(resource, key)):
                    target = pointers.get(name, name)
                    if target in self.functions:
                        pointers.setdefault(resource.name, target)
        for name in self.functions:
            alias = self.scope.get(self.template.resources[name].properties, "AutoPublishAlias")
            if isinstance(alias, Scalar):
                pointers.setdefault(f"{name}Alias{alias.text}", name)
        return pointers

    def functions_named(self, resource: TemplateResource, key: str) -> Iterator[str]:
        """Functions that a property names by their own name, without a reference."""
        node = resource.properties.get(key)
        text = written(node)
        if text and (found := self.named_functions.get(text)):
            yield found
        yield from self.functions_in(node)

    def functions_in(self, node: Node | None) -> Iterator[str]:
        """Functions named in ARNs anywhere below a node, as it is written."""
        if node is None or not self.named_functions:
            return
        for text in texts(node):
            for match in _FUNCTION.finditer(text) if ":function:" in text else ():
                if found := self.named_functions.get(match.group(1)):
                    yield found

    @cached_property
    def named_functions(self) -> dict[str, str]:
        """By FunctionName, as written and as evaluated; names of several functions are left out."""
        found: dict[str, str | None] = {}
        for name in self.functions:
            node = self.template.resources[name].properties.get("FunctionName")
            if node is None:
                continue
            for text in {written(node), self._text(self.scope.reduce(node))} - {"", "${…}"}:
                found[text] = name if found.get(text, name) == name else None
        return {text: name for text, name in found.items() if name is not None}

    def owner(self, name: str) -> str:
        """What a part belongs to: a version's function, an access point's file system; else the resource itself."""
        for _ in range(MAX_STEPS_UP):
            if name in self.pointers:
                return self.pointers[name]
            resource = self.template.resources.get(name)
            row = resource_type(resource.type) if resource else None
            if resource is None or row is None or not row.belongs:
                return name
            above = dict.fromkeys(names_in(self.scope.get(resource.properties, row.belongs)))
            if len(above) != 1:
                return name
            name = next(iter(above))
        return name

    def kind(self, name: str) -> str:
        """The kind of a resource of the template; "" for what stands for something else, or for nothing."""
        if name in IMPLICIT_APIS and name not in self.template.resources:
            return "api"
        resource = self.template.resources.get(name)
        if resource is None:
            return PASSED if "#" in name else ""
        if resource.type.startswith(OPAQUE_TYPES):
            return ""
        row = resource_type(resource.type)
        return OTHER if row is None else row.kind

    def one(self, node: Node | None) -> str | None:
        """The resource that a reduced value stands for, by logical id (or by id, where a parent stack passes it)."""
        names = dict.fromkeys(map(self.owner, names_in(node)))
        if len(names) > 1:
            names = dict.fromkeys(name for name in names if self.kind(name) not in ("", OTHER))
            if host := _HOST.match(node.pattern) if isinstance(node, Opaque) else None:
                names = dict.fromkeys(name for name in names if name == self.owner(host.group(1)))
        if names:
            return next(iter(names)) if len(names) == 1 and self.kind(next(iter(names))) else None
        text = self._text(node)
        if match := _OPEN.fullmatch(text):
            return self.pointers.get(match.group()[2:-1]) or self.by_name(text)
        return self.by_name(text) if text and len(text) <= MAX_TEXT else None

    @staticmethod
    def _text(node: Node | None) -> str:
        if isinstance(node, Scalar):
            return node.value if isinstance(node.value, str) else ""
        return node.pattern if isinstance(node, Opaque) and "…" not in node.pattern else ""

    @cached_property
    def _named(self) -> dict[tuple[str, str], str | None]:
        """By service and name; the service "" stands for any. None where several have the name."""
        found: dict[tuple[str, str], str | None] = {}
        for resource in self.template.resources.values():
            row = resource_type(resource.type)
            if row is None or not row.name or not row.service:
                continue
            text = _plain(self._text(self.scope.get(resource.properties, row.name)))
            if text.startswith("${AWS") and _OPEN.fullmatch(text):
                continue
            for key in ((row.service, text), ("", text)) if len(text) > 1 else ():
                found[key] = resource.name if found.get(key, resource.name) == resource.name else None
        return found

    def by_name(self, text: str) -> str | None:
        """The resource whose fixed name, ARN or queue URL a text is."""
        if not self._named:
            return None
        text = _plain(text)
        if match := _FUNCTION.search(text):
            return self._named.get(("lambda", match.group(1)))
        if text.startswith("https://sqs."):
            return self._named.get(("sqs", text.rsplit("/", 1)[-1]))
        if not text.startswith("arn:"):
            return self._named.get(("", text)) if len(text) >= SHORTEST_NAME else None
        pieces = text.split(":", 5)
        if len(pieces) < 6:
            return None
        head, *rest = re.split("[/:]", pieces[5])
        service = _KINDS.get((pieces[2], head), pieces[2])
        if service == "ssm":
            whole = pieces[5].removeprefix("parameter")
            return self._named.get(("ssm", whole)) or self._named.get(("ssm", whole.lstrip("/")))
        name = head if service in ("s3", "sqs", "sns") else rest[0] if rest else ""
        return self._named.get((service, name)) or self._named.get((service, name.rstrip("*")))


def _plain(text: str) -> str:
    """Without the colons of `${AWS::…}`, which would split an ARN."""
    return _OPEN.sub(lambda match: match.group().replace(":", ""), text) if "${" in text else text


def written(node: Node | None) -> str:
    """The text of a name as it is written: plain, or the text of an Fn::Sub; "" for anything else."""
    if isinstance(node, Scalar):
        return node.value if isinstance(node.value, str) else ""
    if isinstance(node, Mapping) and len(node.entries) == 1 and node.entries[0].key == "Fn::Sub":
        inner = node.entries[0].value
        first = inner.items[0] if isinstance(inner, Sequence) and inner.items else inner
        return written(first) if isinstance(first, Scalar) else ""
    if isinstance(node, Mapping) and len(node.entries) == 1 and node.entries[0].key == "Ref":
        inner = node.entries[0].value
        return f"${{{inner.text}}}" if isinstance(inner, Scalar) else ""
    return ""
