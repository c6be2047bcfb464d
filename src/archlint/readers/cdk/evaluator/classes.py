"""Classes of the app: definition, objects, constructors, super, and what they inherit."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from archlint.readers.cdk import program as ir
from archlint.readers.cdk.evaluator import records
from archlint.readers.cdk.evaluator.budget import CALL_DEPTH
from archlint.readers.cdk.evaluator.names import snake
from archlint.readers.cdk.evaluator.objects import CallSite, Frame, Method, NameScope, SuperOf
from archlint.readers.cdk.evaluator.operators import unknown
from archlint.readers.cdk.values import CdkInstance, CdkReference, CdkValue, Closure, Made, Member, Open, UserClass

if TYPE_CHECKING:
    from archlint.readers.cdk.evaluator.machine import Machine

_LANGUAGE = ("builtins.", "js.", "typing.", "typing_extensions.", "abc.", "enum.", "node.", "collections.", "pydantic")


def is_plain(base: CdkValue) -> bool:
    """A base of the language, which makes nothing."""
    return isinstance(base, CdkReference) and base.path.startswith(_LANGUAGE)


def define(machine: Machine, node: ir.Class, scope: NameScope) -> UserClass:
    """Runs a class body and gives the class."""
    bases = [machine.evaluate(base, scope) for base in node.bases]
    cls = UserClass(node, scope, bases)
    machine.memory.born_dict(cls.attributes)
    inner = NameScope(scope.module, scope, "class", Frame(cls, cls), cls.attributes)
    if scope.module.script:
        inner.variables = {"this": cls, node.name: cls}
    for statement in node.body:
        if isinstance(statement, ir.Define):
            function = statement.function
            value: CdkValue = Closure(function, scope.outside_classes(), owner=cls)
            cls.attributes[function.name] = value
        elif isinstance(statement, ir.Assign) and scope.module.script and isinstance(statement.target, ir.Name):
            cls.attributes[statement.target.name] = machine.evaluate(statement.value, inner)
        else:
            machine.run_block((statement,), inner)
    if records.is_enumeration(machine, cls):
        records.make_members(machine, cls)
    return cls


def instantiate(
    machine: Machine, cls: UserClass, arguments: list[CdkValue], keywords: dict[Any, CdkValue], site: CallSite
) -> CdkValue:
    """A call of a class."""
    if "members" in cls.attributes and records.is_enumeration(machine, cls):
        return records.member_by_value(machine, cls, arguments, site)
    instance = CdkInstance(cls, site.place, conditional=bool(machine.doubt or machine.stopped))
    machine.memory.born_dict(instance.attributes)
    construct(machine, instance, machine.lineage(cls), arguments, keywords, site)
    return instance


def construct(
    machine: Machine,
    instance: CdkInstance,
    lineage: list[CdkValue],
    arguments: list[CdkValue],
    keywords: dict[Any, CdkValue],
    site: CallSite,
) -> None:
    """Runs the first constructor of `lineage` for `instance`."""
    for position, cls in enumerate(lineage):
        if isinstance(cls, CdkReference) and not is_plain(cls):
            instance.made = machine.make(cls.path, arguments, keywords, site, instance=instance)
            return
        if not isinstance(cls, UserClass):
            continue
        name = "constructor" if cls.scope.module.script else "__init__"
        constructor = cls.attributes.get(name)
        if not isinstance(constructor, Closure):
            if records.is_record(machine, cls):
                records.fill(machine, instance, cls, arguments, keywords, site)
                return
            if cls.scope.module.script:
                construct(machine, instance, lineage[position + 1 :], arguments, keywords, site)
                set_fields(machine, instance, cls)
                return
            continue
        if cls.scope.module.script and not cls.bases:
            set_fields(machine, instance, cls)
        bound = Closure(constructor.function, constructor.scope, instance, cls)
        machine.call(bound, arguments, keywords, site)
        return


def set_fields(machine: Machine, instance: CdkInstance, cls: UserClass) -> None:
    """TypeScript's instance fields; they are set when the base's constructor has run."""
    if not cls.definition.fields:
        return
    inner = NameScope(cls.scope.module, cls.scope, "function", Frame(cls, instance))
    machine.memory.born_dict(inner.variables)["this"] = instance
    machine.budget.depth += CALL_DEPTH
    for item in cls.definition.fields:
        if isinstance(item.target, ir.Name):
            machine.memory.put(instance.attributes, item.target.name, machine.evaluate(item.value, inner))
    machine.budget.depth -= CALL_DEPTH


def call_super(
    machine: Machine, above: SuperOf, arguments: list[CdkValue], keywords: dict[Any, CdkValue], site: CallSite
) -> CdkValue:
    """`super().__init__(…)` and TypeScript's `super(…)`."""
    instance = above.receiver
    if isinstance(instance, CdkInstance):
        construct(machine, instance, _after(machine, above), arguments, keywords, site)
        if above.owner.scope.module.script:
            set_fields(machine, instance, above.owner)
    return None


