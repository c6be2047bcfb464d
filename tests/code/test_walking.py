"""The fast ways through a tree find what those of `ast` find."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from archlint.code.units import Module
from archlint.code.walking import children, walk

MARKS = (ast.expr_context, ast.operator, ast.unaryop, ast.boolop, ast.cmpop)
HERE = Path(__file__).resolve().parents[2]
ODD = """\
def f(a, /, b=1, *c, d, e=2, **g) -> int:
    global h
    x = {**a, 1: 2}
    match x:
        case {"a": [1, *_], **rest} | None as y:
            pass
    try:
        del x[0:1:2]
    except* (ValueError, KeyError) as error:
        raise error from None
    with open(b) as file, c:
        return f"{a!r:>{b}}", lambda *, k, l=3: (yield), [i async for i in x if i]
"""
SOURCES = [ODD, *(path.read_text() for path in sorted((HERE / "src/archlint/code").glob("*.py")))]


@pytest.mark.parametrize("source", SOURCES)
def test_walk_finds_every_node_with_a_place_in_the_order_of_ast(source: str) -> None:
    tree = ast.parse(source)
    assert walk(tree) == [node for node in ast.walk(tree) if not isinstance(node, MARKS)]


@pytest.mark.parametrize("source", SOURCES)
def test_children_are_those_of_ast(source: str) -> None:
    for node in ast.walk(ast.parse(source)):
        assert children(node) == [child for child in ast.iter_child_nodes(node) if not isinstance(child, MARKS)]


def test_a_module_tells_its_nodes_by_kind() -> None:
    source = "import a\nfrom b import c\ndef f():\n    import d\n"
    module = Module("m", "m.py", source, ast.parse(source))
    assert [ast.unparse(node) for node in module.imports()] == ["import a", "import d", "from b import c"]
    assert module.nodes(ast.While) == []
