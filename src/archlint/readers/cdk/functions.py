"""Function models from what a CDK app makes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any

from archlint.knowledge.cdk import FunctionConstruct, default, function_construct, property_names, wrapped_property
from archlint.model.function import Code, Function, Setting, Trigger, UnknownCode
from archlint.model.place import Place
from archlint.readers.cdk.code import CodeReader
from archlint.readers.cdk.overrides import overrides
from archlint.readers.cdk.reading import (
    architecture,
    argument,
    entry,
    is_given,
    is_member,
    last,
    made_of,
    megabytes,
    number,
    reason,
    runtime,
    seconds,
    text,
    whole,
)
from archlint.readers.cdk.scopes import OPEN, construct_id, construct_path
from archlint.readers.cdk.triggers import AppTriggers, Facts
from archlint.readers.cdk.values import CdkValue, Made, Open, Run
from archlint.tree import Tree
from archlint.values import Known, Unknown, Value

RESOURCE = FunctionConstruct("resource")
IMAGE_HANDLER = Unknown("an image's handler is its command")


@dataclass(frozen=True, slots=True)
class Reading:
    """The functions of an app in the order of making, with what else its resources are read from."""

    functions: tuple[Function, ...]
    made: tuple[Made, ...]
    wiring: AppTriggers
    ids: Mapping[int, str]
    """Of the functions, by the object that stands for each; `wiring` holds the objects."""
    taken: dict[str, int]
    """How often each id was wanted."""


def read_functions(run: Run, folder: str, tree: Tree) -> Iterator[Function]:
    """Every Lambda function that an app makes, in the order of making; `folder` is that of its cdk.json."""
    yield from read_made(run, folder, tree).functions


def read_made(run: Run, folder: str, tree: Tree) -> Reading:
    """As `read_functions`, with what the functions were read from."""
    made = tuple(_everything(run))
    found: list[tuple[Made, FunctionConstruct]] = []
    for item in made:
        construct = function_construct(item.path)
        if construct is not None:
            found.append((item, construct))
        elif (wrapped := _wrapped(item)) is not None:
            found.append(wrapped)
    wiring = AppTriggers(made, [item for item, _ in found])
    code = CodeReader(tree, folder, run.files)
    functions: dict[str, Function] = {}
    taken: dict[str, int] = {}
    ids: dict[int, str] = {}
    for item, construct in found:
        function = _Reader(item, construct, code, wiring.of(item)).function(folder)
        if construct.id_property is not None and function.id in functions and not function.id.endswith(OPEN):
            functions[function.id] = _joined(functions[function.id], function)
            ids[id(item)] = function.id
            continue
        taken[function.id] = count = taken.get(function.id, 0) + 1
        unique = function.id if count == 1 else f"{function.id}~{count}"
        functions[unique] = replace(function, id=unique)
        ids[id(item)] = unique
    return Reading(tuple(functions.values()), made, wiring, ids, taken)


def _joined(one: Function, other: Function) -> Function:
    """A singleton that is made twice is the first one, with the triggers of both."""
    triggers = tuple(dict.fromkeys((*one.triggers, *other.triggers)))
    return replace(one, triggers=triggers, conditional=one.conditional and other.conditional)


def _everything(run: Run) -> Iterator[Made]:
    """Each object once, in the order of making."""
    yield from {id(made): made for made in (*run.made, *(call for made in run.made for call in made.calls))}.values()


def _wrapped(made: Made) -> tuple[Made, FunctionConstruct] | None:
    """The function inside a construct that takes a function's properties."""
    wrapped = wrapped_property(made.path)
    given = entry(made, wrapped[0]) if wrapped is not None else None
    holder = given if isinstance(given, dict) else getattr(made_of(given), "keywords", None)
    if wrapped is None or not isinstance(holder, dict):
        return None
    inner = Made(
        "aws_cdk.aws_lambda.Function",
        [made, wrapped[1]],
        dict(holder),
        made.place,
        conditional=made.conditional,
        app_folder=made.app_folder,
    )
    return inner, wrapped[2]


