"""A module's code cut into the pieces that run: module bodies, functions, lambdas; and the names that each binds."""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeAlias, TypeVar

from archlint.code.walking import children, walk
from archlint.model.place import Place

if TYPE_CHECKING:
    from archlint.code.sites import Site

FunctionNode: TypeAlias = ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda
FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)
N = TypeVar("N", bound=ast.AST)


@dataclass(frozen=True, slots=True)
class Binding:
    """One way in which a name gets its value. `kind`: value, element (of an iterable or tuple), context, import,
    function, class, parameter or other."""

    kind: str
    node: ast.AST
    value: ast.expr | None = None
    module: str = ""
    attribute: str = ""
    level: int = 0
    position: int | None = None
    """Of an element of a tuple that is taken apart: its place, where it is the same for every such tuple."""


@dataclass(eq=False, slots=True)
class Module:
    """A parsed module. `line_shift` and `column_shift` place inline code in its template."""

    name: str
    path: str
    text: str
    tree: ast.Module
    is_package: bool = False
    line_shift: int = 0
    column_shift: int = 0
    fixed_place: Place | None = None
    body: Unit = field(init=False)
    units: dict[ast.AST, Unit] = field(default_factory=dict)
    classes: dict[ast.ClassDef, Class] = field(default_factory=dict)
    kinds: dict[type[ast.AST], list[ast.AST]] | None = None
    stored: frozenset[str] | None = None
    """What `stored_keys` found."""
    lines: list[str] | None = None

    def __post_init__(self) -> None:
        self.body = Unit(self, self.tree, "<module>", None, None)
        _Builder(self).fill(self.body, self.tree.body)

    def nodes(self, kind: type[N]) -> list[N]:
        """All nodes of just this class, as `ast.walk` meets them. The tree is walked once for all that ask."""
        if self.kinds is None:
            kinds: dict[type[ast.AST], list[ast.AST]] = defaultdict(list)
            for node in walk(self.tree):
                kinds[type(node)].append(node)
            self.kinds = dict(kinds)
        return [node for node in self.kinds.get(kind, ()) if isinstance(node, kind)]

    def imports(self) -> list[ast.Import | ast.ImportFrom]:
        """The import statements at any depth, first those that begin with `import`."""
        return [*self.nodes(ast.Import), *self.nodes(ast.ImportFrom)]

    def _characters(self, line: int, offset: int) -> int:
        """Python counts the bytes of UTF-8."""
        if self.text.isascii():
            return offset
        if self.lines is None:
            self.lines = self.text.split("\n")
        text = self.lines[line - 1] if 0 < line <= len(self.lines) else ""
        return offset if text.isascii() else len(text.encode("utf-8", "replace")[:offset].decode("utf-8", "ignore"))

    def place(self, node: ast.AST) -> Place:
        """Where a node stands in the repository. Columns count characters."""
        if self.fixed_place:
            return self.fixed_place
        line = getattr(node, "lineno", 1)
        column = self._characters(line, getattr(node, "col_offset", 0))
        end_line = getattr(node, "end_lineno", None) or line
        end_column = getattr(node, "end_col_offset", None)
        if end_column is not None:
            end_column = self._characters(end_line, end_column)
        return Place(
            self.path,
            line + self.line_shift,
            column + self.column_shift + 1,
            end_line + self.line_shift,
            None if end_column is None else end_column + self.column_shift + 1,
        )


@dataclass(eq=False, slots=True)
class Unit:
    """Code that runs as one: a module's body (with the class bodies in it), a function or a lambda."""

    module: Module
    node: ast.Module | FunctionNode
    name: str
    parent: Unit | None
    cls: Class | None
    bindings: dict[str, list[Binding]] = field(default_factory=dict)
    shared_names: set[str] = field(default_factory=set)
    """Names that a `global` or `nonlocal` statement takes from an outer scope."""
    returns: list[ast.expr] = field(default_factory=list)
    sites: tuple[Site, ...] | None = None
    """What `sites_of` found: many functions of a repository run the same unit."""

    @property
    def is_module(self) -> bool:
        return isinstance(self.node, ast.Module)

    @property
    def parameters(self) -> list[ast.arg]:
        """Positional parameters first, in order."""
        if isinstance(self.node, ast.Module):
            return []
        spec = self.node.args
        rest = [a for a in (spec.vararg, spec.kwarg) if a]
        return [*spec.posonlyargs, *spec.args, *spec.kwonlyargs, *rest]

    @property
    def decorators(self) -> list[ast.expr]:
        return self.node.decorator_list if isinstance(self.node, ast.FunctionDef | ast.AsyncFunctionDef) else []

    def is_local(self, name: str) -> bool:
        """Whether a name belongs to this unit rather than to an outer one."""
        return name in self.bindings and name not in self.shared_names


