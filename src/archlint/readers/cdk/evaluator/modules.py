"""Imports of the app's own files, and the names of everything else."""

from __future__ import annotations

import json
import posixpath
import re
import sys
from typing import TYPE_CHECKING, Any

from archlint import tree
from archlint.cache.memo import per_tree
from archlint.model.place import Place
from archlint.readers.cdk import program as ir
from archlint.readers.cdk.evaluator.budget import CALL_DEPTH
from archlint.readers.cdk.evaluator.files import AppFiles
from archlint.readers.cdk.evaluator.names import canonical, module_member, script_library, snake
from archlint.readers.cdk.evaluator.objects import Live, LoadedModule, NameScope
from archlint.readers.cdk.evaluator.paths import absolute
from archlint.readers.cdk.values import CdkReference, CdkValue, Open
from archlint.syntax.python import SourceError, decode_python
from archlint.tree import Tree, UnreadableError

if TYPE_CHECKING:
    from archlint.readers.cdk.evaluator.machine import Machine


_ENDINGS = (".ts", ".tsx", ".mts", ".cts", ".js", ".jsx", ".mjs", ".cjs", ".json")
_COMPILED = {".js": (".ts", ".tsx"), ".mjs": (".mts",), ".cjs": (".cts",), ".jsx": (".tsx",)}
_COMMENT = re.compile(r'("(?:[^"\\]|\\.)*")|/\*.*?\*/|//[^\n]*', re.DOTALL)
_COMMA = re.compile(r'("(?:[^"\\]|\\.)*")|,(?=\s*[}\]])')
_LIBRARIES = frozenset(("aws_cdk", "constructs", "jsii", "boto3", "yaml")) | sys.stdlib_module_names


def python_file(files: Tree, folder: str, name: str, known: bool = False) -> str | None:
    """A module or package `name` in `folder`: a file, or the folder itself where it has no __init__.py. A bare folder
    gives way to a library of that name, unless it is `known` to be the app's."""
    base = posixpath.join(folder, name)
    package = posixpath.join(base, "__init__.py")
    if files.is_file(package):
        return package
    if files.is_file(base + ".py"):
        return base + ".py"
    if files.is_dir(base) and (known or name not in _LIBRARIES) and _holds_python(files, base):
        return base
    return None


def _holds_python(files: Tree, folder: str) -> bool:
    names = files.names(folder)
    if any(name.endswith(".py") for name in names):
        return True
    return any(inner.endswith(".py") for name in names[:100] for inner in files.names(posixpath.join(folder, name)))


def script_file(files: Tree, module: str, importer: str, folder: str) -> str | None:
    """A relative import, or one that tsconfig.json maps."""
    if module.startswith("."):
        base = tree.join(tree.parent(importer), module)
        return None if base is None else _script(files, base)
    for candidate in _mapped(files, module, folder):
        found = _script(files, candidate)
        if found is not None:
            return found
    return None


def _script(files: Tree, base: str) -> str | None:
    stem, ending = posixpath.splitext(base)
    for compiled in _COMPILED.get(ending, ()):
        if files.is_file(stem + compiled):
            return stem + compiled
    if ending in _ENDINGS and files.is_file(base):
        return base
    for ending in _ENDINGS:
        if files.is_file(base + ending):
            return base + ending
    for ending in _ENDINGS:
        inside = posixpath.join(base, "index" + ending)
        if files.is_file(inside):
            return inside
    return None


def _mapped(files: Tree, module: str, folder: str) -> list[str]:
    """What `baseUrl` and `paths` of tsconfig.json make of an import."""
    options = _options(files, folder)
    base = options.get("baseUrl")
    start = tree.join(folder, base) if isinstance(base, str) else folder
    if start is None:
        return []
    found: list[str] = []
    table = options.get("paths")
    for pattern, targets in table.items() if isinstance(table, dict) else ():
        before, star, after = str(pattern).partition("*")
        if star and module.startswith(before) and module.endswith(after) and len(module) >= len(before) + len(after):
            middle = module[len(before) : len(module) - len(after)]
        elif module == pattern:
            middle = ""
        else:
            continue
        for target in targets if isinstance(targets, list) else ():
            found.append(str(target).replace("*", middle))
    if isinstance(base, str):
        found.append(module)
    paths = (tree.join(start, path) for path in found)
    return [path for path in paths if path is not None]


