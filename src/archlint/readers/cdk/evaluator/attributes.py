"""Attributes and elements of every kind of value."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from archlint.readers.cdk.evaluator import classes
from archlint.readers.cdk.evaluator.library.path_objects import path_attribute
from archlint.readers.cdk.evaluator.names import canonical, module_member, snake
from archlint.readers.cdk.evaluator.objects import CallSite, LoadedModule, MapOf, Method, Stat, SuperOf
from archlint.readers.cdk.evaluator.operators import as_plain, key_of, truth, unknown
from archlint.readers.cdk.values import (
    REST,
    CdkInstance,
    CdkReference,
    CdkValue,
    Closure,
    FilePath,
    Made,
    Member,
    Open,
    Several,
    Unset,
    UserClass,
)

if TYPE_CHECKING:
    from archlint.readers.cdk.evaluator.machine import Machine


_CONSTANTS: dict[str, CdkValue] = {
    "os.sep": "/",
    "os.path.sep": "/",
    "os.curdir": ".",
    "os.pardir": "..",
    "os.linesep": "\n",
    "os.name": "posix",
    "node.path.sep": "/",
    "node.path.delimiter": ":",
    "node.os.EOL": "\n",
    "js.Number.MAX_SAFE_INTEGER": 2**53 - 1,
    "typing.TYPE_CHECKING": False,
}
_OPEN = ("sys.argv", "js.process.argv", "sys.platform", "js.process.platform", "sys.version_info", "js.process.version")


def member(path: str) -> CdkValue:
    """`path` as a value: a constant, something that only the machine knows, or the name itself."""
    if path in _CONSTANTS:
        return _CONSTANTS[path]
    if path in _OPEN:
        return Open(f"only the machine that runs the app knows {path.removeprefix('js.')}")
    return CdkReference(path)


def attribute(machine: Machine, owner: CdkValue, name: str, site: CallSite) -> CdkValue:
    """`owner.name`."""
    if isinstance(owner, Open):
        return unknown(owner)
    if isinstance(owner, CdkInstance):
        return classes.instance_attribute(machine, owner, name, site)
    if isinstance(owner, UserClass):
        return classes.class_attribute(machine, owner, name, site)
    if isinstance(owner, SuperOf):
        return classes.super_attribute(machine, owner, name, site)
    if isinstance(owner, dict) and site.script:
        return _property(owner, name)
    if isinstance(owner, Made):
        spelled = snake(name) if site.script else name
        return owner.attributes[spelled] if spelled in owner.attributes else _member(owner, spelled)
    if isinstance(owner, Member):
        spelled = f"{owner.name}.{snake(name) if site.script else name}"
        return owner.owner.attributes.get(spelled, Member(owner.owner, spelled))
    if isinstance(owner, LoadedModule):
        found = module_member(owner, name)
        return machine.modules.inner(owner, name) if isinstance(found, Open) and not site.script else found
    if isinstance(owner, CdkReference):
        return reference_member(owner, name, site)
    if owner is None:
        return machine.odd(f"{name} of nothing is read here", site.place)
    return _built_in(owner, name, site)


def reference_member(owner: CdkReference, name: str, site: CallSite) -> CdkValue:
    """Something inside a library, or a value that the language itself gives."""
    path = canonical(f"{owner.path}.{snake(name) if site.script else name}")
    if owner.path == "js.process.env":
        return environment(name)
    return member(path)


def environment(name: CdkValue) -> Open:
    """A variable of the environment; account and region are never taken from an app's default."""
    known = name if isinstance(name, str) else "that is not known"
    reason = f"it comes from the environment variable {known}"
    deployed = isinstance(name, str) and name.endswith(("ACCOUNT", "REGION", "ACCOUNT_ID"))
    return Open(reason) if deployed else Unset(reason)


def _member(owner: Made, name: str) -> CdkValue:
    """The account and region of a stack are what its `env` says."""
    if name in ("account", "region") and owner.path.endswith(("Stack", "Stage")):
        env = owner.keywords.get("env")
        parts = env.keywords if isinstance(env, Made) else env
        if isinstance(parts, dict) and isinstance(parts.get(name), str):
            return parts[name]
    return Member(owner, name)


def _property(owner: dict[Any, CdkValue], name: str) -> CdkValue:
    if isinstance(owner, MapOf):
        return length(owner) if name == "size" else Method(owner, name)
    if name in owner:
        return owner[name]
    if name in ("hasOwnProperty", "toString"):
        return Method(owner, name)
    return unknown(owner[REST]) if REST in owner else None


