"""What lies around the code that a fix moves: variables, threads, tests and other users of its module."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from itertools import takewhile
from weakref import WeakKeyDictionary

from archlint.cache.memo import per_tree
from archlint.code.units import Module
from archlint.collect import collect
from archlint.edits.overlay import OverlayTree
from archlint.edits.python.source import PythonSource
from archlint.project import Project
from archlint.tree import Tree, UnreadableError

RESERVED = frozenset({"AWS_REGION", "AWS_DEFAULT_REGION"})
"""Variables that Lambda sets in every environment (Lambda Developer Guide, environment variables)."""

MAX_FILES = 3_000
"""Python files that are searched for users of a module; with more, a use is assumed."""

_WRITERS = frozenset({"putenv", "unsetenv", "load_dotenv", "set_key"})
_METHODS = frozenset({"update", "setdefault", "pop", "clear", "popitem", "__setitem__"})
_THREADS = frozenset({"threading", "concurrent", "multiprocessing", "asyncio", "joblib", "gevent", "anyio", "trio"})

_PROCESSES = frozenset({"multiprocessing", "multiprocess", "billiard", "joblib", "loky"})

_outside: WeakKeyDictionary[Project, tuple[tuple[str, ...], dict[str, str]]] = WeakKeyDictionary()


def writes_environment(source: PythonSource, keys: frozenset[str], before: ast.stmt) -> bool:
    """Whether code that runs with the file may set one of the variables, or one of the AWS SDK's, at another time than
    at import above the statement `before` of this file."""
    modules = {id(module): module for view in source.views for module in view.reach.imported}
    return any(
        _may_be_one(key, keys)
        for module in modules.values()
        for node, key in _written(module)
        if not (module is source.module and _is_above(source, node, before))
    )


def writes_any_variable(source: PythonSource) -> bool:
    """Whether code that runs with the file sets any variable at all."""
    return any(True for view in source.views for module in view.reach.imported for _ in _written(module))


def _is_above(source: PythonSource, node: ast.AST, before: ast.stmt) -> bool:
    top = source.top(node)
    functions = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)
    in_function = any(isinstance(outer, functions) for outer in source.above(node))
    return top is not None and not in_function and top.lineno <= before.lineno


def _may_be_one(key: str | None, keys: frozenset[str]) -> bool:
    return key is None or key in keys or key.startswith(("AWS_", "BOTO"))


def _written(module: Module) -> Iterator[tuple[ast.AST, str | None]]:
    """What writes environment variables, with the variable's name where it stands there."""
    for node in module.nodes(ast.Subscript):
        if not isinstance(node.ctx, ast.Load) and _last(node.value) == "environ":
            yield node, _text(node.slice)
    for call in module.nodes(ast.Call):
        name = _last(call.func)
        owner = call.func.value if isinstance(call.func, ast.Attribute) else None
        if name in _WRITERS or (name in _METHODS and owner is not None and _last(owner) == "environ"):
            yield call, _text(call.args[0]) if call.args and name in ("putenv", "setdefault", "pop") else None


def _last(node: ast.AST) -> str:
    return str(getattr(node, "attr", getattr(node, "id", "")))


def _text(node: ast.expr) -> str | None:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None


def has_variable(source: PythonSource, key: str) -> bool:
    """Whether every function that runs the file surely has an environment variable."""
    if key in RESERVED:
        return True
    for view in source.views:
        image = view.deployed.image
        if key not in view.deployed.function.environment and (image is None or key not in image.environment):
            return False
    return True


def runs_threads(source: PythonSource) -> bool:
    """Whether code of the repository that runs with the file may use several threads."""
    return _imports_one_of(source, _THREADS)


def runs_processes(source: PythonSource) -> bool:
    """Whether code of the repository that runs with the file may fork: connections must not be shared then."""
    return _imports_one_of(source, _PROCESSES)


def _imports_one_of(source: PythonSource, roots: frozenset[str]) -> bool:
    return any(
        name.partition(".")[0] in roots
        for view in source.views
        for module in view.reach.imported
        for node in module.imports()
        for name in ([alias.name for alias in node.names] if isinstance(node, ast.Import) else [node.module or ""])
    )


def is_star_imported(source: PythonSource) -> bool:
    """Whether another module takes over every name of the file."""
    for view in source.views:
        for module in view.reach.imported:
            for unit in (module.body, *module.units.values()):
                for binding in unit.bindings.get("*", ()):
                    target = view.reach.evaluator.target_module(binding, module)
                    if target is None or target.path == source.path:
                        return True
    return False


def used_elsewhere(source: PythonSource, project: Project) -> bool:
    """Whether code that no function runs, such as a test, may import the file or put something in place of its names.
    Where several files have its name, an import means the one that is nearest."""
    names = source.path.removesuffix(".py").split("/")
    name = names[-2] if names[-1] == "__init__" and len(names) > 1 else names[-1]
    if not name.isidentifier():
        return True
    word = re.escape(name)
    uses = re.compile(
        rf"^[ \t]*(?:from[ \t][^\n#]*\b{word}\b|import[ \t][^\n#]*\b{word}\b)"
        rf"|(?:patch|setattr|import_module|spec_from_file_location|run_module|run_path|__import__)\b[^\n]*\b{word}\b",
        re.MULTILINE,
    )
    python, others = _others(project)
    alike = [path for path in python if path.rpartition("/")[2] == source.path.rpartition("/")[2]]
    return len(others) > MAX_FILES or any(
        name in text
        and uses.search(text)
        and all(_shared(path, source.path) >= _shared(path, other) for other in alike)
        for path, text in others.items()
    )


def _shared(one: str, other: str) -> int:
    """How many folders two paths have in common."""
    pairs = zip(one.split("/")[:-1], other.split("/")[:-1], strict=False)
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], pairs))


def _others(project: Project) -> tuple[tuple[str, ...], dict[str, str]]:
    """The paths of all Python files, and the text of those that none of the project's functions runs."""
    if project not in _outside:
        running = {module.path for _, reach in project.python_functions() for module in reach.imported}
        tree = project.tree
        base, changed = (tree.base, tree.changed) if isinstance(tree, OverlayTree) else (tree, {})
        python = _python(base)
        outside = [path for path in python if path not in running][: MAX_FILES + 1]
        _outside[project] = (
            python,
            {path: _text_of(tree, path) if path in changed else _text_of_unchanged(base, path) for path in outside},
        )
    return _outside[project]


@per_tree
def _python(tree: Tree) -> tuple[str, ...]:
    return collect(tree).python


def _text_of(tree: Tree, path: str) -> str:
    try:
        return tree.read(path).decode("utf-8", "replace")
    except UnreadableError:
        return ""


_text_of_unchanged = per_tree(_text_of)