@dataclass(eq=False, slots=True)
class Class:
    """A class of the repository; `attributes` are what `self.x = …` and the class body assign."""

    module: Module
    node: ast.ClassDef
    parent: Unit
    methods: dict[str, Unit] = field(default_factory=dict)
    attributes: dict[str, list[tuple[ast.expr, Unit]]] = field(default_factory=dict)

    @property
    def name(self) -> str:
        return self.node.name


class _Builder:
    """Fills bindings, units and classes in one pass over the statements."""

    def __init__(self, module: Module) -> None:
        self.module = module

    def fill(self, unit: Unit, statements: list[ast.stmt], cls: Class | None = None) -> None:
        for statement in statements:
            self.statement(unit, statement, cls)

    def statement(self, unit: Unit, node: ast.stmt, cls: Class | None) -> None:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            self.function(unit, node, cls)
            return
        if isinstance(node, ast.ClassDef):
            self.class_(unit, node, cls)
            return
        if isinstance(node, ast.Global | ast.Nonlocal):
            unit.shared_names.update(node.names)
        elif isinstance(node, ast.Import | ast.ImportFrom):
            self.import_(unit, node)
        elif isinstance(node, ast.Return) and node.value is not None:
            unit.returns.append(node.value)
        else:
            self.targets(unit, node, cls)
        for expression in expressions_of(node):
            self.expression(unit, expression)
        for block in blocks_of(node):
            self.fill(unit, block, cls)

    def function(self, unit: Unit, node: ast.FunctionDef | ast.AsyncFunctionDef, cls: Class | None) -> None:
        owner = cls.name + "." if cls else ("" if unit.is_module else unit.name + ".")
        inner = Unit(self.module, node, owner + node.name, unit, cls)
        self.module.units[node] = inner
        self.parameters(inner)
        if cls is not None:
            cls.methods[node.name] = inner
        else:
            unit.bindings.setdefault(node.name, []).append(Binding("function", node))
        for expression in (*node.decorator_list, *defaults_of(node)):
            self.expression(unit, expression)
        self.fill(inner, node.body)

    def class_(self, unit: Unit, node: ast.ClassDef, outer: Class | None) -> None:
        cls = Class(self.module, node, unit)
        self.module.classes[node] = cls
        if outer is None:
            unit.bindings.setdefault(node.name, []).append(Binding("class", node))
        for expression in (*node.decorator_list, *node.bases, *(k.value for k in node.keywords)):
            self.expression(unit, expression)
        self.fill(unit, node.body, cls)

    def parameters(self, unit: Unit) -> None:
        for parameter in unit.parameters:
            unit.bindings.setdefault(parameter.arg, []).append(Binding("parameter", parameter))

    def import_(self, unit: Unit, node: ast.Import | ast.ImportFrom) -> None:
        if isinstance(node, ast.Import):
            for alias in node.names:
                name = alias.asname or alias.name.split(".")[0]
                module = alias.name if alias.asname else alias.name.split(".")[0]
                unit.bindings.setdefault(name, []).append(Binding("import", node, module=module))
            return
        for alias in node.names:
            binding = Binding("import", node, module=node.module or "", attribute=alias.name, level=node.level)
            unit.bindings.setdefault("*" if alias.name == "*" else alias.asname or alias.name, []).append(binding)

    def targets(self, unit: Unit, node: ast.stmt, cls: Class | None) -> None:
        if isinstance(node, ast.Assign):
            for target in node.targets:
                self.bind(unit, target, "value", node.value, cls)
        elif isinstance(node, ast.AnnAssign):
            if node.value is not None:
                self.bind(unit, node.target, "value", node.value, cls)
        elif isinstance(node, ast.AugAssign):
            self.bind(unit, node.target, "other", node.value, cls)
        elif isinstance(node, ast.For | ast.AsyncFor):
            self.bind(unit, node.target, "element", node.iter, cls)
        elif isinstance(node, ast.With | ast.AsyncWith):
            for item in node.items:
                if item.optional_vars is not None:
                    self.bind(unit, item.optional_vars, "context", item.context_expr, cls)
        elif isinstance(node, ast.Try | ast.TryStar):
            for handler in node.handlers:
                if handler.name:
                    unit.bindings.setdefault(handler.name, []).append(Binding("other", handler))

    def bind(
        self,
        unit: Unit,
        target: ast.expr,
        kind: str,
        value: ast.expr,
        cls: Class | None,
        position: int | None = None,
    ) -> None:
        if isinstance(target, ast.Name):
            if cls is not None:
                cls.attributes.setdefault(target.id, []).append((value, unit))
            else:
                unit.bindings.setdefault(target.id, []).append(Binding(kind, target, value, position=position))
        elif isinstance(target, ast.Tuple | ast.List):
            same = isinstance(value, ast.Tuple | ast.List) and len(value.elts) == len(target.elts) and kind == "value"
            starred = any(isinstance(element, ast.Starred) for element in target.elts)
            for number, element in enumerate(target.elts):
                if same and isinstance(value, ast.Tuple | ast.List) and not starred:
                    self.bind(unit, element, "value", value.elts[number], cls)
                else:
                    place = number if kind == "value" and not starred else None
                    self.bind(unit, element, "element", value, cls, place)
        elif isinstance(target, ast.Starred):
            self.bind(unit, target.value, "other", value, cls)
        elif isinstance(target, ast.Attribute) and isinstance(target.value, ast.Name) and kind == "value":
            owner = _owner(unit)
            if owner is not None and target.value.id in (_first_parameter(unit), owner.name):
                owner.attributes.setdefault(target.attr, []).append((value, unit))

    def expression(self, unit: Unit, node: ast.expr) -> None:
        """Lambdas, walruses and comprehension variables; a stack of its own keeps deep expressions harmless."""
        pending: list[ast.AST] = [node]
        while pending:
            current = pending.pop()
            if isinstance(current, ast.Lambda):
                inner = Unit(self.module, current, f"{unit.name}.<lambda>", unit, None)
                self.module.units[current] = inner
                self.parameters(inner)
                inner.returns.append(current.body)
                self.expression(inner, current.body)
                pending.extend(defaults_of(current))
                continue
            if isinstance(current, ast.NamedExpr):
                self.bind(unit, current.target, "value", current.value, None)
            elif isinstance(current, ast.comprehension):
                self.bind(unit, current.target, "element", current.iter, None)
            pending.extend(children(current))


