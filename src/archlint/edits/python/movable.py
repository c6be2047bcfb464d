"""Whether an expression has the same value at module scope, at import, as in the function that it stands in."""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from archlint.code.walking import children, walk
from archlint.edits.python.source import PythonSource

_SCOPES = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda)
_TYPE_PARAMETERS = frozenset({"TypeVar", "ParamSpec", "TypeVarTuple"})
_SEES_LOCALS = frozenset({"locals", "vars", "eval", "exec", "dir", "globals"})


def bound(node: ast.AST) -> Counter[str]:
    """How often each name is bound, deleted or declared anywhere below, whatever the scope."""
    return Counter(name for child in walk(node) for name in _bound_by(child))


def bound_in_scope(statements: list[ast.stmt]) -> Counter[str]:
    """As `bound`, for the scope that the statements belong to: what functions and classes in it bind does not count,
    but for the names that they take from the module with `global`."""
    found: Counter[str] = Counter()
    pending: list[ast.AST] = list(statements)
    while pending:
        node = pending.pop()
        found.update(_bound_by(node))
        if isinstance(node, _SCOPES):
            inner = [child for child in walk(node) if isinstance(child, ast.Global)]
            found.update(name for child in inner for name in child.names)
        else:
            pending.extend(children(node))
    return found


def read(node: ast.AST) -> set[str]:
    """The names that are read anywhere below."""
    return {n.id for n in walk(node) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Load)}


def mentioned(node: ast.AST) -> set[str]:
    """Every name that is bound or read anywhere below."""
    return read(node) | set(bound(node))


def sees_locals(node: ast.AST) -> bool:
    """Whether code looks its names up at run time, so that no name can be moved."""
    return not _SEES_LOCALS.isdisjoint(read(node))


def _bound_by(node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.Name):
        if not isinstance(node.ctx, ast.Load):
            yield node.id
    elif isinstance(node, ast.arg):
        yield node.arg
    elif isinstance(node, ast.alias):
        yield node.asname or node.name.partition(".")[0]
    elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        yield node.name
    elif isinstance(node, ast.ExceptHandler | ast.MatchAs | ast.MatchStar):
        yield from (node.name,) if node.name else ()
    elif isinstance(node, ast.MatchMapping):
        yield from (node.rest,) if node.rest else ()
    elif isinstance(node, ast.Global | ast.Nonlocal):
        yield from node.names
    elif type(node).__name__ in _TYPE_PARAMETERS:
        yield str(getattr(node, "name", ""))


PURE = frozenset({"botocore.config.Config", "botocore.client.Config", "boto3.Session", "boto3.session.Session"})
"""Calls without an effect whose result depends on their arguments and the environment alone."""

READERS = frozenset({"os.getenv", "os.environ.get"})

_PLAIN = (
    ast.JoinedStr, ast.FormattedValue, ast.List, ast.Tuple, ast.Set, ast.Dict, ast.BinOp, ast.BoolOp, ast.UnaryOp,
    ast.Compare, ast.IfExp, ast.keyword,
)  # fmt: skip
_MARKS = (ast.operator, ast.boolop, ast.unaryop, ast.cmpop, ast.expr_context)


@dataclass(slots=True)
class Needs:
    """What an expression takes from its module and its environment."""

    names: set[str] = field(default_factory=set)
    variables: set[str] = field(default_factory=set)
    """Environment variables, by name."""
    doubts: list[str] = field(default_factory=list)


def needs_of(call: ast.Call, source: PythonSource) -> Needs | None:
    """What has to be there before a call can be made at module scope; None where it depends on the function, or where
    that is not certain."""
    top = source.top(call)
    if top is None:
        return None
    found = _Reader(source, set(bound(top)))
    if not found.callee(call.func) or not all(map(found.read, (*call.args, *call.keywords))):
        return None
    return found.needs if all(_is_settled(name, source) for name in found.needs.names) else None


def binding_of(name: str, source: PythonSource) -> ast.stmt | None:
    """The only statement that gives a name of the module its value; None where there are several, or where it stands
    in a block."""
    tree = source.module.tree
    if bound_in_scope(tree.body)[name] != 1:
        return None
    return next((s for s in tree.body if name in _bound_at_top(s)), None)


