"""Files that an app reads while it runs: text, data and folders below the scanned root."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from archlint.readers.cdk.evaluator.budget import MAX_FILES
from archlint.readers.cdk.lowering.texts import whole_characters
from archlint.readers.cdk.values import CdkValue, Open
from archlint.syntax.node import DocumentError, Mapping, Node, Scalar, Sequence
from archlint.syntax.python import SourceError
from archlint.syntax.toml import parse_toml
from archlint.syntax.yaml import parse_yaml
from archlint.tree import UnreadableError

if TYPE_CHECKING:
    from archlint.readers.cdk.evaluator.machine import Machine


def plain_copy(value: object, depth: int = 0) -> CdkValue:
    """Data of somebody else as values of the app, which may change them."""
    if depth > 50:
        return Open("data nested too deeply")
    if isinstance(value, dict):
        return {str(key): plain_copy(item, depth + 1) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain_copy(item, depth + 1) for item in value]
    known = isinstance(value, str | bool | int | float) or value is None
    return value if known else Open("a context value that is no data")


class AppFiles:
    """Reads through the tree and keeps each text in the run."""

    def __init__(self, machine: Machine) -> None:
        self.machine = machine

    def read(self, path: str, decode: Callable[[bytes], str] | None = None) -> str | Open:
        """The text of a file."""
        known = self.machine.run.files.get(path)
        if known is not None:
            self.machine.budget.spend(len(known) // 500)
            return known
        self.machine.budget.files += 1
        if self.machine.budget.files > MAX_FILES:
            return Open(f"the app reads more than {MAX_FILES} files")
        try:
            raw = self.machine.tree.read(path)
            text = raw.decode("utf-8-sig", "replace") if decode is None else decode(raw)
        except UnreadableError as error:
            return Open(f"{path or 'the folder'} cannot be read: {error}")
        except SourceError as error:
            return Open(f"{path} cannot be read: {error.message}")
        self.machine.budget.spend(len(text) // 500)
        self.machine.run.files[path] = text
        return text

    def data(self, path: str, form: str) -> CdkValue:
        """A JSON, YAML or TOML file as plain values."""
        text = self.read(path)
        return text if isinstance(text, Open) else self.parsed(text, form, path)

    def parsed(self, text: str, form: str, path: str = "") -> CdkValue:
        self.machine.budget.spend(len(text) // 100)
        try:
            if form == "yaml":
                return self._plain(parse_yaml(text, path))
            found = parse_toml(text) if form == "toml" else json.loads(text, strict=False)
            return self._copied(found)
        except (ValueError, DocumentError, RecursionError):
            return Open(f"{path or 'a text'} is no valid {form.upper()}")

    def _plain(self, node: Node) -> CdkValue:
        self.machine.budget.spend()
        memory = self.machine.memory
        if isinstance(node, Mapping):
            return memory.born_dict({entry.key: self._plain(entry.value) for entry in node.entries})
        if isinstance(node, Sequence):
            return memory.born_list([self._plain(item) for item in node.items])
        if not isinstance(node, Scalar):
            return Open("a value that only a deployment knows")
        return whole_characters(node.value) if isinstance(node.value, str) else node.value

    def _copied(self, value: Any) -> CdkValue:
        self.machine.budget.spend()
        memory = self.machine.memory
        if isinstance(value, dict):
            return memory.born_dict({key: self._copied(item) for key, item in value.items()})
        if isinstance(value, list):
            return memory.born_list([self._copied(item) for item in value])
        if isinstance(value, str):
            return whole_characters(value)
        known = isinstance(value, bool | int | float) or value is None
        return value if known else Open("a date in a file")
