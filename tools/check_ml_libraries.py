"""Check rules/data/ml_libraries.yaml against wheels, without importing them.

    python tools/check_ml_libraries.py FOLDER

FOLDER holds wheels that `pip download --no-deps` fetched. Each row's call (of a glob, its `example`) is looked up in
the syntax trees of its library's wheel. Levels: `full` (the name is there), `root` (what is called or constructed first
is there, the rest belongs to another distribution or to a function's result), `compiled` (the name stands in a native
module), `absent`. Exits with 1 when a row that claims a wheel of the same version is absent, or a removed one is there.
"""

from __future__ import annotations

import ast
import re
import sys
import zipfile
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path, PurePosixPath
from typing import Any

import yaml
from packaging.utils import InvalidWheelFilename, canonicalize_name, parse_wheel_filename

DATA = Path(__file__).resolve().parents[1] / "rules" / "data" / "ml_libraries.yaml"
ALIASES = {"tensorflow.keras": "keras"}
DEFINITIONS = (ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)


@dataclass
class Wheel:
    """One wheel's modules by dotted name; a module may have both a .py and a .pyi file."""

    path: Path
    name: str
    version: str
    modules: dict[str, list[str]] = field(default_factory=dict)
    packages: set[str] = field(default_factory=set)
    native: list[str] = field(default_factory=list)
    trees: dict[str, list[ast.AST]] = field(default_factory=dict)
    definitions: dict[str, list[tuple[str, str]]] = field(default_factory=dict)

    def index(self) -> Wheel:
        with zipfile.ZipFile(self.path) as archive:
            for member in archive.namelist():
                pure = PurePosixPath(member)
                if pure.suffix in (".so", ".pyd", ".dylib") or ".so." in pure.name:
                    self.native.append(member)
                if pure.suffix not in (".py", ".pyi"):
                    continue
                parts = list(pure.with_suffix("").parts)
                if parts[0].endswith(".data") and len(parts) > 2:
                    parts = parts[2:]
                if parts[-1] == "__init__":
                    parts.pop()
                    self.packages.add(".".join(parts))
                self.modules.setdefault(".".join(parts), []).append(member)
                for depth in range(1, len(parts)):
                    self.modules.setdefault(".".join(parts[:depth]), [])
        return self

    def defined(self) -> dict[str, list[tuple[str, str]]]:
        """(module, kind) by the name of every class and function at module level, found by a line's beginning."""
        if not self.definitions:
            with zipfile.ZipFile(self.path) as archive:
                for module, members in self.modules.items():
                    for member in members:
                        for word, name in re.findall(rb"^(class|def) (\w+)", archive.read(member), re.MULTILINE):
                            entry = (module, "class" if word == b"class" else "function")
                            self.definitions.setdefault(name.decode(), []).append(entry)
        return self.definitions

    def parse(self, module: str) -> list[ast.AST]:
        if module not in self.trees:
            found: list[ast.AST] = []
            with zipfile.ZipFile(self.path) as archive:
                for member in self.modules.get(module, ()):
                    try:
                        found.append(ast.parse(archive.read(member)))
                    except (SyntaxError, ValueError):
                        continue
            self.trees[module] = found
        return self.trees[module]


@cache
def top_level(tree: ast.AST) -> list[ast.stmt]:
    """Statements that run at import, also inside if, try and with."""
    found: list[ast.stmt] = []
    waiting: list[ast.AST] = [tree]
    while waiting:
        node = waiting.pop()
        for child in ast.iter_child_nodes(node):
            if isinstance(child, ast.stmt):
                found.append(child)
            if not isinstance(child, DEFINITIONS) and isinstance(child, (ast.stmt, ast.ExceptHandler)):
                waiting.append(child)
    return found


Symbol = tuple[str, str, ast.AST | None]
"""(kind: class, function, module, value or outside; module; the definition)."""


def absolute(wheel: Wheel, module: str, node: ast.ImportFrom) -> str:
    if not node.level:
        return node.module or ""
    base = module.split(".") if module in wheel.packages else module.split(".")[:-1]
    base = base[: len(base) - node.level + 1]
    return ".".join([*base, *([node.module] if node.module else [])])


def lookup(wheel: Wheel, module: str, name: str, seen: frozenset[tuple[str, str]] = frozenset()) -> Symbol | None:
    if (module, name) in seen or len(seen) > 25:
        return None
    seen |= {(module, name)}
    stars: list[str] = []
    for tree in wheel.parse(module):
        for node in top_level(tree):
            found = defined_by(wheel, module, node, name, seen, stars)
            if found:
                return found
    if f"{module}.{name}" in wheel.modules:
        return ("module", f"{module}.{name}", None)
    for star in stars:
        found = lookup(wheel, star, name, seen)
        if found:
            return found
    return lazily_exported(wheel, module, name)


def defined_by(
    wheel: Wheel, module: str, node: ast.stmt, name: str, seen: frozenset[tuple[str, str]], stars: list[str]
) -> Symbol | None:
    if isinstance(node, DEFINITIONS) and node.name == name:
        return ("class" if isinstance(node, ast.ClassDef) else "function", module, node)
    if isinstance(node, ast.ImportFrom):
        origin = absolute(wheel, module, node)
        for alias in node.names:
            if alias.name == "*":
                stars.append(origin)
            elif (alias.asname or alias.name) == name:
                if origin not in wheel.modules:
                    return ("outside", origin, None)
                return lookup(wheel, origin, alias.name, seen) or ("value", origin, None)
    elif isinstance(node, ast.Assign | ast.AnnAssign):
        targets = node.targets if isinstance(node, ast.Assign) else [node.target]
        names = {part.id for target in targets for part in ast.walk(target) if isinstance(part, ast.Name)}
        if name in names:
            return ("value", module, None)
    return None