def _after(machine: Machine, above: SuperOf) -> list[CdkValue]:
    cls = above.receiver.cls if isinstance(above.receiver, CdkInstance) else above.receiver
    lineage = machine.lineage(cls if isinstance(cls, UserClass) else above.owner)
    return lineage[lineage.index(above.owner) + 1 :] if above.owner in lineage else machine.lineage(above.owner)[1:]


def super_attribute(machine: Machine, owner: SuperOf, name: str, site: CallSite) -> CdkValue:
    """`super().name`."""
    if name in ("__init__", "constructor"):
        return Method(owner, name)
    for cls in _after(machine, owner):
        if isinstance(cls, UserClass) and name in cls.attributes:
            return _bound(machine, cls.attributes[name], cls, owner.receiver, site)
        if (
            isinstance(cls, CdkReference)
            and isinstance(owner.receiver, CdkInstance)
            and owner.receiver.made is not None
        ):
            return Member(owner.receiver.made, snake(name) if site.script else name)
    return Open(f"no base class defines {name}")


def _bound(machine: Machine, value: CdkValue, cls: UserClass, receiver: CdkValue, site: CallSite) -> CdkValue:
    if not isinstance(value, Closure) or value.owner is None:
        return value
    function = value.function
    around = receiver.cls if isinstance(receiver, CdkInstance) else receiver
    if function.kind == "static":
        return Closure(function, value.scope, cls if function.binds_this else None, cls)
    if function.kind == "class":
        return Closure(function, value.scope, around, cls)
    if function.kind == "property" and isinstance(receiver, CdkInstance):
        return machine.call(Closure(function, value.scope, receiver, cls), [], {}, site)
    return Closure(function, value.scope, receiver if isinstance(receiver, CdkInstance) else None, cls)


def instance_attribute(machine: Machine, owner: CdkInstance, name: str, site: CallSite) -> CdkValue:
    if name in owner.attributes:
        return owner.attributes[name]
    library: CdkValue = None
    for cls in machine.lineage(owner.cls):
        if isinstance(cls, UserClass):
            if name in cls.attributes:
                return _bound(machine, cls.attributes[name], cls, owner, site)
        elif not is_plain(cls):
            library = library or cls
    if isinstance(library, Open):
        return unknown(library)
    if owner.made is not None:
        return machine.attribute(owner.made, name, site)
    if name in ("__class__", "constructor"):
        return owner.cls
    if isinstance(library, CdkReference):
        return Open(f"{name} is read before the object is made")
    found = records.record_attribute(machine, owner, name)
    if found is not None:
        return found
    return None if site.script else Open(f"nothing sets {name} of {owner.cls.definition.name}")


def is_library_attribute(machine: Machine, owner: CdkInstance, name: str) -> bool:
    """Whether an attribute that the app sets on its own object means one of the library, as in a CfnFunction."""
    return any(isinstance(c, CdkReference) and ".Cfn" in c.path for c in machine.lineage(owner.cls)) and name.islower()


def class_attribute(machine: Machine, owner: UserClass, name: str, site: CallSite) -> CdkValue:
    library: CdkReference | None = None
    for cls in machine.lineage(owner):
        if isinstance(cls, UserClass):
            if name in cls.attributes:
                return _bound(machine, cls.attributes[name], cls, owner, site)
        elif isinstance(cls, CdkReference) and not is_plain(cls):
            library = library or cls
        elif isinstance(cls, Open):
            return unknown(cls)
    if name in ("__init__", "__name__", "name"):
        return Method(owner, name) if name == "__init__" else owner.definition.name
    if records.is_record(machine, owner) or records.is_enumeration(machine, owner):
        return Method(owner, name)
    if library is not None:
        return machine.attribute(library, name, site)
    return None if site.script else Open(f"{owner.definition.name} has no {name}")


def is_kind_of(machine: Machine, value: CdkValue, cls: CdkValue) -> bool | Open:
    """`isinstance` and `instanceof`."""
    if isinstance(value, CdkInstance):
        lineage = machine.lineage(value.cls)
        if any(base is cls or (isinstance(base, CdkReference) and base == cls) for base in lineage):
            return True
        sure = isinstance(cls, UserClass) or all(isinstance(b, UserClass) or is_plain(b) for b in lineage)
        return False if sure else Open("what a library's class derives from")
    if isinstance(value, Open | Member) or isinstance(cls, Open):
        return unknown(value)
    if isinstance(cls, UserClass):
        return False
    if isinstance(value, Made) and isinstance(cls, CdkReference):
        return True if value.path == cls.path else unknown(value)
    return Open("whether a value is of a library's class")
