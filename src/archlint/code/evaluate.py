"""What an expression may stand for: a small, flow-insensitive evaluation over names, attributes and calls."""

from __future__ import annotations

import ast
import builtins
from collections.abc import Callable, Iterator
from typing import TypeAlias

from archlint.code import texts
from archlint.code.abstract import (
    Abstract,
    ClassValue,
    Constant,
    Container,
    External,
    FunctionValue,
    Instance,
    ModuleValue,
    Parameter,
    TextValue,
    Variable,
    external,
    few,
)
from archlint.code.decorators import is_abstract, is_class_method, is_property, is_static
from archlint.code.program import Program
from archlint.code.units import Binding, Class, Module, Unit, absolute_name

MAX_OPEN = 100
"""Expressions and names that may wait for each other; each takes up to six frames of the stack."""

UNKNOWN = External("?")

CONTAINERS = {ast.List: "list", ast.Dict: "dict", ast.Set: "set", ast.Tuple: "tuple"}
_BUILTIN_CONTAINERS = {"list", "dict", "set"}
_TRANSPARENT = {"functools.partial", "functools.wraps()", "asyncio.run", "copy.deepcopy", "copy.copy"}
IMPORTERS = {"importlib.import_module", "__import__"}
ENVIRONMENT = {"os.getenv", "os.environ.get", "os.environ.setdefault", "os.environ.pop"}
_JOINERS = {"os.path.join", "pathlib.Path", "pathlib.PurePath", "pathlib.PosixPath"}


Given: TypeAlias = dict[tuple[Unit, str], list[tuple[ast.expr, Unit]]]
"""By unit and parameter: the expressions that calls pass, with the units that they stand in."""


