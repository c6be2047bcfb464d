"""Own rules about what functions and resources are set to."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING

from archlint.finding import Hit
from archlint.knowledge.resources import resource_type
from archlint.model.coverage import NotEvaluated
from archlint.model.deployed import Deployed
from archlint.model.function import Setting
from archlint.model.place import Place
from archlint.model.resource import Resource, Scalar
from archlint.rulebook.custom.bounds import NUMBER, TEXT, TRUTH, WORDS, ValueBounds, fits, read_bounds, shown_value
from archlint.rulebook.custom.fields import Fields, filled
from archlint.values import Known, Unknown

if TYPE_CHECKING:
    from archlint.project import Project
    from archlint.rulebook.page import Page

FUNCTIONS = ("AWS::Lambda::Function", "AWS::Serverless::Function")
"""Either means every function, those of CDK apps too."""

_FORMS = {"integer": NUMBER, "gpus": NUMBER, "text": TEXT, "words": WORDS, "boolean": TRUTH, "present": TRUTH}
_PRESENT = "present"


def _reserved(deployed: Deployed) -> Setting[Scalar] | None:
    function = deployed.function
    if function.reserved_concurrency is not None:
        return Setting(function.reserved_concurrency, function.defined_at)
    macro = function.completed_by
    return None if macro is None else Setting(Unknown(f"the properties are completed by {macro}"))


def _stated(setting: Setting[str]) -> Setting[Scalar]:
    return Setting(setting.value, setting.place)


def _runtime(deployed: Deployed) -> Setting[Scalar] | None:
    setting = deployed.function.runtime
    return None if setting.value == Known(None) else Setting(setting.value, setting.place)


_OF_FUNCTION: MappingProxyType[str, tuple[str, str, Callable[[Deployed], Setting[Scalar] | None]]] = MappingProxyType(
    {
        "name": (TEXT, "", lambda one: Setting(Known(one.function.name), one.function.defined_at)),
        "package": (TEXT, "", lambda one: Setting(one.function.package, one.function.defined_at)),
        "runtime": (TEXT, "Runtime", _runtime),
        "handler": (TEXT, "Handler", lambda one: _stated(one.handler)),
        "architecture": (TEXT, "Architectures", lambda one: _stated(one.function.architecture)),
        "memory_mb": (
            NUMBER,
            "MemorySize",
            lambda one: Setting(one.function.memory_mb.value, one.function.memory_mb.place),
        ),
        "timeout_s": (
            NUMBER,
            "Timeout",
            lambda one: Setting(one.function.timeout_s.value, one.function.timeout_s.place),
        ),
        "ephemeral_mb": (
            NUMBER,
            "EphemeralStorage.Size",
            lambda one: Setting(one.function.ephemeral_mb.value, one.function.ephemeral_mb.place),
        ),
        "reserved_concurrency": (NUMBER, "ReservedConcurrentExecutions", _reserved),
    }
)
"""Kind, CloudFormation's own name and value, by name. A value of None does not apply or is given nowhere."""

_MAY_BE_ABSENT = frozenset({"reserved_concurrency"})
"""What of a function has no default."""


@dataclass(frozen=True, slots=True)
class _Subject:
    """A function or resource; `whole` says that what its declaration does not show is certainly not set."""

    id: str
    name: str
    place: Place
    setting: Setting[Scalar] | None
    whole: bool
    function: str | None = None


@dataclass(frozen=True, slots=True)
class PropertyCheck:
    """`property` is the model's name; `names` are patterns for the names of what is looked at."""

    type: str
    property: str
    bounds: ValueBounds
    names: tuple[str, ...] = ("*",)
    present: bool = False
    """The property is known only as given or not."""
    message: str = ""

    def __call__(self, project: Project, page: Page) -> Iterator[Hit]:
        """Values that are not known stay silent, and the coverage says so."""
        for subject in self._subjects(project):
            if fits(subject.name, self.names):
                yield from self._judge(project, page, subject)

    def _subjects(self, project: Project) -> Iterator[_Subject]:
        if self.type in FUNCTIONS:
            for deployed in project.functions:
                function = deployed.function
                setting = _OF_FUNCTION[self.property][2](deployed)
                if setting is not None or self.property in _MAY_BE_ABSENT:
                    yield _Subject(function.id, function.name, function.defined_at, setting, True, function.id)
            return
        for resource in project.architecture.resources:
            if resource.type == self.type:
                setting = resource.settings.get(self.property)
                yield _Subject(resource.id, resource.name, resource.place, setting, _is_whole(resource))

    def _judge(self, project: Project, page: Page, subject: _Subject) -> Iterator[Hit]:
        found = self._broken(project, page, subject)
        if found is None:
            return
        what, value, limit = found
        default = f"{self.property} of {subject.name} {what}"
        setting = subject.setting
        yield Hit(
            message=filled(self.message, default, name=subject.name, value=value, limit=limit),
            place=setting.place if setting is not None and setting.place is not None else subject.place,
            function=subject.function,
        )

    def _broken(self, project: Project, page: Page, subject: _Subject) -> tuple[str, str, str] | None:
        """(what is wrong, the value, the limit)."""
        setting = subject.setting
        if setting is not None and isinstance(setting.value, Unknown):
            if self.bounds.needs_value or setting.place is None:
                self._open(project, page, subject, setting.value.reason)
            return None
        value = setting.value.value if setting is not None and isinstance(setting.value, Known) else None
        given = setting is not None and (setting.place is not None or (self.present and value is True))
        if self.bounds.required and (not given or (self.present and value is False)):
            if subject.whole or (self.present and value is False):
                shown = "nothing" if value is None or self.present else f"the default, {shown_value(value)}"
                return "is not set", shown, "a value"
            self._open(project, page, subject, "the construct may set it")
            return None
        broken = self.bounds.broken(value) if value is not None else None
        return None if broken is None else (broken[0], shown_value(value), broken[1])

    def _open(self, project: Project, page: Page, subject: _Subject, reason: str) -> None:
        project.not_evaluated.add(NotEvaluated(page.name, subject.id, self.property, reason))


def _is_whole(resource: Resource) -> bool:
    """A template's resource shows all of its properties, a construct of CDK has its own defaults."""
    return resource.stack == resource.place.path


def read_property(fields: Fields, message: str) -> PropertyCheck:
    """`check.property`; raises CustomRuleError."""
    fields.only(("type", "property", "name", "within"), ("type", "property", "within"))
    type_, name = fields.text("type"), fields.text("property")
    rows = _rows(type_)
    if not rows:
        raise fields.error("type", f"{type_!a:.80} is no CloudFormation type whose properties archlint knows")
    known = next((own for own, (_, alias, _) in rows.items() if name in (own, alias)), None)
    if known is None:
        listed = ", ".join(f"{own} ({alias})" if alias else own for own, (_, alias, _) in rows.items())
        raise fields.error("property", f"{name!a:.80} of {type_} is not known; known are {listed}")
    kind, _, present = rows[known]
    return PropertyCheck(type_, known, read_bounds(fields, kind), fields.globs("name"), present, message)


def _rows(type_: str) -> dict[str, tuple[str, str, bool]]:
    """Kind, CloudFormation's name and whether only the presence is known, by the model's name."""
    if type_ in FUNCTIONS:
        return {name: (kind, alias, False) for name, (kind, alias, _) in _OF_FUNCTION.items()}
    row = resource_type(type_)
    settings = row.settings if row is not None else ()
    return {one.name: (_FORMS[one.form], ".".join(one.path), one.form == _PRESENT) for one in settings}
