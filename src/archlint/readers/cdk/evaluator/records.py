"""Classes whose constructor is generated (dataclass, NamedTuple, BaseModel) and enumerations."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from archlint.readers.cdk import program as ir
from archlint.readers.cdk.evaluator.objects import CallSite, Frame, Method, NameScope
from archlint.readers.cdk.evaluator.operators import equal, unknown
from archlint.readers.cdk.values import REST, CdkInstance, CdkReference, CdkValue, Closure, Made, Open, Unset, UserClass

if TYPE_CHECKING:
    from archlint.readers.cdk.evaluator.machine import Machine

_RECORD_BASES = ("NamedTuple", "BaseModel", "BaseSettings", "TypedDict", "Struct")
_RECORD_DECORATORS = ("dataclass", "define", "frozen", "attrs", "s")
_ENUMERATIONS = ("enum.Enum", "enum.StrEnum", "enum.IntEnum", "enum.Flag", "enum.IntFlag")


def _last(value: CdkValue) -> str:
    if isinstance(value, CdkReference | Made):
        return value.path.rsplit(".", 1)[-1]
    return ""


def is_record(machine: Machine, cls: UserClass) -> bool:
    if cls.scope.module.script:
        return False
    for base in machine.lineage(cls):
        if isinstance(base, CdkReference) and _last(base) in _RECORD_BASES:
            return True
        if isinstance(base, UserClass) and any(_names_record(node) for node in base.definition.decorators):
            return True
    return False


def _names_record(node: ir.Expression) -> bool:
    if isinstance(node, ir.Call):
        node = node.function
    name = node.name if isinstance(node, ir.Name | ir.Attribute) else ""
    return name in _RECORD_DECORATORS


def is_enumeration(machine: Machine, cls: UserClass) -> bool:
    return any(isinstance(base, CdkReference) and base.path in _ENUMERATIONS for base in machine.lineage(cls))


def make_members(machine: Machine, cls: UserClass) -> None:
    """The members of an enumeration replace its plain class attributes. Members of an enumeration of texts count as
    their text when they are compared or handed to the library."""
    paths = [base.path for base in machine.lineage(cls) if isinstance(base, CdkReference)]
    is_text = "enum.StrEnum" in paths or "builtins.str" in paths
    members: list[CdkValue] = []
    for name, value in list(cls.attributes.items()):
        if isinstance(value, Closure) or name.startswith("_"):
            continue
        if isinstance(value, Open) and value.reason == "enum.auto":
            value = name.lower() if "enum.StrEnum" in paths else len(members) + 1
        member = CdkInstance(cls, cls.definition.place, {"name": name, "value": value})
        if is_text and isinstance(value, str):
            member.attributes["is_text"] = True
        if "enum.StrEnum" in paths and isinstance(value, str):
            member.attributes["as_text"] = value
        elif not is_text and "enum.IntEnum" not in paths and "__str__" not in cls.attributes:
            member.attributes["as_text"] = f"{cls.definition.name}.{name}"
        cls.attributes[name] = member
        members.append(member)
    cls.attributes["members"] = members


def member_by_value(machine: Machine, cls: UserClass, arguments: list[CdkValue], site: CallSite) -> CdkValue:
    """`Color("red")`."""
    wanted = arguments[0] if arguments else None
    if isinstance(wanted, Open):
        return unknown(wanted)
    for member in cls.attributes["members"]:
        if member is wanted or equal(member.attributes["value"], wanted, False, machine.budget) is True:
            return member
    return machine.fail(f"{cls.definition.name} has no such member", site.place)


def fields_of(machine: Machine, cls: UserClass) -> dict[str, tuple[UserClass, ir.Assign]]:
    """The fields in order, each with the class that says its default."""
    found: dict[str, tuple[UserClass, ir.Assign]] = {}
    for base in reversed(machine.lineage(cls)):
        if isinstance(base, UserClass):
            for item in base.definition.fields:
                if isinstance(item.target, ir.Name):
                    found[item.target.name] = (base, item)
    return found


def fill(
    machine: Machine,
    instance: CdkInstance,
    cls: UserClass,
    arguments: list[CdkValue],
    keywords: dict[Any, CdkValue],
    site: CallSite,
) -> None:
    """The generated constructor."""
    waiting = list(arguments)
    attributes = instance.attributes
    for name, (owner, item) in fields_of(machine, cls).items():
        if waiting:
            attributes[name] = waiting.pop(0)
        elif name in keywords:
            attributes[name] = keywords[name]
        elif REST in keywords:
            attributes[name] = unknown(keywords[REST])
        else:
            attributes[name] = _default(machine, owner, item)
    for name, value in keywords.items():
        attributes.setdefault(name, value)
    after = next((c.attributes["__post_init__"] for c in machine.lineage(cls) if _has_after(c)), None)
    if isinstance(after, Closure):
        machine.call(Closure(after.function, after.scope, instance, cls), [], {}, site)


def _has_after(cls: CdkValue) -> bool:
    return isinstance(cls, UserClass) and "__post_init__" in cls.attributes


def _default(machine: Machine, owner: UserClass, item: ir.Assign) -> CdkValue:
    name = item.target.name if isinstance(item.target, ir.Name) else ""
    given = owner.attributes.get(name)
    if name in owner.attributes and not isinstance(given, list | dict):
        return given
    inner = NameScope(owner.scope.module, owner.scope, "class", Frame(owner, owner), owner.attributes)
    value = machine.evaluate(item.value, inner)
    if isinstance(value, Open) and value.reason == ir.NO_DEFAULT:
        settings = any(isinstance(b, CdkReference) and _last(b) == "BaseSettings" for b in machine.lineage(owner))
        reason = f"it comes from the environment variable {name.upper()}"
        return Unset(reason) if settings else Open(f"nothing is given for {name}")
    return value


def record_attribute(machine: Machine, owner: CdkInstance, name: str) -> CdkValue:
    """What a record's base class gives; None for anything else."""
    if name in ("model_dump", "dict", "_asdict", "to_dict", "copy", "model_copy") and is_record(machine, owner.cls):
        return Method(owner, name)
    return None
