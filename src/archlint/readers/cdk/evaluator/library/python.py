"""Python's built-in functions and the parts of its standard library that apps compute with."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING

from archlint.readers.cdk.evaluator import classes
from archlint.readers.cdk.evaluator.attributes import assign_attribute, length
from archlint.readers.cdk.evaluator.library import python_files, python_sequences
from archlint.readers.cdk.evaluator.library.data import load, loads, to_json
from archlint.readers.cdk.evaluator.library.helper import Helper, Invocation, first, fixed, pure, strict
from archlint.readers.cdk.evaluator.library.methods import copied
from archlint.readers.cdk.evaluator.operators import text, truth, unknown
from archlint.readers.cdk.values import CdkInstance, CdkReference, CdkValue, Closure, FilePath, Made, Open, UserClass

if TYPE_CHECKING:
    from archlint.readers.cdk.evaluator.machine import Machine


def _len(value: CdkValue) -> CdkValue:
    return length(value) if isinstance(value, str | list | dict) else unknown(value)


def _str(at: Invocation, value: CdkValue = "") -> CdkValue:
    if isinstance(value, CdkInstance) and "as_text" not in value.attributes:
        method = at.machine.attribute(value, "__str__", at.site)
        if isinstance(method, Closure):
            return at.run(method)
    return text(value, at.script)


def _int(value: CdkValue = 0) -> CdkValue:
    if isinstance(value, str):
        return int(value) if len(value) < 30 else Open("a number too large to follow")
    return int(value) if isinstance(value, int | float) else unknown(value)


def _float(value: CdkValue = 0.0) -> CdkValue:
    return float(value) if isinstance(value, int | float | str) else unknown(value)


def _bool(at: Invocation, value: CdkValue = False) -> CdkValue:
    return truth(value, at.script)


def _isinstance(at: Invocation) -> CdkValue:
    value, wanted = at.arguments
    doubt: Open | None = None
    for cls in wanted if isinstance(wanted, list) else [wanted]:
        found = _is_of(at.machine, value, cls)
        if found is True:
            return True
        doubt = found if isinstance(found, Open) else doubt
    return doubt or False


_TYPES: dict[str, tuple[type, ...]] = {
    "builtins.str": (str,),
    "builtins.int": (int,),
    "builtins.float": (float,),
    "builtins.bool": (bool,),
    "builtins.list": (list,),
    "builtins.tuple": (list,),
    "builtins.set": (list,),
    "builtins.dict": (dict,),
    "pathlib.Path": (FilePath,),
    "collections.abc.Mapping": (dict,),
    "typing.Mapping": (dict,),
}


def _is_of(machine: Machine, value: CdkValue, cls: CdkValue) -> bool | Open:
    if isinstance(cls, CdkReference) and cls.path in _TYPES:
        if isinstance(value, Open | Made):
            return unknown(value)
        return isinstance(value, _TYPES[cls.path])
    return classes.is_kind_of(machine, value, cls)


def _hasattr(at: Invocation, owner: CdkValue, name: str) -> CdkValue:
    if not isinstance(owner, CdkInstance):
        return Open("whether an object has an attribute")
    gaps = len(at.machine.run.gaps)
    found = at.machine.attribute(owner, name, at.site)
    del at.machine.run.gaps[gaps:]
    return unknown(found) if isinstance(found, Open) and owner.made is not None else not isinstance(found, Open)


def _getattr(at: Invocation) -> CdkValue:
    owner, name = at.arguments[0], at.arguments[1]
    if not isinstance(name, str):
        return unknown(name)
    found = at.machine.attribute(owner, name, at.site)
    if isinstance(found, Open) and len(at.arguments) > 2 and isinstance(owner, CdkInstance) and owner.made is None:
        return at.arguments[2]
    return found


def _setattr(at: Invocation) -> CdkValue:
    owner, name, value = at.arguments
    if isinstance(name, str):
        assign_attribute(at.machine, owner, name, value, at.site)
    return None


def _type(value: CdkValue) -> CdkValue:
    return value.cls if isinstance(value, CdkInstance) else Open("the type of a value")


def _field(at: Invocation) -> CdkValue:
    """A dataclass's `field(…)` and pydantic's `Field(…)`: their default."""
    if "default_factory" in at.keywords:
        return at.run(at.keywords["default_factory"])
    if at.arguments:
        return at.arguments[0]
    return at.keywords.get("default", Open("it has no default"))


def _exit(at: Invocation) -> CdkValue:
    """What follows is read all the same, in doubt."""
    if not at.machine.doubt and not at.machine.learning:
        at.machine.stopped = at.machine.stopped or "the app ends before"
    return None


def _rounded(value: CdkValue, digits: int | None = None) -> CdkValue:
    return round(value, digits) if isinstance(value, int | float) else unknown(value)


def _search(at: Invocation) -> CdkValue:
    """`sys.path.append(folder)` and `sys.path.insert(0, folder)`."""
    folder = python_files.folder_of(at.machine, at.arguments[-1])
    if folder is not None and len(at.machine.modules.search) < 20 and folder not in at.machine.modules.search:
        at.machine.modules.search.append(folder)
    return None


def _dedent(value: CdkValue) -> CdkValue:
    return textwrap.dedent(value) if isinstance(value, str) else unknown(value)


def _callable(value: CdkValue) -> CdkValue:
    return isinstance(value, Closure | UserClass) or (
        isinstance(value, CdkReference) and Open("whether it is callable")
    )


_BUILTINS: dict[str, Helper] = {
    "len": pure(_len),
    "str": strict(_str),
    "int": pure(_int),
    "float": pure(_float),
    "bool": strict(_bool),
    "abs": pure(abs),
    "round": pure(_rounded),
    "isinstance": _isinstance,
    "hasattr": strict(_hasattr),
    "getattr": _getattr,
    "setattr": _setattr,
    "type": pure(_type),
    "callable": pure(_callable),
    "print": fixed(None),
    "exit": _exit,
    "quit": _exit,
}

HELPERS: dict[str, Helper] = {
    **{f"builtins.{name}": helper for name, helper in _BUILTINS.items()},
    **python_files.HELPERS,
    **python_sequences.HELPERS,
    "json.loads": strict(loads("json")),
    "json.load": load("json"),
    "json.dumps": to_json,
    "yaml.safe_load": load("yaml"),
    "yaml.load": load("yaml"),
    "yaml.full_load": load("yaml"),
    "tomllib.load": load("toml"),
    "tomllib.loads": load("toml"),
    "toml.load": load("toml"),
    "copy.copy": copied,
    "copy.deepcopy": copied,
    "dataclasses.field": _field,
    "pydantic.Field": _field,
    "dataclasses.asdict": pure(lambda value: dict(value.attributes)),
    "enum.auto": fixed(Open("enum.auto")),
    "typing.cast": lambda at: at.arguments[1],
    "asyncio.run": first,
    "textwrap.dedent": pure(_dedent),
    "sys.exit": _exit,
    "sys.path.append": _search,
    "sys.path.insert": _search,
    "dotenv.load_dotenv": fixed(None),
    "js.process.exit": _exit,
}