def _bound_at_top(statement: ast.stmt) -> set[str]:
    if isinstance(statement, ast.Import | ast.ImportFrom):
        return {alias.asname or alias.name.partition(".")[0] for alias in statement.names}
    if isinstance(statement, ast.Assign):
        return {name for target in statement.targets for name in bound(target)}
    if isinstance(statement, ast.AnnAssign) and statement.value is not None:
        return set(bound(statement.target))
    return set()


def _is_settled(name: str, source: PythonSource) -> bool:
    """Submodules share the first part of their name: `import urllib.parse, urllib.request` binds it twice alike."""
    if binding_of(name, source) is not None:
        return True
    imports = [s for s in source.module.tree.body if isinstance(s, ast.Import) and name in _bound_at_top(s)]
    count = sum(1 for s in imports for a in s.names if not a.asname and a.name.partition(".")[0] == name)
    return count > 0 and bound_in_scope(source.module.tree.body)[name] == count


class _Reader:
    """Collects what expressions need. `local` are the names that the code around them binds anywhere."""

    def __init__(self, source: PythonSource, local: set[str]) -> None:
        self.source = source
        self.local = local
        self.needs = Needs()

    def callee(self, node: ast.expr) -> bool:
        """What is called: a name or an attribute of one, or of a session that is made on the spot."""
        if isinstance(node, ast.Attribute):
            return self.callee(node.value)
        if isinstance(node, ast.Call):
            return self.call(node)
        return isinstance(node, ast.Name) and self.name(node)

    def name(self, node: ast.Name) -> bool:
        if node.id in self.local:
            return False
        self.needs.names.add(node.id)
        return True

    def read(self, node: ast.AST) -> bool:
        if isinstance(node, (ast.Constant, *_MARKS)):
            return True
        if isinstance(node, ast.keyword) and node.arg is None:
            return False
        if isinstance(node, _PLAIN):
            return all(map(self.read, ast.iter_child_nodes(node)))
        if isinstance(node, ast.Name):
            return self.name(node)
        if isinstance(node, ast.Attribute):
            return self.attribute(node)
        if isinstance(node, ast.Subscript):
            return self.variable(node.value, node.slice)
        return isinstance(node, ast.Call) and self.call(node)

    def attribute(self, node: ast.Attribute) -> bool:
        """A constant of an imported module. Other code may set it, which nothing here rules out."""
        if not isinstance(node.value, ast.Name) or not self.name(node.value):
            return False
        self.needs.doubts.append(f"{node.value.id}.{node.attr} may be set by other code")
        return isinstance(binding_of(node.value.id, self.source), ast.Import | ast.ImportFrom)

    def variable(self, owner: ast.expr, key: ast.expr) -> bool:
        """`os.environ["NAME"]`."""
        if self.source.path_of(owner) != "os.environ" or not self.callee(owner):
            return False
        if not isinstance(key, ast.Constant) or not isinstance(key.value, str):
            return False
        self.needs.variables.add(key.value)
        return True

    def call(self, node: ast.Call) -> bool:
        path = self.source.path_of(node.func)
        if path in PURE:
            return self.callee(node.func) and all(map(self.read, (*node.args, *node.keywords)))
        if path not in READERS or not self.callee(node.func) or not node.args or node.keywords:
            return False
        key = node.args[0]
        if not isinstance(key, ast.Constant) or not isinstance(key.value, str):
            return False
        self.needs.variables.add(key.value)
        return all(map(self.read, node.args[1:]))


def holds_container(names: set[str], source: PythonSource) -> bool:
    """Whether one of the module's names is a list or dict, whose content may change."""
    changing = (ast.List, ast.Dict, ast.Set, ast.ListComp, ast.DictComp, ast.SetComp)
    bindings = (binding_of(name, source) for name in names)
    return any(isinstance(b, ast.Assign | ast.AnnAssign) and isinstance(b.value, changing) for b in bindings)
