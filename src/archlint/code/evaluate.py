"""What an expression may stand for: a small, flow-insensitive evaluation over names, attributes and calls."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable, Iterator

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
    Text,
)
from archlint.code.program import Program
from archlint.code.units import Binding, Class, Module, Unit

MAX_VALUES = 4
MAX_OPEN = 100
"""Expressions and names that may wait for each other; each takes up to six frames of the stack."""

MAX_PATH = 300

UNKNOWN = External("?")

CONTAINERS = {ast.List: "list", ast.Dict: "dict", ast.Set: "set"}
_BUILTIN_CONTAINERS = {"list", "dict", "set"}
_TRANSPARENT = {"functools.partial", "functools.wraps()", "asyncio.run", "copy.deepcopy", "copy.copy"}
_JOINERS = {"os.path.join", "pathlib.Path", "pathlib.PurePath", "pathlib.PosixPath"}


class Evaluator:
    """Evaluates within one program; results are kept, a value that depends on itself is unknown."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self.kept: dict[tuple[int | str, int], tuple[Abstract, ...]] = {}
        self.open: set[tuple[int | str, int]] = set()

    def values(self, node: ast.expr, unit: Unit) -> tuple[Abstract, ...]:
        """The things that an expression may stand for, at most MAX_VALUES; empty when nothing is known."""
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
            found = _few(find())
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
        elif isinstance(node, ast.Attribute):
            for value in self.values(node.value, unit) or (UNKNOWN,):
                yield from self.attribute(value, node.attr)
        elif isinstance(node, ast.Call):
            yield from self._call(node, unit)
        elif isinstance(node, ast.Constant):
            if node.value is not Ellipsis and not isinstance(node.value, complex):
                yield Constant(node.value)
        elif isinstance(node, ast.JoinedStr):
            yield Text("".join(self._pieces(node, unit)))
        elif isinstance(node, ast.Subscript):
            yield from self._subscript(node, unit)
        elif isinstance(node, ast.BinOp):
            yield from self._operation(node, unit)
        else:
            yield from self._compound(node, unit)

    def _compound(self, node: ast.expr, unit: Unit) -> Iterator[Abstract]:
        if isinstance(node, ast.List | ast.Dict | ast.Set):
            items = node.keys if isinstance(node, ast.Dict) else node.elts
            yield Container(CONTAINERS[type(node)], not items, node)
        elif isinstance(node, ast.ListComp | ast.DictComp | ast.SetComp):
            yield Container(type(node).__name__[:-4].lower(), False, node)
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
        for binding in starred:
            target = self.target_module(binding, module)
            if target is not None and target is not module:
                yield from self.name(name, target.body)
        if not starred:
            yield External(name)

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
                yield from (element for value in values for element in _element(value))
            elif binding.kind != "other":
                yield from values

    def _parameter(self, node: ast.arg, unit: Unit) -> Iterator[Abstract]:
        first = unit.parameters[0] if unit.parameters else None
        if unit.cls is not None and node is first and not _is_static(unit):
            yield ClassValue(unit.cls) if _is_class_method(unit) else Instance(unit.cls)
        else:
            yield Parameter(unit, node.arg)

    def _imported(self, binding: Binding, unit: Unit) -> Iterator[Abstract]:
        dotted = self._absolute(binding, unit.module)
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
        dotted = self._absolute(binding, module)
        return self.program.module(dotted) if dotted else None

    def _absolute(self, binding: Binding, module: Module) -> str:
        if not binding.level:
            return binding.module
        parts = module.name.replace("/", ".").split(".")
        keep = len(parts) - binding.level + (1 if module.is_package else 0)
        base = ".".join(parts[: max(0, keep)])
        return ".".join(part for part in (base, binding.module) if part)

    def attribute(self, value: Abstract, name: str) -> Iterator[Abstract]:
        """What `value.name` stands for."""
        if isinstance(value, External):
            yield _external(f"{value.path}.{name}")
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
        elif isinstance(value, Constant | Text):
            yield External(f"str().{name}")

    def _member(self, cls: Class, name: str, of_instance: bool) -> Iterator[Abstract]:
        method = self.method(cls, name)
        if method is not None:
            if _is_property(method):
                for returned in method.returns:
                    yield from self.values(returned, method)
            else:
                yield FunctionValue(method, cls)
            return
        found = False
        for owner in self.lineage(cls):
            for expression, unit in owner.attributes.get(name, ()):
                found = True
                yield from self.values(expression, unit)
            if found:
                return
        for base in self.external_bases(cls):
            yield _external(f"{base}{'()' if of_instance else ''}.{name}")

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

    def external_bases(self, cls: Class) -> Iterator[str]:
        """The symbolic paths of the bases that come from outside."""
        for owner in self.lineage(cls):
            for base in owner.node.bases:
                yield from (v.path for v in self.values(base, owner.parent) if isinstance(v, External))

    def _call(self, node: ast.Call, unit: Unit) -> Iterator[Abstract]:
        if isinstance(node.func, ast.Name) and node.func.id == "super" and unit.cls is not None:
            yield Instance(unit.cls)
            return
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
            pieces = [self._piece(argument, unit) for argument in node.args]
            yield Text("/".join(piece.rstrip("/") for piece in pieces) if pieces else "{}")
        elif function.path in ("os.getenv", "os.environ.get"):
            yield from self.values(node.args[1], unit) if len(node.args) > 1 else ()
            yield _external(f"{function.path}()", node, unit)
        elif function.path in _BUILTIN_CONTAINERS or function.path.startswith("collections."):
            yield Container(function.path.rsplit(".", 1)[-1], not node.args, node)
        elif function.path == "str" and len(node.args) == 1:
            yield from self.values(node.args[0], unit)
        elif function.path == "str().format":
            yield Text("{}")
        else:
            yield _external(f"{function.path}()", node, unit)

    def _subscript(self, node: ast.Subscript, unit: Unit) -> Iterator[Abstract]:
        for value in self.values(node.value, unit):
            if isinstance(value, External):
                yield _external(f"{value.path}[]")
            elif isinstance(value, Parameter):
                yield Parameter(value.unit, value.name, part=True)
            elif isinstance(value, Container):
                yield from self._item(value, node.slice, unit)

    def _item(self, container: Container, key: ast.expr, unit: Unit) -> Iterator[Abstract]:
        if isinstance(container.node, ast.Dict) and isinstance(key, ast.Constant):
            for known, item in zip(container.node.keys, container.node.values, strict=True):
                if isinstance(known, ast.Constant) and known.value == key.value:
                    yield from self.values(item, unit)

    def _operation(self, node: ast.BinOp, unit: Unit) -> Iterator[Abstract]:
        """Texts and paths put together with `+`, `%` and `/`."""
        if isinstance(node.op, ast.Div):
            left = self._piece(node.left, unit)
            if "/" in left or left in (".", "..") or "path" in left.lower():
                yield Text(f"{left.rstrip('/')}/{self._piece(node.right, unit)}")
        elif isinstance(node.op, ast.Add):
            left, right = self._piece(node.left, unit), self._piece(node.right, unit)
            if left != "{}" or right != "{}":
                yield Text(left + right)
        elif isinstance(node.op, ast.Mod):
            yield Text(self._piece(node.left, unit))

    def _pieces(self, node: ast.JoinedStr, unit: Unit) -> Iterator[str]:
        for part in node.values:
            if isinstance(part, ast.Constant):
                yield str(part.value)
            elif isinstance(part, ast.FormattedValue):
                yield self._piece(part.value, unit)

    def _piece(self, node: ast.expr, unit: Unit) -> str:
        """An expression as part of a text; `{}` where it is open."""
        texts = set()
        for value in self.values(node, unit):
            if isinstance(value, Constant) and isinstance(value.value, str | int):
                texts.add(str(value.value))
            elif isinstance(value, Text):
                texts.add(value.pattern)
            elif isinstance(value, External) and value.path.startswith("tempfile."):
                texts.add("/tmp/{}")  # where tempfile works on Lambda
            else:
                texts.add("{}")
        return texts.pop()[:MAX_PATH] if len(texts) == 1 else "{}"

    def text(self, node: ast.expr, unit: Unit) -> str | None:
        """A text with `{}` where it is open; None when nothing of it is known."""
        piece = self._piece(node, unit)
        return None if piece == "{}" else piece


