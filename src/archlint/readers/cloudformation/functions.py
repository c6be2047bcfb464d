"""Function resources of a template, with the values that hold when it is deployed with its defaults."""

from __future__ import annotations

from collections.abc import Iterator

from archlint.model.function import Code, Function, Ignore, Setting, Trigger, UnknownCode
from archlint.model.place import Place
from archlint.readers.cloudformation.code import image_code, layers, zip_code
from archlint.readers.cloudformation.lookup import FUNCTION_TYPES, Lookup, references, walk
from archlint.readers.cloudformation.parts import merge_mappings, wanted_globals
from archlint.readers.cloudformation.reduced import reason_of, span
from archlint.readers.cloudformation.sam_events import sam_triggers, url_trigger
from archlint.readers.cloudformation.scope import Scope
from archlint.readers.cloudformation.template import Template, TemplateResource
from archlint.readers.cloudformation.triggers import TriggerIndex
from archlint.syntax.node import Mapping, Node, Opaque, Reference, Scalar, Sequence
from archlint.tree import Tree
from archlint.values import Known, Unknown, Value

MOUNT_TARGET = "AWS::EFS::MountTarget"


def unawaited_mount_targets(resource: TemplateResource, template: Template) -> tuple[str, ...]:
    """All mount targets of the template, where a resource waits for none of them; else nothing."""
    targets = tuple(name for name, other in template.resources.items() if other.type == MOUNT_TARGET)
    return () if not targets or _before(resource, template) & set(targets) else targets


def _before(resource: TemplateResource, template: Template) -> set[str]:
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


DEFAULTS = {"MemorySize": 128, "Timeout": 3, "EphemeralStorage": 512}
"""CloudFormation's own defaults: MB, seconds, MB."""

PLACES = {
    "snapstart": "SnapStart",
    "provisioned_concurrency": "ProvisionedConcurrencyConfig",
    "efs_mounts": "FileSystemConfigs",
    "accelerator": "AcceleratorConfig",
}


def read_functions(lookup: Lookup, tree: Tree) -> Iterator[Function]:
    """Every Lambda function of the template, in order of writing."""
    template, scope = lookup.template, lookup.scope
    wiring = TriggerIndex(lookup, tree)
    always = template.open_scope()
    for resource in template.resources.values():
        if resource.type in FUNCTION_TYPES:
            yield _Reader(template, resource, scope, tree).function(wiring, always)


