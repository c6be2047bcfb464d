"""JavaScript's built-in objects and Node's file and path modules."""

from __future__ import annotations

import math
import posixpath
import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from archlint.readers.cdk.evaluator import paths
from archlint.readers.cdk.evaluator.iterate import distinct
from archlint.readers.cdk.evaluator.library import python_files
from archlint.readers.cdk.evaluator.library.data import load, loads, to_json
from archlint.readers.cdk.evaluator.library.dict_methods import blur, listing
from archlint.readers.cdk.evaluator.library.helper import Helper, Invocation, first, fixed, pure, strict
from archlint.readers.cdk.evaluator.library.methods import copied
from archlint.readers.cdk.evaluator.library.path_objects import exists, read, relative
from archlint.readers.cdk.evaluator.objects import LoadedModule, MapOf, Stat
from archlint.readers.cdk.evaluator.operators import kind, text, truth, unknown
from archlint.readers.cdk.values import REST, CdkInstance, CdkValue, Open, UserClass

if TYPE_CHECKING:
    from archlint.readers.cdk.evaluator.machine import Machine

_INTEGER = re.compile(r"\s*([+-]?\d{1,29})")
_FLOAT = re.compile(r"\s*([+-]?\d{1,29}(?:\.\d{1,29})?)")


def _as_dict(value: CdkValue) -> CdkValue:
    """What Object's functions see of a value."""
    if isinstance(value, CdkInstance) and value.made is None:
        return value.attributes
    if isinstance(value, UserClass):
        return {k: v for k, v in value.attributes.items() if k != "members"}
    if isinstance(value, LoadedModule):
        return {name: value.scope.variables.get(name) for name in value.exports}
    if isinstance(value, list | str):
        return {str(position): item for position, item in enumerate(value)}
    return value


def _listing(name: str) -> Helper:
    def helper(at: Invocation, value: CdkValue) -> CdkValue:
        found = _as_dict(value)
        return at.memory.born_list(listing(found, name)) if isinstance(found, dict) else unknown(value)

    return strict(helper)


def _assign(at: Invocation) -> CdkValue:
    target = at.arguments[0]
    if isinstance(target, CdkInstance):
        target = target.attributes
    if not isinstance(target, dict):
        return unknown(target)
    for value in at.arguments[1:]:
        found = _as_dict(value)
        if found is None:
            continue
        if not isinstance(found, dict) or REST in found:
            blur(at, target, unknown(found[REST] if isinstance(found, dict) else found))
        for key, item in found.items() if isinstance(found, dict) else ():
            at.memory.put(target, key, item)
    return at.arguments[0]


def _from_entries(at: Invocation) -> CdkValue:
    items = at.items(at.arguments[0]) if at.arguments and at.arguments[0] is not None else []
    if isinstance(items, Open):
        return at.memory.born_dict({REST: items})
    found: dict[Any, CdkValue] = {}
    for pair in items:
        if isinstance(pair, list) and len(pair) == 2 and not isinstance(pair[0], Open | dict):
            found[tuple(pair[0]) if isinstance(pair[0], list) else pair[0]] = pair[1]
        else:
            found[REST] = unknown(pair)
    return at.memory.born_dict(found)


def _map(at: Invocation) -> CdkValue:
    found = MapOf(_from_entries(at))
    at.memory.born_dict(found)
    return found


def _array_from(at: Invocation) -> CdkValue:
    value = at.arguments[0]
    if isinstance(value, dict) and "length" in value:
        length = value["length"]
        if not isinstance(length, int):
            return unknown(length)
        refused = at.budget.items(length)
        if refused is not None:
            return at.machine.beyond(refused, at.site.place)
        items: list[CdkValue] | Open = [None] * length
    else:
        items = at.items(value)
    if isinstance(items, Open):
        return items
    if len(at.arguments) > 1:
        items = [at.run(at.arguments[1], item, position) for position, item in enumerate(items)]
    return at.memory.born_list(items)


def _array(at: Invocation) -> CdkValue:
    if len(at.arguments) == 1 and isinstance(at.arguments[0], int):
        return _array_from(at.with_arguments({"length": at.arguments[0]}))
    return at.memory.born_list(list(at.arguments))