class _Reader:
    def __init__(self, made: Made, construct: FunctionConstruct, code: CodeReader, facts: Facts) -> None:
        self.made = made
        self.construct = construct
        self.reader = code
        self.facts = facts
        self.names = property_names(construct)
        self.overrides = overrides(made)
        self.place = made.instance.place if made.instance is not None else made.place

    def get(self, name: str) -> CdkValue:
        """A property; None when it is not given."""
        changed = entry(self.overrides, name)
        return entry(self.made, name) if changed is None else changed

    def attribute(self, name: str) -> CdkValue:
        """A property by the attribute that it sets."""
        changed = entry(self.overrides, property_names(RESOURCE)[name])
        return entry(self.made, self.names[name]) if changed is None else changed

    def function(self, folder: str) -> Function:
        path = construct_path(self.made)
        package = self._package()
        code = self._code()
        return Function(
            id=f"{folder or '.'}#{path}",
            name=construct_id(self.made),
            kind="cdk-python" if self.place.path.endswith(".py") else "cdk-typescript",
            defined_at=self.place,
            conditional=self.made.conditional,
            construct_path=path,
            package=package,
            runtime=Setting(self._runtime(package)),
            handler=Setting(self._handler(package)),
            architecture=Setting(self._architecture()),
            memory_mb=Setting(self._whole("memory_mb")),
            timeout_s=Setting(self._whole("timeout_s")),
            ephemeral_mb=Setting(self._whole("ephemeral_mb")),
            code=code,
            layers=(*self.reader.layers(self.get("layers")), *self.reader.layers(self._added("add_layers"))),
            triggers=self._triggers(),
            environment=self._environment(),
            vpc=is_given(self.get("vpc")) or is_given(self.get("vpc_config")),
            efs_mounts=tuple(self._mounts()),
            snapstart=self._snapstart(),
            provisioned_concurrency=self._provisioned(),
            reserved_concurrency=self._reserved(),
            durable=is_given(self.get("durable_config")),
            capacity_provider=self.facts.managed_instances or is_given(self.get("capacity_provider_config")),
            accelerator=is_given(self.get("accelerator_config")),
            tenant_isolation=is_given(self.get("tenancy_config")),
        )

    @property
    def is_resource(self) -> bool:
        return self.construct.form == "resource"

    def _package(self) -> Value[str]:
        form = self.construct.form
        if form == "image":
            return Known("image")
        if form in ("entry", "other"):
            return Known("zip")
        if not self.is_resource:
            return self.reader.package(self.get("code"))
        code = self.get("code")
        if self.get("package_type") == "Image" or entry(code, "image_uri") is not None:
            return Known("image")
        if isinstance(code, Open):
            return Unknown(code.reason)
        inline = entry(code, "zip_file") is not None or self.get("inline_code") is not None
        return Known("inline") if inline else Known("zip")

    def _code(self) -> Code:
        form, place = self.construct.form, self.place
        if form == "other":
            return UnknownCode("it is built from another language's sources")
        if form == "entry":
            return self.reader.built(self.get("entry"), place)
        if self.is_resource:
            given = self.get("code") if self.get("code_uri") is None else self.get("code_uri")
            return self.reader.resource(given, self.made, place)
        return self.reader.code(self.get("code"), place)

    def _runtime(self, package: Value[str]) -> Value[str | None]:
        if package == Known("image"):
            return Known(None)
        given = self.get("runtime")
        return Known(self.construct.family) if given is None and self.construct.family else runtime(given)

    def _handler(self, package: Value[str]) -> Value[str]:
        given = self.get("handler")
        if package == Known("image") or is_member(given, "FROM_IMAGE"):
            return IMAGE_HANDLER
        if self.construct.form == "entry":
            return self._entry_handler(given)
        if self.construct.form == "other":
            name = text(given) if given is not None else Known("handler")
            return Known(f"index.{name.value}") if isinstance(name, Known) and "." not in name.value else name
        return text(given, "no handler is given")

    def _entry_handler(self, given: CdkValue) -> Value[str]:
        """`index` and `handler` of a PythonFunction; a slash in `index` becomes a dot."""
        index = text(self.get("index")) if self.get("index") is not None else Known(self.construct.index)
        name = text(given) if given is not None else Known(self.construct.handler)
        if isinstance(index, Unknown) or isinstance(name, Unknown):
            return index if isinstance(index, Unknown) else name
        return Known(f"{index.value.removesuffix('.py')}.{name.value}".replace("/", "."))

    def _architecture(self) -> Value[str]:
        given = self.attribute("architecture")
        if given is None and is_given(listed := self.get("architectures")):
            given = listed
        return Known(default("architecture")) if given is None else architecture(given)

    def _whole(self, attribute: str) -> Value[int]:
        given = self.attribute(attribute)
        if given is None:
            return Known(default(attribute))
        read: Mapping[str, Any] = {"memory_mb": number, "timeout_s": seconds, "ephemeral_mb": megabytes}
        return whole(read[attribute](given))

    def _added(self, method: str) -> list[CdkValue] | None:
        values = [value for call in self.made.calls if last(call.path) == method for value in call.arguments]
        return values or None

    def _environment(self) -> Mapping[str, Value[str]]:
        given = self.get("environment")
        variables = entry(given, "variables") if self.is_resource else given
        found = (
            {str(key): text(value, "it is no plain text") for key, value in variables.items()}
            if isinstance(variables, dict)
            else {}
        )
        for call in self.made.calls:
            name = argument(call, 0, "key")
            if last(call.path) == "add_environment" and isinstance(name, str):
                found[str(name)] = text(argument(call, 1, "value"), "it is no plain text")
        found.pop("**", None)
        return MappingProxyType(found)

    def _mounts(self) -> Iterator[str]:
        for name in self.names["file_systems"]:
            given = self.get(name)
            for item in given if isinstance(given, list) else [given] if is_given(given) else []:
                made = made_of(item)
                at = argument(made, 1, "mount_path") if made is not None else None
                at = entry(item, "local_mount_path") if at is None else at
                yield str(at) if isinstance(at, str) else "/mnt"

    def _snapstart(self) -> bool:
        given = self.attribute("snap_start")
        return is_member(given, "ON_PUBLISHED_VERSIONS") or is_member(given, "PublishedVersions")

    def _provisioned(self) -> bool:
        options = "current_version_options.provisioned_concurrent_executions"
        return (
            self.facts.provisioned
            or is_given(self.get(options))
            or is_given(self.get("provisioned_concurrency_config"))
        )

    def _reserved(self) -> Value[int] | None:
        given = self.get("reserved_concurrent_executions")
        return None if given is None else whole(number(given, reason(given, "it is no number")))

    def _triggers(self) -> tuple[Trigger, ...]:
        own = self.construct.trigger
        place: Place = self.place
        return (*((Trigger(own, False, place),) if own else ()), *self.facts.triggers)
