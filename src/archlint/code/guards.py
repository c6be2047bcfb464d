"""Tests that make code run once: is something kept from an earlier invocation still missing?

A key names a store that outlives the invocation: `model` (a global), `.model` (an attribute of `self` or another
local), `@model` (an attribute of a class, module or function), `cache` (a container, also for what is looked up in
it). `FILE` stands for a file that may be there already.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass

from archlint.code.units import FUNCTIONS, Module, Unit, blocks_of, expressions_of
from archlint.code.walking import children, walk

FILE = "<file>"
_FILE_TESTS = {"exists", "isfile", "isdir", "is_file", "is_dir", "lexists", "listdir", "iterdir"}
_MISSING_ERRORS = {"NameError", "KeyError", "AttributeError", "UnboundLocalError", "LookupError"}
_KEEPERS = {"update", "append", "add", "set", "put", "setdefault", "__setitem__", "__setattr__", "setattr"}


@dataclass(frozen=True, slots=True)
class Test:
    """What a condition that holds says: these keys are missing, those are there."""

    missing: frozenset[str] = frozenset()
    present: frozenset[str] = frozenset()

    def negated(self) -> Test:
        return Test(self.present, self.missing)


NOTHING = Test()


def read_test(node: ast.expr, unit: Unit, depth: int = 0) -> Test:
    """What a condition says about stores."""
    if depth > 20:
        return NOTHING
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
        return read_test(node.operand, unit, depth + 1).negated()
    if isinstance(node, ast.BoolOp):
        parts = [read_test(value, unit, depth + 1) for value in node.values]
        missing = frozenset[str]().union(*(part.missing for part in parts))
        if isinstance(node.op, ast.Or):
            return Test(missing, frozenset())
        return Test(missing, frozenset[str]().union(*(part.present for part in parts)))
    if isinstance(node, ast.Compare) and len(node.ops) == 1:
        return _comparison(node.left, node.ops[0], node.comparators[0], unit)
    if isinstance(node, ast.NamedExpr):
        return Test(present=_keys(node.value, unit))
    return Test(present=_keys(node, unit))


def _comparison(left: ast.expr, operator: ast.cmpop, right: ast.expr, unit: Unit) -> Test:
    if isinstance(operator, ast.In | ast.NotIn):
        found = Test(present=_membership(left, right, unit))
        return found if isinstance(operator, ast.In) else found.negated()
    if isinstance(left, ast.Constant):
        left, right = right, left
    left = left.value if isinstance(left, ast.NamedExpr) else left
    is_empty = isinstance(right, ast.Constant) and right.value in (None, 0, False, "")
    keys = _keys(left, unit)
    if is_empty and isinstance(operator, ast.Is | ast.Eq | ast.LtE):
        return Test(missing=keys)
    if is_empty and isinstance(operator, ast.IsNot | ast.NotEq | ast.Gt):
        return Test(present=keys)
    if isinstance(operator, ast.NotEq | ast.IsNot):
        return Test(missing=keys | _keys(right, unit))  # such as `if loaded_name != name: load(name)`
    return NOTHING


def _membership(left: ast.expr, right: ast.expr, unit: Unit) -> frozenset[str]:
    if isinstance(right, ast.Call) and isinstance(right.func, ast.Name) and right.func.id in ("globals", "vars", "dir"):
        return (
            frozenset({left.value}) if isinstance(left, ast.Constant) and isinstance(left.value, str) else frozenset()
        )
    if isinstance(right, ast.Call) and isinstance(right.func, ast.Attribute) and right.func.attr == "keys":
        right = right.func.value
    return _keys(right, unit)


def _keys(node: ast.expr, unit: Unit) -> frozenset[str]:
    if isinstance(node, ast.Call):
        name = _name_of(node.func)
        if name in _FILE_TESTS:
            return frozenset({FILE})
        if name in ("len", "bool", "any", "all") and len(node.args) == 1:
            parts = node.args[0].elts if isinstance(node.args[0], ast.List | ast.Tuple) else node.args
            return frozenset[str]().union(*(_keys(part, unit) for part in parts))
    if isinstance(node, ast.Name) and unit.is_local(node.id):
        bound = [binding.value for binding in unit.bindings[node.id] if isinstance(binding.value, ast.Call)]
        if any(_name_of(call.func) in _FILE_TESTS for call in bound):
            return frozenset({FILE})
    key = store_key(node, unit)
    return frozenset() if key is None else frozenset({key})


def _name_of(function: ast.expr) -> str:
    return str(getattr(function, "attr", getattr(function, "id", "")))


def store_key(node: ast.expr, unit: Unit, depth: int = 0) -> str | None:
    """The key of a store that outlives the invocation, or None for a local or anything else."""
    if depth > 8:
        return None
    if isinstance(node, ast.Name):
        if not unit.is_local(node.id) or unit.is_module:
            return _outer_key(node.id, unit)
        for binding in unit.bindings[node.id]:
            if binding.kind == "value" and binding.value is not None and not isinstance(binding.value, ast.Name):
                key = _lookup_key(binding.value, unit, depth + 1)
                if key is not None:
                    return key
        return None
    if isinstance(node, ast.Attribute):
        return _attribute_key(node.value, node.attr, unit, depth + 1)
    return _lookup_key(node, unit, depth + 1)


def _attribute_key(owner: ast.expr, name: str, unit: Unit, depth: int) -> str | None:
    if isinstance(owner, ast.Name):
        return f"{'.' if _is_in_function(owner.id, unit) and owner.id != 'cls' else '@'}{name}"
    if getattr(owner, "attr", "") == "__class__" or (isinstance(owner, ast.Call) and _name_of(owner.func) == "type"):
        return f"@{name}"
    inner = store_key(owner, unit, depth)
    return None if inner is None else f"{inner[0] if inner[0] in '.@' else '@'}{name}"


def _is_in_function(name: str, unit: Unit) -> bool:
    """Whether a name belongs to this function or one around it."""
    current: Unit | None = unit
    while current is not None and not current.is_module:
        if current.is_local(name):
            return True
        current = current.parent
    return False


def _outer_key(name: str, unit: Unit) -> str | None:
    """A global's key; a local of an enclosing function does not outlive the invocation."""
    return None if unit.parent is not None and _is_in_function(name, unit.parent) else name