def lazily_exported(wheel: Wheel, module: str, name: str) -> Symbol | None:
    """A package that exports by __getattr__ or a lazy module: the class or function of that name anywhere below it."""
    nodes = [node for tree in wheel.parse(module) for node in ast.walk(tree)]
    names = {node.id for node in nodes if isinstance(node, ast.Name)}
    strings = {node.value for node in nodes if isinstance(node, ast.Constant)}
    if "_LazyModule" not in names and name not in strings:
        return None
    for other, kind in wheel.defined().get(name, ()):
        if other.startswith(module):
            for node in (node for tree in wheel.parse(other) for node in top_level(tree)):
                if isinstance(node, DEFINITIONS) and node.name == name:
                    return (kind, other, node)
    return None


def has_member(wheel: Wheel, symbol: Symbol, name: str, depth: int = 0) -> bool | None:
    """True or False for a class of the wheel; None when a base lies outside it."""
    _kind, module, node = symbol
    if not isinstance(node, ast.ClassDef) or depth > 12:
        return None
    for part in top_level(node):
        if isinstance(part, DEFINITIONS) and part.name == name:
            return True
        if isinstance(part, ast.Assign) and any(isinstance(t, ast.Name) and t.id == name for t in part.targets):
            return True
        if isinstance(part, ast.AnnAssign) and isinstance(part.target, ast.Name) and part.target.id == name:
            return True
    open_base = False
    for base in node.bases:
        dotted = ast.unparse(base).split("[")[0]
        if dotted in ("object", "Generic", "Protocol", "ABC", "Enum"):
            continue
        found = lookup(wheel, module, dotted.split(".")[0])
        for part_name in dotted.split(".")[1:]:
            found = lookup(wheel, found[1], part_name) if found and found[0] == "module" else None
        answer = has_member(wheel, found, name, depth + 1) if found else None
        if answer:
            return True
        open_base = open_base or answer is None
    return None if open_base else False


@cache
def native_text(path: Path, member: str) -> bytes:
    with zipfile.ZipFile(path) as archive:
        return archive.read(member) if archive.getinfo(member).file_size < 150_000_000 else b""


def level(wheel: Wheel, example: str) -> str:
    for alias, origin in ALIASES.items():
        if example.startswith(alias + ".") and wheel.name == origin:
            example = origin + example.removeprefix(alias)
    head, called, _rest = example.partition("(")
    segments = [part.removesuffix("[]") for part in head.split(".")]
    prefixes = (".".join(segments[:n]) for n in range(len(segments), 0, -1))
    module = next((prefix for prefix in prefixes if prefix in wheel.modules), "")
    if not module:
        return "absent"
    symbol: Symbol = ("module", module, None)
    rest = segments[len(module.split(".")) :]
    rest += [part.rstrip("()[]") for part in example.split(".")[len(segments) :]] if called else []
    top = len(segments) - len(module.split("."))
    for position, name in enumerate(rest):
        if symbol[0] == "module":
            found = lookup(wheel, symbol[1], name)
            if found is None:
                return in_native(wheel, rest[-1])
            symbol = found
        elif symbol[0] == "class":
            member = has_member(wheel, symbol, name)
            if member is False:
                return in_native(wheel, name) if wheel.native else "absent"
            return "root" if member is None or position + 1 < len(rest) else "full"
        else:
            return "root" if position >= top or symbol[0] in ("outside", "value") else "absent"
    return "full" if symbol[0] != "outside" else "root"


def in_native(wheel: Wheel, name: str) -> str:
    """Only a name that no ordinary word contains says anything here."""
    if len(name) < 9 and name.islower():
        return "absent"
    pattern = re.compile(rb"\b" + name.encode() + rb"\b")
    return "compiled" if any(pattern.search(native_text(wheel.path, member)) for member in wheel.native) else "absent"


def wheels(folder: Path) -> dict[str, Wheel]:
    found: dict[str, Wheel] = {}
    for path in sorted(folder.glob("*.whl")):
        try:
            name, version, _build, _tags = parse_wheel_filename(path.name)
        except InvalidWheelFilename:
            continue
        found[str(name)] = Wheel(path, str(name), str(version)).index()
    return found


def wheel_for(library: dict[str, Any], call: str, found: dict[str, Wheel]) -> Wheel | None:
    names = [ALIASES[alias] for alias in ALIASES if call.startswith(alias + ".")] or library["distributions"]
    return next((found[key] for key in map(canonicalize_name, names) if key in found), None)


def main(arguments: list[str]) -> int:
    if len(arguments) != 1:
        sys.stderr.write(f"{__doc__}\n")
        return 2
    found = wheels(Path(arguments[0]))
    wrong = 0
    for library in yaml.safe_load(DATA.read_text())["libraries"]:
        for row in library["calls"]:
            wheel = wheel_for(library, row["call"], found)
            if wheel is None:
                continue
            answer = level(wheel, row.get("example", row["call"]))
            claims = row["verified"].startswith(f"wheel {wheel.name} {wheel.version},")
            gone = answer in ("absent", "compiled") if "removed_in" in row else answer == "absent"
            bad = claims and gone != ("removed_in" in row)
            wrong += bad
            sys.stdout.write(f"{'WRONG ' if bad else ''}{answer:9}{row['call']}  ({wheel.name} {wheel.version})\n")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