@per_tree
def _options(files: Tree, folder: str) -> dict[str, Any]:
    path = posixpath.join(folder, "tsconfig.json")
    if not files.is_file(path):
        return {}
    try:
        text = files.read(path, 100_000).decode("utf-8", "replace")
        text = _COMMENT.sub(lambda match: match.group(1) or "", text.removeprefix("\ufeff"))
        data = json.loads(_COMMA.sub(lambda match: match.group(1) or "", text))
    except (UnreadableError, ValueError, RecursionError):
        return {}
    options = data.get("compilerOptions") if isinstance(data, dict) else None
    return options if isinstance(options, dict) else {}


class Modules:
    """Runs each file of an app once, when it is first imported."""

    def __init__(self, machine: Machine, entry: str) -> None:
        self.machine = machine
        self.entry = entry
        self.files = AppFiles(machine)
        self.loaded: dict[str, LoadedModule] = {}
        self.running: set[str] = set()
        self.search = list(dict.fromkeys((tree.parent(entry), machine.folder)))
        """Python's sys.path, as folders of the tree."""

    def run_entry(self) -> None:
        self.load(self.entry, "__main__")

    def load(self, path: str, name: str) -> LoadedModule:
        if path in self.loaded:
            return self.loaded[path]
        language = "python" if path.endswith(".py") or not posixpath.splitext(path)[1] else "typescript"
        module = self.loaded[path] = LoadedModule(path, language)
        variables = module.scope.variables
        if language == "python":
            variables |= {"__file__": absolute(path), "__name__": name}
        else:
            here = tree.parent(path)
            variables |= {"__filename": absolute(path), "__dirname": absolute(here)}
        if path.endswith(".json"):
            self._load_data(module)
        elif self.machine.tree.is_file(path):
            self._run(module)
        return module

    def _load_data(self, module: LoadedModule) -> None:
        data = self.files.data(module.path, "json")
        module.exports["default"] = module.exports["="] = data
        if isinstance(data, Open):
            module.failure = data.reason

    def _run(self, module: LoadedModule) -> None:
        text = self.files.read(module.path, decode_python if module.language == "python" else None)
        if isinstance(text, Open):
            module.failure = text.reason
            self.machine.gap(text.reason, Place(module.path))
            return
        try:
            source = _lower(text, module)
        except SourceError as error:
            module.failure = f"{module.path} cannot be read: {error.message}"
            self.machine.gap(module.failure, Place(module.path, error.line, error.column))
            return
        if source.broken:
            self.machine.gap("parts of the file are no valid syntax", Place(module.path))
        doubt = self.machine.doubt
        self.running.add(module.path)
        self.machine.budget.depth += CALL_DEPTH
        try:
            self.machine.run_block(source.body, module.scope)
        except RecursionError:
            self.machine.gap("it is nested more deeply than archlint follows", Place(module.path))
        finally:
            self.running.discard(module.path)
            self.machine.budget.depth -= CALL_DEPTH
            self.machine.doubt = doubt

    # Imports

    def run_import(self, node: ir.Import, scope: NameScope) -> None:
        if scope.module.script:
            self._import_script(node, scope)
        else:
            self._import_python(node, scope)

    def _bind(self, scope: NameScope, name: str, value: CdkValue) -> None:
        holder = scope.binder(name, declares=scope.module.script)
        self.machine.memory.put(holder.variables, name, value, named=True)

    def _import_script(self, node: ir.Import, scope: NameScope) -> None:
        found = self.script_module(node.module, scope, node.place)
        for name, local in node.names:
            self._bind(scope, local, self._script_name(found, name))

    def script_module(self, module: str, scope: NameScope, place: Place) -> LoadedModule | CdkReference | Open:
        path = script_file(self.machine.tree, module, scope.module.path, self.machine.folder)
        if path is not None:
            return self.load(path, "")
        if module.startswith((".", "/")):
            return self.machine.fail(f"the import of {module} finds no file", place)
        return CdkReference(script_library(module))

    def _script_name(self, found: LoadedModule | CdkReference | Open, name: str) -> CdkValue:
        if isinstance(found, Open):
            return found
        if isinstance(found, CdkReference):
            return found if name in ("*", "default", "=") else CdkReference(canonical(f"{found.path}.{snake(name)}"))
        if name == "*":
            return module_member(found, "=") if "=" in found.exports else found
        if name == "default" and not {"default", "="} & found.exports.keys() and found.path not in self.running:
            return found
        value = module_member(found, name)
        late = isinstance(value, Open) and not found.failure and found.path in self.running
        return Live(found, name) if late else value

    def export_from(self, node: ir.Export, scope: NameScope) -> None:
        """`export … from`: bound late, since modules may export from each other."""
        found = self.script_module(node.module or "", scope, node.place)
        exports = scope.module.exports
        for name, exported in node.names:
            if (name, exported) == ("*", "*"):
                if isinstance(found, LoadedModule):
                    late: dict[Any, CdkValue] = {key: Live(found, key) for key in found.exports if key != "default"}
                    exports |= {key: value for key, value in late.items() if key not in exports}
                elif isinstance(found, CdkReference):
                    scope.module.stars.append(found.path)
            elif isinstance(found, LoadedModule) and name != "*":
                exports[exported] = Live(found, name)
            else:
                exports[exported] = self._script_name(found, name)

    # Python

    def _import_python(self, node: ir.Import, scope: NameScope) -> None:
        found = self._python_module(node, scope)
        for name, local in node.names:
            if (name, local) == ("*", "*"):
                self._star(found, scope)
            elif name == "*":
                self._bind(scope, local, found)
            else:
                self._bind(scope, local, self._python_name(found, name))

    def _python_module(self, node: ir.Import, scope: NameScope) -> LoadedModule | CdkReference | Open:
        parts = [part for part in node.module.split(".") if part]
        if node.level:
            folder = tree.parent(scope.module.path)
            for _ in range(node.level - 1):
                folder = tree.parent(folder)
            found = self._below(folder, parts)
            dots = "." * node.level
            return found or self.machine.fail(f"the import of {dots}{node.module} finds no file", node.place)
        for folder in self.search:
            if python_file(self.machine.tree, folder, parts[0]) is not None:
                found = self._below(folder, parts)
                return found or self.machine.fail(f"the import of {node.module} finds no file", node.place)
        return CdkReference(canonical(node.module))

    def _below(self, folder: str, parts: list[str]) -> LoadedModule | None:
        """Packages on the way run first."""
        if not parts:
            return self._package(folder)
        path: str | None = None
        for position, part in enumerate(parts):
            path = python_file(self.machine.tree, folder, part, known=position > 0)
            if path is None:
                return None
            module = self.load(path, ".".join(parts[: position + 1]))
            folder = posixpath.join(folder, part)
        return module

    def _package(self, folder: str) -> LoadedModule:
        path = posixpath.join(folder, "__init__.py")
        return self.load(path if self.machine.tree.is_file(path) else folder, folder.replace("/", "."))

    def _python_name(self, found: LoadedModule | CdkReference | Open, name: str) -> CdkValue:
        if isinstance(found, Open):
            return found
        if isinstance(found, CdkReference):
            return CdkReference(canonical(f"{found.path}.{name}"))
        if name in found.scope.variables or found.failure:
            return module_member(found, name)
        inner = self.inner(found, name)
        if isinstance(inner, Open) and found.path in self.running:
            return Live(found, name)
        return inner

    def inner(self, module: LoadedModule, name: str) -> CdkValue:
        """A module inside a package, or what its star imports give."""
        folder = module.path.removesuffix("__init__.py").rstrip("/")
        if module.path.endswith("__init__.py") or not module.path.endswith(".py"):
            path = python_file(self.machine.tree, folder, name, known=True)
            if path is not None:
                return self.load(path, name)
        return module_member(module, name)

    def _star(self, found: LoadedModule | CdkReference | Open, scope: NameScope) -> None:
        if isinstance(found, CdkReference):
            scope.module.stars.append(found.path)
        elif isinstance(found, LoadedModule):
            listed = found.scope.variables.get("__all__")
            names = listed if isinstance(listed, list) else [n for n in found.scope.variables if n[:1] != "_"]
            for name in names:
                if isinstance(name, str):
                    self._bind(scope, name, self._python_name(found, name))
            scope.module.stars += found.stars


def _lower(text: str, module: LoadedModule) -> ir.Source:
    """Raises SourceError. A front end is loaded when an app needs it."""
    if module.language == "python":
        from archlint.readers.cdk.lowering.python_front import lower_python

        return lower_python(text, module.path)
    from archlint.readers.cdk.lowering.typescript_front import lower_typescript

    return lower_typescript(text, module.path)