def _lookup_key(node: ast.expr, unit: Unit, depth: int) -> str | None:
    """`cache.get(k)`, `cache[k]`, `getattr(o, "model", None)`, `globals().get("model")`, `self.model`."""
    if isinstance(node, ast.Subscript):
        if isinstance(node.value, ast.Call) and _name_of(node.value.func) == "globals":
            return str(node.slice.value) if isinstance(node.slice, ast.Constant) else None
        return store_key(node.value, unit, depth)
    if isinstance(node, ast.Attribute):
        return store_key(node, unit, depth)
    if not isinstance(node, ast.Call):
        return None
    function, arguments = node.func, node.args
    if isinstance(function, ast.Attribute) and function.attr in ("get", "pop"):
        owner = function.value
        if isinstance(owner, ast.Call) and _name_of(owner.func) == "globals":
            return str(arguments[0].value) if arguments and isinstance(arguments[0], ast.Constant) else None
        return store_key(owner, unit, depth)
    if isinstance(function, ast.Name) and function.id in ("getattr", "hasattr") and len(arguments) > 1:
        name = arguments[1]
        return _attribute_key(arguments[0], str(name.value), unit, depth) if isinstance(name, ast.Constant) else None
    return None


def missing_errors(handler: ast.ExceptHandler) -> bool:
    """Whether a handler catches the errors of a store that is not there yet."""
    return any(name in _MISSING_ERRORS for name in _caught(handler))


def no_file_error(handler: ast.ExceptHandler) -> bool:
    return "FileNotFoundError" in _caught(handler)


def _caught(handler: ast.ExceptHandler) -> list[str]:
    kinds = handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type]
    return [kind.id for kind in kinds if isinstance(kind, ast.Name)]


def loaded_keys(statements: list[ast.stmt], unit: Unit) -> frozenset[str]:
    """The stores that a `try` body looks at."""
    found: set[str] = set()
    for statement in statements:
        for node in walk(statement):
            if isinstance(node, ast.Name | ast.Attribute | ast.Subscript) and isinstance(node.ctx, ast.Load):
                key = store_key(node, unit)
                if key is not None:
                    found.add(key)
    return frozenset(found)


def stored_keys(module: Module) -> frozenset[str]:
    """Every store that some code of a module fills, outside its first assignment at import."""
    found: set[str] = set()
    for unit in module.units.values():
        body = unit.node.body if isinstance(unit.node, ast.FunctionDef | ast.AsyncFunctionDef) else []
        for statement in _statements(body):
            found.update(_stores(statement, unit))
    return frozenset(found)


def stores_in(statements: list[ast.stmt], unit: Unit) -> frozenset[str]:
    """The stores that these statements fill."""
    return frozenset(key for statement in _statements(statements) for key in _stores(statement, unit))


def _statements(block: list[ast.stmt]) -> Iterator[ast.stmt]:
    for statement in block:
        yield statement
        for inner in blocks_of(statement):
            yield from _statements(inner)


def _stores(statement: ast.stmt, unit: Unit) -> Iterator[str]:
    targets: list[ast.expr] = []
    if isinstance(statement, ast.Assign):
        targets = statement.targets
    elif isinstance(statement, ast.AnnAssign | ast.AugAssign):
        targets = [statement.target]
    for target in targets:
        for part in target.elts if isinstance(target, ast.Tuple | ast.List) else (target,):
            if isinstance(part, ast.Name) and unit.is_local(part.id):
                continue
            key = store_key(part, unit)
            if key is not None:
                yield key
    for expression in expressions_of(statement):
        for node in walk_expression(expression):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in _KEEPERS:
                key = store_key(node.func.value, unit)
                if key is not None:
                    yield key
            elif isinstance(node, ast.NamedExpr) and not unit.is_local(node.target.id):
                yield node.target.id
            elif isinstance(node, ast.Call) and getattr(node.func, "id", "") == "setattr" and len(node.args) > 1:
                key = _attribute_key(node.args[0], str(getattr(node.args[1], "value", "")), unit, 0)
                if key is not None:
                    yield key


def walk_expression(node: ast.expr) -> Iterator[ast.AST]:
    """The nodes of an expression, without the bodies of lambdas."""
    pending: list[ast.AST] = [node]
    while pending:
        current = pending.pop()
        yield current
        if not isinstance(current, FUNCTIONS):
            pending.extend(children(current))