def _external(path: str, call: ast.Call | None = None, unit: Unit | None = None) -> External:
    return External(path if len(path) <= MAX_PATH else "?", call, unit)


def _element(value: Abstract) -> Iterator[Abstract]:
    if isinstance(value, External):
        yield _external(f"{value.path}[]")
    elif isinstance(value, Parameter):
        yield Parameter(value.unit, value.name, part=True)


def _few(values: Iterable[Abstract]) -> tuple[Abstract, ...]:
    """Each value once, the first MAX_VALUES."""
    found: list[Abstract] = []
    for value in values:
        if value not in found:
            found.append(value)
            if len(found) == MAX_VALUES:
                break
    return tuple(found)


def _decorator_names(unit: Unit) -> Iterator[str]:
    for decorator in unit.decorators:
        target = decorator.func if isinstance(decorator, ast.Call) else decorator
        if isinstance(target, ast.Attribute):
            yield target.attr
        elif isinstance(target, ast.Name):
            yield target.id


def _is_static(unit: Unit) -> bool:
    return "staticmethod" in _decorator_names(unit)


def _is_class_method(unit: Unit) -> bool:
    return "classmethod" in _decorator_names(unit) or unit.name.endswith((".__new__", ".__init_subclass__"))


def _is_property(unit: Unit) -> bool:
    return any(name in ("property", "cached_property") for name in _decorator_names(unit))