def _set(at: Invocation) -> CdkValue:
    items = at.items(at.arguments[0]) if at.arguments and at.arguments[0] is not None else []
    return items if isinstance(items, Open) else at.memory.born_list(distinct(at.machine, items, True))


def _number(value: CdkValue = 0) -> CdkValue:
    if isinstance(value, str):
        match = _FLOAT.fullmatch(value.strip())
        return _parsed(match.group(1)) if match else Open("a text that is no number")
    return float(value) if isinstance(value, bool) else value if isinstance(value, int | float) else unknown(value)


def _parse(pattern: re.Pattern[str]) -> Helper:
    def helper(value: CdkValue, radix: CdkValue = 10) -> CdkValue:
        if isinstance(value, int | float):
            return int(value) if pattern is _INTEGER else value
        match = pattern.match(value) if isinstance(value, str) and radix == 10 else None
        return _parsed(match.group(1)) if match else Open("a text that is no number")

    return pure(helper)


def _parsed(digits: str) -> float:
    number = float(digits)
    return int(digits) if "." not in digits else int(number) if number.is_integer() else number


def _math(name: str) -> Helper:
    def helper(*values: CdkValue) -> CdkValue:
        if not all(isinstance(value, int | float) for value in values):
            return unknown(next(value for value in values if not isinstance(value, int | float)))
        if name == "round":
            return math.floor(values[0] + 0.5)
        if name in ("max", "min"):
            return max(values) if name == "max" else min(values)
        return abs(values[0]) if name == "abs" else getattr(math, name)(values[0])

    return pure(helper)


def _typeof(at: Invocation) -> CdkValue:
    return kind(at.arguments[0]) or unknown(at.arguments[0])


def _require(at: Invocation) -> CdkValue:
    name = at.arguments[0]
    if not isinstance(name, str):
        return Open("a module by a name that is not known")
    found = at.machine.modules.script_module(name, at.site.scope, at.site.place)
    return found.exports["="] if isinstance(found, LoadedModule) and isinstance(found.exports.get("="), dict) else found


def _boolean(value: CdkValue = None) -> CdkValue:
    return truth(value, True)


def _resolve(at: Invocation, *values: CdkValue) -> CdkValue:
    parts = [text(value, True) for value in values]
    plain = [part for part in parts if isinstance(part, str)]
    if len(plain) < len(parts):
        return next(part for part in parts if isinstance(part, Open))
    return paths.resolved(paths.join(plain), at.machine.folder)


def _join(*values: CdkValue) -> CdkValue:
    """Unlike Python's, it never starts anew at an absolute part."""
    plain: list[str] = []
    for value in values:
        if not isinstance(value, str):
            return unknown(value)
        plain.append(value)
    return paths.normal("/".join(part for part in plain if part))


def _basename(value: str, ending: str = "") -> CdkValue:
    name = posixpath.basename(value)
    return name.removesuffix(ending) if name != ending else name


def _parse_path(at: Invocation, value: str) -> CdkValue:
    base = posixpath.basename(value)
    stem, ending = posixpath.splitext(base)
    return at.memory.born_dict({"dir": posixpath.dirname(value), "base": base, "name": stem, "ext": ending})


def _exists(at: Invocation, value: CdkValue) -> CdkValue:
    path = paths.repository_path(value, at.machine.folder)
    return Open("it leads out of the scanned folder") if path is None else exists(at.machine, path, "exists")


def _stat(at: Invocation, value: CdkValue, *_: CdkValue) -> CdkValue:
    path = paths.repository_path(value, at.machine.folder)
    if path is None:
        return Open("it leads out of the scanned folder")
    return Stat(at.machine.tree.is_file(path), at.machine.tree.is_dir(path))


def _read(at: Invocation) -> CdkValue:
    return read(at.machine, at.arguments[0], at.site)


def _names(at: Invocation) -> CdkValue:
    options = at.arguments[1] if len(at.arguments) > 1 else None
    entries = isinstance(options, dict) and options == {"withFileTypes": True}
    if options is not None and not entries and not isinstance(options, str):
        return Open("a listing of a folder with options")
    found = python_files.HELPERS["os.listdir"](replace(at, arguments=at.arguments[:1]))
    if not entries or not isinstance(found, list):
        return found
    return at.memory.born_list([_entry(at.machine, at.arguments[0], name) for name in found])