def _owner(unit: Unit) -> Class | None:
    """The class whose method this is, also from a function nested in the method."""
    current: Unit | None = unit
    while current is not None:
        if current.cls is not None:
            return current.cls
        current = current.parent
    return None


def _first_parameter(unit: Unit) -> str | None:
    current: Unit | None = unit
    while current is not None and current.cls is None:
        current = current.parent
    parameters = current.parameters if current else []
    return parameters[0].arg if parameters else None


def defaults_of(node: FunctionNode) -> Iterator[ast.expr]:
    """Default values; they are evaluated where the function is defined."""
    yield from node.args.defaults
    yield from (default for default in node.args.kw_defaults if default is not None)


def blocks_of(node: ast.stmt) -> Iterator[list[ast.stmt]]:
    """The statement lists of a compound statement, except those of functions and classes."""
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        return
    for name in ("body", "orelse", "finalbody"):
        block = getattr(node, name, None)
        if isinstance(block, list) and block:
            yield block
    for handler in getattr(node, "handlers", ()):
        yield handler.body
    for case in getattr(node, "cases", ()):
        yield case.body


def expressions_of(node: ast.stmt) -> Iterator[ast.expr]:
    """The expressions that a statement evaluates itself, without those of its blocks."""
    for _, value in ast.iter_fields(node):
        for item in value if isinstance(value, list) else (value,):
            if isinstance(item, ast.expr):
                yield item
            elif isinstance(item, ast.withitem):
                yield item.context_expr
                if item.optional_vars is not None:
                    yield item.optional_vars
            elif isinstance(item, ast.ExceptHandler) and item.type is not None:
                yield item.type
            elif isinstance(item, ast.match_case) and item.guard is not None:
                yield item.guard
            elif isinstance(item, ast.keyword):
                yield item.value


def absolute_name(binding: Binding, module: Module) -> str:
    """The dotted name of the module that an import statement of `module` names."""
    if not binding.level:
        return binding.module
    parts = module.name.replace("/", ".").split(".")
    keep = len(parts) - binding.level + (1 if module.is_package else 0)
    base = ".".join(parts[: max(0, keep)])
    return ".".join(part for part in (base, binding.module) if part)