class _Reader:
    def __init__(self, template: Template, resource: TemplateResource, scope: Scope, tree: Tree) -> None:
        self.template = template
        self.resource = resource
        self.scope = scope
        self.tree = tree
        self.sam = resource.type == "AWS::Serverless::Function"
        general = wanted_globals(template.globals, resource.body.get("IgnoreGlobals")) if self.sam else None
        self.properties = merge_mappings(general, resource.properties)
        self.macro = _completed_elsewhere(self.properties)

    def get(self, *keys: str) -> Node | None:
        return self.scope.get(self.properties, *keys)

    def absent(self, key: str) -> str:
        """Why a property is open that the template does not give."""
        return f"the properties are completed by {self.macro}" if self.macro else f"the template gives no {key}"

    def place(self, key: str) -> Place | None:
        entry = self.properties.entry(key)
        return None if entry is None else span(entry)

    def function(self, wiring: TriggerIndex, always: Scope) -> Function:
        resource = self.resource
        package = self._package()
        layers_node = self.get("Layers")
        return Function(
            id=f"{resource.place.path}#{resource.name}",
            name=resource.name,
            kind="sam" if self.sam else "cloudformation",
            defined_at=resource.place,
            conditional=self._is_conditional(always),
            package=package,
            runtime=self._runtime(package),
            handler=Setting(self._text("Handler"), self.place("Handler")),
            architecture=self._architecture(),
            memory_mb=self._number("MemorySize"),
            timeout_s=self._number("Timeout"),
            ephemeral_mb=self._number("EphemeralStorage", "Size"),
            code=self._code(package),
            layers=layers(layers_node, self.template, self.scope, self.tree),
            layers_place=self.place("Layers"),
            triggers=(*self._own_triggers(), *wiring.of(resource.name)),
            environment=self._environment(),
            vpc=self.get("VpcConfig") is not None,
            efs_mounts=self._mounts(),
            snapstart=self._is("PublishedVersions", "SnapStart", "ApplyOn"),
            provisioned_concurrency=self.get("ProvisionedConcurrencyConfig") is not None
            or resource.name in wiring.provisioned,
            reserved_concurrency=self._reserved(),
            durable=self.get("DurableConfig") is not None,
            capacity_provider=self.get("CapacityProviderConfig") is not None,
            accelerator=self._has_accelerator(),
            tenant_isolation=self.get("TenancyConfig") is not None,
            ignores=tuple(self._ignores()),
            places=self._places(),
            unawaited_mount_targets=unawaited_mount_targets(resource, self.template) if self._mounts() else (),
            completed_by=self.macro,
        )

    def _package(self) -> Value[str]:
        declared, whole = self.get("PackageType"), None if self.sam else self.get("Code")
        if isinstance(declared, Scalar) and declared.text == "Image":
            return Known("image")
        if isinstance(declared, Opaque | Reference):
            return Unknown(reason_of(declared, "PackageType is no text"))
        if isinstance(whole, Opaque | Reference):
            return Unknown(reason_of(whole, "Code is no mapping"))
        if (self.get("InlineCode") if self.sam else self.get("Code", "ZipFile")) is not None:
            return Known("inline")
        if declared is None and (self.get("ImageUri") if self.sam else self.get("Code", "ImageUri")) is not None:
            return Known("image")
        return Unknown(self.absent("PackageType")) if self.macro and declared is None else Known("zip")

    def _runtime(self, package: Value[str]) -> Setting[str | None]:
        if package == Known("image"):
            return Setting(Known(None))
        return Setting(self._text("Runtime"), self.place("Runtime"))

    def _text(self, key: str) -> Value[str]:
        return self.scope.text(self.get(key), self.absent(key))

    def _number(self, key: str, *below: str) -> Setting[int]:
        whole, node = self.get(key), self.get(key, *below)
        if whole is None:
            return Setting(Unknown(self.absent(key)) if self.macro else Known(DEFAULTS[key]), None)
        return Setting(self.scope.integer(node, f"{key} has no {' and '.join(below)}"), self.place(key))

    def _architecture(self) -> Setting[str]:
        node = self.get("Architectures")
        if node is None:
            return Setting(Unknown(self.absent("Architectures")) if self.macro else Known("x86_64"), None)
        items = self.scope.items(node)
        if len(items) > 1:
            return Setting(Unknown("Architectures has several values"), self.place("Architectures"))
        return Setting(self.scope.text(items[0] if items else None), self.place("Architectures"))

    def _is_conditional(self, always: Scope) -> bool:
        condition = self.resource.condition
        return condition is not None and always.condition(condition) is not True

    def _code(self, package: Value[str]) -> Code:
        if isinstance(package, Unknown):
            return UnknownCode(package.reason)
        if package.value == "image":
            return image_code(self.properties, self.resource, self.scope, self.tree)
        return zip_code(self.properties, self.resource, self.scope, self.tree, self.template.text)

    def _own_triggers(self) -> Iterator[Trigger]:
        if not self.sam:
            return
        events = self.get("Events")
        if isinstance(events, Mapping):
            yield from sam_triggers(events, self.template, self.scope)
        url = url_trigger(self.properties, self.scope)
        if url is not None:
            yield url

    def _environment(self) -> dict[str, Value[str]]:
        variables = self.get("Environment", "Variables")
        if not isinstance(variables, Mapping):
            return {}
        return {e.key: self.scope.text(self.scope.get(variables, e.key)) for e in variables}

    def _places(self) -> dict[str, Place]:
        return {name: place for name, key in PLACES.items() if (place := self.place(key)) is not None}

    def _mounts(self) -> tuple[str, ...]:
        paths = [self.scope.get(item, "LocalMountPath") for item in self.scope.items(self.get("FileSystemConfigs"))]
        return tuple(path.text if isinstance(path, Scalar) else "/mnt" for path in paths)

    def _is(self, expected: str, *keys: str) -> bool:
        node = self.get(*keys)
        return isinstance(node, Scalar) and node.text == expected

    def _reserved(self) -> Value[int] | None:
        node = self.get("ReservedConcurrentExecutions")
        return None if node is None else self.scope.integer(node)

    def _has_accelerator(self) -> bool:
        """AcceleratorConfig stands on the function or below its capacity provider's configuration."""
        provider = walk(self.get("CapacityProviderConfig"))
        return self.get("AcceleratorConfig") is not None or any(
            isinstance(node, Mapping) and "AcceleratorConfig" in node for node in provider
        )

    def _ignores(self) -> Iterator[Ignore]:
        """`Metadata: {archlint: {ignore: [{rule: …, reason: …}]}}`."""
        entries = self.scope.get(self.resource.body.get("Metadata"), "archlint", "ignore")
        if not isinstance(entries, Sequence):
            return
        for item in self.scope.items(entries):
            rule, reason = self.scope.get(item, "rule"), self.scope.get(item, "reason")
            if isinstance(rule, Scalar):
                yield Ignore(rule.text, reason.text if isinstance(reason, Scalar) else "", item.place)


def _completed_elsewhere(properties: Mapping) -> str | None:
    """What adds properties that the template does not show: an include, a macro, a loop that stays open."""
    return next((e.key for e in properties if e.key == "Fn::Transform" or e.key.startswith("Fn::ForEach::")), None)