def _entry(machine: Machine, folder: str, name: CdkValue) -> CdkValue:
    """An entry of a folder: a link is neither a file nor a folder."""
    path = paths.repository_path(paths.join([folder, name]), machine.folder) if isinstance(name, str) else None
    if path is None:
        return unknown(name)
    plain = not machine.tree.is_link(path)
    return Stat(plain and machine.tree.is_file(path), plain and machine.tree.is_dir(path), name, folder)


def _url_path(value: CdkValue) -> CdkValue:
    return value.removeprefix("file://") if isinstance(value, str) else unknown(value)


def _timeout(at: Invocation) -> CdkValue:
    return at.run(at.arguments[0])


_FS: dict[str, Helper] = {
    "read_file_sync": _read,
    "read_file": _read,
    "exists_sync": strict(_exists),
    "readdir_sync": _names,
    "readdir": _names,
    "stat_sync": strict(_stat),
    "lstat_sync": strict(_stat),
    "write_file_sync": fixed(None),
    "mkdir_sync": fixed(None),
    "copy_file_sync": fixed(None),
    "rm_sync": fixed(None),
    "read_json_sync": load("json"),
}
_PATH: dict[str, Helper] = {
    "join": pure(_join),
    "resolve": strict(_resolve),
    "dirname": python_files.HELPERS["os.path.dirname"],
    "normalize": python_files.HELPERS["os.path.normpath"],
    "is_absolute": python_files.HELPERS["os.path.isabs"],
    "basename": pure(_basename),
    "extname": pure(lambda value: posixpath.splitext(value)[1]),
    "relative": pure(lambda start, value: relative(value, start)),
    "parse": strict(_parse_path),
}
HELPERS: dict[str, Helper] = {
    "js.Object.keys": _listing("keys"),
    "js.Object.values": _listing("values"),
    "js.Object.entries": _listing("entries"),
    "js.Object.assign": _assign,
    "js.Object.freeze": first,
    "js.Object.from_entries": _from_entries,
    "js.Map": _map,
    "js.Set": _set,
    "js.Array": _array,
    "js.Array.from_": _array_from,
    "js.Array.of": lambda at: at.memory.born_list(list(at.arguments)),
    "js.Array.is_array": pure(lambda value: isinstance(value, list)),
    "js.JSON.parse": strict(loads("json")),
    "js.JSON.stringify": to_json,
    "js.Number": pure(_number),
    "js.Number.parse_int": _parse(_INTEGER),
    "js.Number.parse_float": _parse(_FLOAT),
    "js.parseInt": _parse(_INTEGER),
    "js.parseFloat": _parse(_FLOAT),
    "js.isNaN": pure(lambda value: not isinstance(value, int | float) and unknown(value)),
    "js.String": pure(lambda value="": text(value, True)),
    "js.Boolean": pure(_boolean),
    **{f"js.Math.{name}": _math(name) for name in ("floor", "ceil", "trunc", "round", "max", "min", "abs")},
    "js.typeof": _typeof,
    "js.require": _require,
    "js.import": _require,
    "js.structuredClone": copied,
    "js.setTimeout": _timeout,
    "js.Promise.all": first,
    "js.Promise.resolve": first,
    "js.process.cwd": python_files.HELPERS["os.getcwd"],
    "js.process.on": fixed(None),
    **{f"node.path.{name}": helper for name, helper in _PATH.items()},
    **{f"node.path.posix.{name}": helper for name, helper in _PATH.items()},
    **{f"node.fs.{name}": helper for name, helper in _FS.items()},
    **{f"node.fs.promises.{name}": helper for name, helper in _FS.items()},
    **{f"fs_extra.{name}": helper for name, helper in _FS.items()},
    "node.url.file_url_to_path": pure(_url_path),
    "js_yaml.load": load("yaml"),
    "yaml.parse": load("yaml"),
    "dotenv.config": fixed(None),
}