def _built_in(owner: CdkValue, name: str, site: CallSite) -> CdkValue:
    if site.script and name in ("length", "size") and isinstance(owner, str | list):
        return length(owner)
    if isinstance(owner, Stat) and name in ("name", "parentPath", "path"):
        return owner.name if name == "name" else owner.folder
    if isinstance(owner, FilePath):
        return path_attribute(owner, name)
    if isinstance(owner, Closure) and name in ("name", "__name__"):
        return owner.function.name
    return Method(owner, name)


def length(value: str | list[CdkValue] | dict[Any, CdkValue]) -> CdkValue:
    if isinstance(value, dict) and REST in value:
        return unknown(value[REST])
    if isinstance(value, list):
        for item in value:
            if isinstance(item, Several):
                return unknown(item)
    return len(value)


def assign_attribute(machine: Machine, owner: CdkValue, name: str, value: CdkValue, site: CallSite) -> None:
    """`owner.name = value`."""
    spelled = snake(name) if site.script else name
    if isinstance(owner, CdkInstance):
        if classes.is_library_attribute(machine, owner, spelled) and owner.made is not None:
            machine.memory.put(owner.made.attributes, spelled, value)
        machine.memory.put(owner.attributes, name, value, named=not site.script)
    elif isinstance(owner, UserClass):
        machine.memory.put(owner.attributes, name, value, named=not site.script)
    elif isinstance(owner, Made):
        machine.memory.put(owner.attributes, spelled, value)
    elif isinstance(owner, Member):
        machine.memory.put(owner.owner.attributes, f"{owner.name}.{spelled}", value)
    elif isinstance(owner, LoadedModule):
        names = owner.exports if owner.script else owner.scope.variables
        machine.memory.put(names, name, value, named=True)
    elif isinstance(owner, dict) and site.script:
        machine.memory.put(owner, name, value)
    elif isinstance(owner, list) and name == "length":
        machine.memory.touch(owner)[:] = [Several("the length of an array was set")]


def element(machine: Machine, owner: CdkValue, key: CdkValue, site: CallSite) -> CdkValue:
    """`owner[key]`."""
    if isinstance(owner, CdkReference) and owner.path in ("os.environ", "js.process.env"):
        return environment(key)
    for value in (owner, key):
        if isinstance(value, Open):
            return unknown(value)
    if isinstance(owner, list | str):
        return _item(machine, owner, key, site)
    if isinstance(owner, dict):
        return _entry(machine, owner, key, site)
    if isinstance(owner, UserClass):
        named = isinstance(key, str) and (site.script or "members" in owner.attributes)
        return classes.class_attribute(machine, owner, key, site) if named else owner
    if isinstance(owner, CdkReference):
        return reference_member(owner, key, site) if site.script and isinstance(key, str) else owner
    if isinstance(key, str) and site.script and isinstance(owner, CdkInstance | LoadedModule):
        return attribute(machine, owner, key, site)
    if owner is None:
        return machine.odd("an element of nothing is read here", site.place)
    return unknown(owner)


def _item(machine: Machine, owner: list[CdkValue] | str, key: CdkValue, site: CallSite) -> CdkValue:
    if isinstance(key, str) and site.script and key.isdecimal() and len(key) < 10:
        key = int(key)
    if not isinstance(key, int):
        if site.script and isinstance(key, str):
            return attribute(machine, owner, key, site)
        return Open(f"an element by {unknown(key).reason}")
    before = owner[key:] if key < 0 else owner[: key + 1]
    for item in before if isinstance(owner, list) else ():
        if isinstance(item, Several):
            return unknown(item)
    if (key < 0 and site.script) or not -len(owner) <= key < len(owner):
        return None if site.script else machine.odd("an element beyond the end of a list is read here", site.place)
    return owner[key]


def _entry(machine: Machine, owner: dict[Any, CdkValue], key: CdkValue, site: CallSite) -> CdkValue:
    key = key_of(owner, tuple(key) if isinstance(key, list) else key)
    if isinstance(key, CdkReference | Made | Member | CdkInstance) and truth(key, site.script) is not True:
        return unknown(key)
    if isinstance(key, dict | tuple) and not isinstance(key, tuple):
        return Open("an element by something that is no text or number")
    try:
        if key in owner:
            return owner[key]
    except TypeError:
        return Open("an element by something that is no text or number")
    if site.script and isinstance(key, int) and str(key) in owner:
        return owner[str(key)]
    if REST in owner:
        return unknown(owner[REST])
    if site.script:
        return _property(owner, key) if isinstance(key, str) else None
    key = as_plain(key)
    shown = repr(key)[:60] if isinstance(key, str | int | float) else "its key"
    return machine.fail(f"a dict without {shown} is asked for it", site.place)
