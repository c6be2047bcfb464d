"""What TypeScript's imports and exports name."""

from __future__ import annotations

from collections.abc import Sequence as Many

from tree_sitter import Node

from archlint.model.place import Place
from archlint.readers.cdk import program as ir
from archlint.readers.cdk.lowering.typescript_nodes import children, first_child, has_word, source_of, text_of

Names = tuple[tuple[str, str], ...]


def import_of(node: Node, place: Place) -> ir.Import | None:
    """None for an import of types alone, which no JavaScript holds."""
    if has_word(node, "type") or has_word(node, "typeof"):
        return None
    clause = first_child(node)
    if clause is not None and clause.type == "import_require_clause":
        source, name = clause.child_by_field_name("source"), first_child(clause)
        if source is None or name is None:
            return None
        return ir.Import(text_of(source), 0, (("*", source_of(name)),), place)
    source = node.child_by_field_name("source")
    if source is None:
        return None
    if clause is None or clause.type != "import_clause":
        return ir.Import(text_of(source), 0, (), place)
    names, types_only = _clause_names(clause)
    return None if types_only else ir.Import(text_of(source), 0, names, place)


def _clause_names(clause: Node) -> tuple[Names, bool]:
    names: list[tuple[str, str]] = []
    types = 0
    for child in children(clause):
        if child.type == "identifier":
            names.append(("default", source_of(child)))
        elif child.type == "namespace_import":
            names += [("*", source_of(name)) for name in children(child)[:1]]
        elif child.type == "named_imports":
            for specifier in children(child):
                if has_word(specifier, "type"):
                    types += 1
                else:
                    names += _specifier(specifier)
    return tuple(names), types > 0 and not names


def _specifier(node: Node) -> list[tuple[str, str]]:
    """(name, alias) of `a as b` and of `a`."""
    name = node.child_by_field_name("name")
    if name is None:
        return []
    alias = node.child_by_field_name("alias") or name
    return [(_plain(name), _plain(alias))]


def _plain(node: Node) -> str:
    return text_of(node) if node.type == "string" else source_of(node)


def export_of(node: Node, place: Place) -> ir.Export | None:
    """`export { … }` and `export * …`; None for the other forms and for types."""
    if has_word(node, "type"):
        return None
    source = node.child_by_field_name("source")
    module = None if source is None else text_of(source)
    for child in node.children:
        if child.type == "export_clause":
            names = [pair for inner in children(child) if not has_word(inner, "type") for pair in _specifier(inner)]
            return ir.Export(tuple(names), module, place) if names else None
        if child.type == "namespace_export":
            return ir.Export(tuple(("*", _plain(name)) for name in children(child)[:1]), module, place)
        if child.type == "*" and module is not None:
            return ir.Export((("*", "*"),), module, place)
    return None


def declared_names(statements: Many[ir.Statement]) -> Names:
    """The names that a lowered declaration gives, each under itself."""
    found: list[str] = []
    for statement in statements:
        if isinstance(statement, ir.Class):
            found.append(statement.name)
        elif isinstance(statement, ir.Define):
            found.append(statement.function.name)
        elif isinstance(statement, ir.Assign) and statement.declares:
            found += _target_names(statement.target)
        elif isinstance(statement, ir.Import):
            found += [local for _, local in statement.names]
    return tuple((name, name) for name in dict.fromkeys(found))


def _target_names(target: ir.Target) -> list[str]:
    if isinstance(target, ir.Name):
        return [target.name]
    if isinstance(target, ir.ListTarget):
        return [name for inner in target.targets for name in _target_names(inner)]
    if isinstance(target, ir.ObjectTarget):
        names = [name for _, inner, _ in target.entries for name in _target_names(inner)]
        return names if target.rest is None else [*names, target.rest]
    return []


def required_module(node: Node | None) -> str | None:
    """`m` of `require('m')` and `import('m')`, else None."""
    if node is None or node.type != "call_expression":
        return None
    function, arguments = node.child_by_field_name("function"), children(node.child_by_field_name("arguments"))
    if function is None or source_of(function) not in ("require", "import"):
        return None
    return text_of(arguments[0]) if len(arguments) == 1 and arguments[0].type == "string" else None


def required_names(pattern: Node) -> Names | None:
    """The names of `const { a, b: c } = require('m')`; None for any other pattern."""
    names: list[tuple[str, str]] = []
    for child in children(pattern):
        value = child.child_by_field_name("value")
        key = child.child_by_field_name("key")
        if child.type == "shorthand_property_identifier_pattern":
            names.append((source_of(child), source_of(child)))
        elif key is not None and value is not None and key.type != "computed_property_name":
            if value.type != "identifier":
                return None
            names.append((_plain(key), source_of(value)))
        else:
            return None
    return tuple(names)
