"""Attributes of libraries that are plain values."""

from __future__ import annotations

from archlint.readers.cdk.values import CdkValue, Open, Reference

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
    return Reference(path)