class Evaluator:
    """Evaluates within one program; results are kept, a value that depends on itself is unknown."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self.kept: dict[tuple[int | str, int], tuple[Abstract, ...]] = {}
        self.open: set[tuple[int | str, int]] = set()
        self.given: Given = {}

    def learn(self, given: Given) -> None:
        """Takes up what calls pass for parameters; everything evaluated so far is forgotten."""
        self.given = given
        self.kept.clear()

    def values(self, node: ast.expr, unit: Unit) -> tuple[Abstract, ...]:
        """The things that an expression may stand for, at most MAX_VALUES of them; empty when nothing is known."""
        return self._once((id(node), id(unit)), lambda: self._values(node, unit))

    def name(self, name: str, unit: Unit) -> tuple[Abstract, ...]:
        """What a name stands for, looked up through the enclosing scopes and star imports."""
        return self._once((name, id(unit)), lambda: self._lookup(name, unit))

    def _once(self, key: tuple[int | str, int], find: Callable[[], Iterator[Abstract]]) -> tuple[Abstract, ...]:
        if key in self.kept:
            return self.kept[key]
        if key in self.open or len(self.open) > MAX_OPEN:
            return ()
        self.open.add(key)
        try:
            found = few(find())
        finally:
            self.open.discard(key)
        self.kept[key] = found
        return found

    def path(self, node: ast.expr, unit: Unit) -> str | None:
        """The symbolic path of an expression when it can only be one external thing."""
        paths = {value.path for value in self.values(node, unit) if isinstance(value, External)}
        return paths.pop() if len(paths) == 1 else None

    def _values(self, node: ast.expr, unit: Unit) -> Iterator[Abstract]:
        if isinstance(node, ast.Name):
            yield from self.name(node.id, unit)
        elif isinstance(node, ast.Attribute) and is_super(node.value) and unit.cls is not None:
            yield from self._member(unit.cls, node.attr, True, after=unit.cls)
        elif isinstance(node, ast.Attribute):
            for value in self.values(node.value, unit) or (UNKNOWN,):
                yield from self.attribute(value, node.attr)
        elif isinstance(node, ast.Call):
            yield from self._call(node, unit)
        elif isinstance(node, ast.Constant):
            if node.value is not Ellipsis and not isinstance(node.value, complex):
                yield Constant(node.value)
        elif isinstance(node, ast.JoinedStr):
            yield TextValue(texts.formatted(node, lambda part: self.values(part, unit)))
        elif isinstance(node, ast.Subscript):
            yield from self._subscript(node, unit)
        elif isinstance(node, ast.BinOp):
            yield from texts.operation(node, lambda part: self.values(part, unit))
        else:
            yield from self._compound(node, unit)

    def _compound(self, node: ast.expr, unit: Unit) -> Iterator[Abstract]:
        if isinstance(node, ast.List | ast.Dict | ast.Set | ast.Tuple):
            items = node.keys if isinstance(node, ast.Dict) else node.elts
            yield Container(CONTAINERS[type(node)], not items, node, unit)
        elif isinstance(node, ast.ListComp | ast.DictComp | ast.SetComp):
            yield Container(type(node).__name__[:-4].lower(), False, node, unit)
        elif isinstance(node, ast.IfExp):
            yield from (*self.values(node.body, unit), *self.values(node.orelse, unit))
        elif isinstance(node, ast.BoolOp):
            for part in node.values:
                yield from self.values(part, unit)
        elif isinstance(node, ast.Await | ast.NamedExpr | ast.Starred):
            yield from self.values(node.value, unit)
        elif isinstance(node, ast.Lambda):
            yield FunctionValue(unit.module.units[node])

    def _lookup(self, name: str, unit: Unit) -> Iterator[Abstract]:
        current: Unit | None = unit
        while current is not None:
            if current.is_local(name) or (current.is_module and name in current.bindings):
                bound = [v for b in current.bindings[name] for v in self.binding(b, current)]
                yield from bound
                if not (current.is_module or bound):
                    return
                if current.is_module:
                    yield from self._assigned_elsewhere(name, current.module)
                return
            current = current.parent
        module = unit.module
        elsewhere = list(self._assigned_elsewhere(name, module))
        if elsewhere:
            yield from elsewhere
            return
        starred = module.body.bindings.get("*", [])
        if not starred or hasattr(builtins, name):
            yield External(name)
            return
        outside: list[str] = []
        for binding in starred:
            target = self.target_module(binding, module)
            if target is None:
                outside.append(f"{absolute_name(binding, module)}.{name}")
            elif target is not module:
                yield from self.name(name, target.body)
        if len(outside) == len(starred) == 1:
            yield External(outside[0])

    def _assigned_elsewhere(self, name: str, module: Module) -> Iterator[Abstract]:
        """A module's global that functions assign through `global`."""
        for inner in module.units.values():
            if name in inner.shared_names:
                for binding in inner.bindings.get(name, ()):
                    yield from self.binding(binding, inner)

    def binding(self, binding: Binding, unit: Unit) -> Iterator[Abstract]:
        """What one binding gives its name."""
        if binding.kind == "import":
            yield from self._imported(binding, unit)
        elif binding.kind == "function" and isinstance(binding.node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield FunctionValue(unit.module.units[binding.node])
        elif binding.kind == "class" and isinstance(binding.node, ast.ClassDef):
            yield ClassValue(unit.module.classes[binding.node])
        elif binding.kind == "parameter" and isinstance(binding.node, ast.arg):
            yield from self._parameter(binding.node, unit)
        elif binding.value is not None:
            values = self.values(binding.value, unit)
            if binding.kind == "element":
                yield from (element for value in values for element in self._element(value, binding.position))
            elif binding.kind != "other":
                yield from values

    def _parameter(self, node: ast.arg, unit: Unit) -> Iterator[Abstract]:
        first = unit.parameters[0] if unit.parameters else None
        if unit.cls is not None and node is first and not is_static(unit):
            yield ClassValue(unit.cls) if is_class_method(unit) else Instance(unit.cls)
            return
        passed = [
            v for expression, caller in self.given.get((unit, node.arg), ()) for v in self.values(expression, caller)
        ]
        yield from passed or (Parameter(unit, node.arg),)
        if node.annotation is not None and not passed:
            yield from self._annotated(node.annotation, unit.parent or unit)

    def _annotated(self, node: ast.expr, unit: Unit) -> Iterator[Abstract]:
        """An object of the repository's class that an annotation names, also in `X | None` and `Optional[X]`."""
        if isinstance(node, ast.BinOp):
            yield from (*self._annotated(node.left, unit), *self._annotated(node.right, unit))
        elif isinstance(node, ast.Subscript):
            if getattr(node.value, "id", getattr(node.value, "attr", "")) == "Optional":
                yield from self._annotated(node.slice, unit)
        elif isinstance(node, ast.Name | ast.Attribute):
            yield from (Instance(v.cls) for v in self.values(node, unit) if isinstance(v, ClassValue))

    def _imported(self, binding: Binding, unit: Unit) -> Iterator[Abstract]:
        dotted = absolute_name(binding, unit.module)
        module = self.program.module(dotted) if dotted else None
        if not binding.attribute:
            if module is not None:
                yield ModuleValue(module)
            else:
                yield External(dotted)
            return
        if module is not None:
            if binding.attribute in module.body.bindings or "*" in module.body.bindings:
                yield from self.name(binding.attribute, module.body)
                return
            yield from self._assigned_elsewhere(binding.attribute, module)
        inner = self.program.module(f"{dotted}.{binding.attribute}" if dotted else binding.attribute)
        if inner is not None:
            yield ModuleValue(inner)
        elif module is None:
            yield External(f"{dotted}.{binding.attribute}" if dotted else binding.attribute)

    def target_module(self, binding: Binding, module: Module) -> Module | None:
        """The repository's module that an import statement names."""
        dotted = absolute_name(binding, module)
        return self.program.module(dotted) if dotted else None

    def attribute(self, value: Abstract, name: str) -> Iterator[Abstract]:
        """What `value.name` stands for."""
        if isinstance(value, External):
            inner = self.program.module(f"{value.path}.{name}") if self.program.is_own_package(value.path) else None
            yield external(f"{value.path}.{name}") if inner is None else ModuleValue(inner)
        elif isinstance(value, ModuleValue):
            if name in value.module.body.bindings or "*" in value.module.body.bindings:
                yield from self.name(name, value.module.body)
            elif inner := self.program.module(f"{value.module.name}.{name}"):
                yield ModuleValue(inner)
            else:
                yield from self._assigned_elsewhere(name, value.module)
        elif isinstance(value, Instance | ClassValue):
            yield from self._member(value.cls, name, isinstance(value, Instance))
        elif isinstance(value, Parameter):
            yield Parameter(value.unit, value.name, part=True)
        elif isinstance(value, Container):
            yield External(f"{value.kind}().{name}")
        elif isinstance(value, TextValue) and name == "parent":
            yield TextValue(value.pattern.rpartition("/")[0] or "{}")
        elif isinstance(value, TextValue | Variable) or (isinstance(value, Constant) and isinstance(value.value, str)):
            yield External(f"str().{name}")

    def _member(self, cls: Class, name: str, of_instance: bool, after: Class | None = None) -> Iterator[Abstract]:
        method = self.method(cls, name, after)
        if after is None and (method is None or is_abstract(method)):
            yield from (FunctionValue(other, cls) for other in self._overrides(cls, name))
        if method is not None:
            if is_property(method):
                for returned in method.returns:
                    yield from self.values(returned, method)
            else:
                yield FunctionValue(method, cls)
            return
        found = False
        for owner in self.lineage(cls):
            for expression, unit in owner.attributes.get(name, ()) if owner is not after else ():
                found = True
                yield from self.values(expression, unit)
            if found:
                return
        for base in self.external_bases(cls) or ("object",) if name == "__new__" else self.external_bases(cls):
            yield external(f"{base}{'()' if of_instance and name != '__new__' else ''}.{name}")

    def _overrides(self, cls: Class, name: str) -> Iterator[Unit]:
        """What subclasses put in the place of a method that a class leaves to them."""
        for module in list(self.program.loaded()):
            for other in module.classes.values():
                if name in other.methods and other is not cls and cls in self.lineage(other):
                    yield other.methods[name]

    def method(self, cls: Class, name: str, after: Class | None = None) -> Unit | None:
        """A method by the order of inheritance; after a class for `super()`."""
        lineage = list(self.lineage(cls))
        if after is not None and after in lineage:
            lineage = lineage[lineage.index(after) + 1 :]
        return next((owner.methods[name] for owner in lineage if name in owner.methods), None)

    def lineage(self, cls: Class) -> Iterator[Class]:
        """The class and its bases in the repository, nearest first, each once."""
        pending, seen = [cls], set[int]()
        while pending and len(seen) < 30:
            current = pending.pop(0)
            if id(current) in seen:
                continue
            seen.add(id(current))
            yield current
            for base in current.node.bases:
                pending += [v.cls for v in self.values(base, current.parent) if isinstance(v, ClassValue)]

    def external_bases(self, cls: Class) -> tuple[str, ...]:
        """The symbolic paths of the bases that come from outside."""
        bases = [(base, owner.parent) for owner in self.lineage(cls) for base in owner.node.bases]
        return tuple(v.path for base, unit in bases for v in self.values(base, unit) if isinstance(v, External))

    def _call(self, node: ast.Call, unit: Unit) -> Iterator[Abstract]:
        if is_super(node) and unit.cls is not None:
            yield Instance(unit.cls)
            return
        if isinstance(node.func, ast.Attribute) and node.func.attr == "get" and node.args:
            for value in self.values(node.func.value, unit):
                if isinstance(value, Container):
                    yield from self._item(value, node.args[0])
        for value in self.values(node.func, unit) or (UNKNOWN,):
            if isinstance(value, ClassValue):
                yield Instance(value.cls)
            elif isinstance(value, FunctionValue):
                yield from self._returned(value)
            elif isinstance(value, Instance):
                called = self.method(value.cls, "__call__")
                if called is not None:
                    yield from self._returned(FunctionValue(called, value.cls))
                else:
                    yield from (External(f"{base}()()") for base in self.external_bases(value.cls))
            elif isinstance(value, External):
                yield from self._external_call(value, node, unit)
            elif isinstance(value, Parameter):
                yield Parameter(value.unit, value.name, part=True)

    def _returned(self, function: FunctionValue) -> Iterator[Abstract]:
        for expression in function.unit.returns:
            yield from self.values(expression, function.unit)

    def _external_call(self, function: External, node: ast.Call, unit: Unit) -> Iterator[Abstract]:
        if function.path in _TRANSPARENT and node.args:
            yield from self.values(node.args[0], unit)
        elif function.path in _JOINERS:
            yield TextValue(texts.joined(node.args, lambda part: self.values(part, unit)))
        elif function.path in ENVIRONMENT and node.args:
            yield from self.values(node.args[1], unit) if len(node.args) > 1 else ()
            yield self._variable(node.args[0], unit, external(f"{function.path}()", node, unit))
        elif function.path in _BUILTIN_CONTAINERS or function.path.startswith("collections."):
            yield Container(function.path.rsplit(".", 1)[-1], not node.args, node)
        elif function.path.endswith(".__new__") and node.args:
            yield from (Instance(v.cls) for v in self.values(node.args[0], unit) if isinstance(v, ClassValue))
        elif function.path in IMPORTERS and node.args and isinstance(node.args[0], ast.Constant):
            name = str(node.args[0].value)
            module = self.program.module(name)
            yield External(name) if module is None else ModuleValue(module)
        elif function.path == "str" and len(node.args) == 1:
            yield from self.values(node.args[0], unit)
        elif function.path == "str().format":
            yield TextValue("{}")
        else:
            yield external(f"{function.path}()", node, unit)

    def _subscript(self, node: ast.Subscript, unit: Unit) -> Iterator[Abstract]:
        for value in self.values(node.value, unit):
            if isinstance(value, External):
                found = external(f"{value.path}[]")
                yield self._variable(node.slice, unit, found) if value.path == "os.environ" else found
            elif isinstance(value, Parameter):
                yield Parameter(value.unit, value.name, part=True)
            elif isinstance(value, Container):
                yield from self._item(value, node.slice)

    def _variable(self, name: ast.expr, unit: Unit, otherwise: Abstract) -> Abstract:
        """The environment variable of that name, where its name is known."""
        text = self.text(name, unit)
        return Variable(text) if text is not None and "{}" not in text else otherwise

    def _element(self, value: Abstract, position: int | None = None) -> Iterator[Abstract]:
        """What a part of a value may be; `position` is its place where the value is taken apart into names."""
        if isinstance(value, External):
            yield external(f"{value.path}[]")
        elif isinstance(value, Parameter):
            yield Parameter(value.unit, value.name, part=True)
        elif isinstance(value, Container) and value.unit is not None:
            items = getattr(value.node, "elts", [])
            for item in items if position is None else items[position : position + 1]:
                yield from self.values(item, value.unit)

    def _item(self, container: Container, key: ast.expr) -> Iterator[Abstract]:
        """What a container holds under a key; everything where the key is not known."""
        if container.unit is None:
            return
        if not isinstance(container.node, ast.Dict):
            yield from self._element(container)
            return
        is_known = isinstance(key, ast.Constant)
        for known, item in zip(container.node.keys, container.node.values, strict=True):
            if not is_known or getattr(known, "value", None) == getattr(key, "value", None):
                yield from self.values(item, container.unit)

    def text(self, node: ast.expr, unit: Unit) -> str | None:
        """A text with `{}` where it is open; None when nothing of it is known."""
        piece = texts.piece(node, lambda part: self.values(part, unit))
        return None if piece == "{}" else piece


def is_super(node: ast.expr) -> bool:
    """`super()`, or `super(Class, self)` as in Python 2."""
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "super"
