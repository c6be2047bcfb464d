"""Reads templates written as strings."""

from __future__ import annotations

from textwrap import dedent

from archlint.model.function import Function
from archlint.readers.cloudformation import Templates, read_templates
from archlint.tree import MemoryTree
from archlint.values import Known, Unknown, Value


def read(files: dict[str, str | bytes]) -> Templates:
    texts = {path: dedent(text) if isinstance(text, str) else text for path, text in files.items()}
    paths = [path for path in texts if path.endswith((".yaml", ".yml", ".json", ".template"))]
    return read_templates(MemoryTree(texts), sorted(paths))


def functions(template: str, files: dict[str, str | bytes] | None = None) -> dict[str, Function]:
    """By logical id. A template that starts at Resources needs no format version."""
    found = read({"template.yaml": template, **(files or {})})
    assert not found.problems, found.problems
    return {function.name: function for function in found.functions}


def function(template: str, files: dict[str, str | bytes] | None = None) -> Function:
    """The only function of a template."""
    (only,) = functions(template, files).values()
    return only


def value(fact: Value[object] | None) -> object:
    """The stated value; an open one fails the test."""
    assert isinstance(fact, Known), fact
    return fact.value


def reason(fact: Value[object] | None) -> str:
    """Why a value is open; a stated one fails the test."""
    assert isinstance(fact, Unknown), fact
    return fact.reason
