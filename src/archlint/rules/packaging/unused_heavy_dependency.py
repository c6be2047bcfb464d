"""AL205: a heavy dependency that no code of the function imports."""

from __future__ import annotations

import re
import sys
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from archlint.code.ml import imported_names
from archlint.code.reach import Reach
from archlint.code.units import Module
from archlint.finding import Hit
from archlint.knowledge.ml import import_names, loads, loads_anything
from archlint.knowledge.slimming import is_cuda_library, runtime_provided
from archlint.knowledge.wheels import pick, wheels_of
from archlint.model.deployed import Dependency, Deployed
from archlint.model.function import FolderCode
from archlint.model.place import Place
from archlint.packaging.needs import brought_alone, reachable, target_of, wants_cuda
from archlint.packaging.target import PackageTarget
from archlint.project import Project
from archlint.rulebook.page import Page

_HIDDEN = frozenset(
    "importlib.import_module __import__ exec eval runpy.run_module runpy.run_path os.system os.popen os.execv os.execvp"
    " subprocess.run subprocess.call subprocess.check_call subprocess.check_output subprocess.Popen"
    " torch.load pandas.read_pickle pkg_resources.iter_entry_points importlib.metadata.entry_points".split()
)
"""Calls behind which code is imported that its own text does not name."""

_UNPICKLERS = frozenset({"pickle", "_pickle", "joblib", "dill", "cloudpickle", "skops"})


@dataclass(frozen=True, slots=True)
class Imports:
    """`roots` are top-level names that are not the repository's own. `complete` is False where the code may import
    more: by a name that it works out, by unpickling, or in another process."""

    roots: frozenset[str]
    complete: bool


def imports_of(reach: Reach) -> Imports:
    """Of every module that the handler's import brings in, its functions that nobody calls included."""
    roots: set[str] = set()
    complete = True
    for module in reach.imported:
        for name in _external(module, reach):
            roots.add(name.partition(".")[0])
    for call in reach.calls():
        root, _, rest = call.path.partition(".")
        if call.path in _HIDDEN or (root in _UNPICKLERS and "load" in rest.lower()):
            complete = False
    return Imports(frozenset(roots), complete)


def _external(module: Module, reach: Reach) -> Iterator[str]:
    program = reach.program
    for node in module.imports():
        for name in imported_names(node):
            root = name.partition(".")[0]
            if program.locate(root) is None and not program.is_own_package(root):
                yield name


MIB = 1024 * 1024
HEAVY = 20 * MIB
"""Bytes, unzipped, from which a dependency is worth a finding (a judgement)."""

_RUNS_PYTHON = re.compile(r"\bpython[\d.]*\s+(?!-m\s+(?:pip|ensurepip|venv)\b)")


def check(project: Project, page: Page) -> Iterator[Hit]:
    """Only where every import of the code is followed, and every function that shares the line agrees."""
    sharing: defaultdict[Place, set[str]] = defaultdict(set)
    for deployed in project.functions:
        for dependency in deployed.dependencies:
            sharing[dependency.place].add(deployed.function.id)
    found = {deployed.function.id: dict(unused(project, deployed)) for deployed in project.functions}
    for deployed in project.functions:
        for dependency, size in found[deployed.function.id].items():
            if all(dependency in found[other] for other in sharing[dependency.place]):
                near = deployed.size is not None and deployed.size.verdict in ("near", "over")
                yield Hit(
                    message=f"{dependency.name} adds about {size / MIB:,.0f} MB to the {_kind(deployed)}, but no"
                    " module that the handler reaches imports it",
                    place=dependency.place,
                    function=deployed.function.id,
                    severity="warning" if near else None,
                )


def unused(project: Project, deployed: Deployed) -> Iterator[tuple[Dependency, int]]:
    """Heavy dependencies that the repository names and a function's own code does not need, with the bytes that go
    away with each."""
    target = target_of(deployed)
    if target is None or not _installs_for_handler(deployed):
        return
    direct = {one.name: one for one in deployed.dependencies if one.direct}
    if any(not wheels_of(name) for name in direct):
        return  # what a package outside the table needs is not known
    listed = [n for n, one in direct.items() if _is_installed(deployed, one) and not is_cuda_library(n)]
    heavy = {name: size for name in listed if (size := _alone(name, direct, target)) >= HEAVY}
    reach = project.reach(deployed.function.id) if heavy.keys() - runtime_provided() else None
    if reach is None or reach.evaluator.program.has_unread():
        return
    imports = imports_of(reach)
    installed = reachable(direct, target.machine) | {one.name for one in deployed.dependencies}
    if not imports.complete or not _resolved(imports, installed):
        return
    imported = {name for name in installed if not imports.roots.isdisjoint(import_names(name))}
    used = reachable(imported, target.machine)
    if any(loads_anything(name) for name in used):
        return
    for name, size in heavy.items():
        if name not in used | runtime_provided() and not any(loads(library, name) for library in used):
            yield direct[name], size


def _kind(deployed: Deployed) -> str:
    return "package" if deployed.image is None else "image"


def _installs_for_handler(deployed: Deployed) -> bool:
    """A package that the deployment fills for this handler and nothing else runs in."""
    code, image = deployed.function.code, deployed.image
    if image is not None:
        return image.aws_base and not image.is_web_adapter and not any(_RUNS_PYTHON.search(run) for run in image.runs)
    return isinstance(code, FolderCode) and not deployed.by_name


def _is_installed(deployed: Deployed, dependency: Dependency) -> bool:
    """Not so what lies in the folder already, and what stands in a file that no build takes in."""
    if ".dist-info/" in dependency.place.path or ".egg-info/" in dependency.place.path:
        return False
    parts = deployed.size.parts if deployed.size is not None else ()
    return deployed.image is not None or any(p.name == dependency.name and p.estimate_bytes > 0 for p in parts)


def _alone(name: str, direct: dict[str, Dependency], target: PackageTarget) -> int:
    """Bytes of a dependency with what only it brings along; 0 for a version that the table does not come near."""
    itself = pick(name, target.machine, target.python, direct[name].specifier, direct[name].local)
    if itself is None or itself.fit == "far":
        return 0
    on_cpu = frozenset(one.name for one in direct.values() if wants_cuda(one, target) is not True)
    total = 0
    for one in brought_alone(name, direct, target.machine, on_cpu):
        named = direct.get(one) or Dependency(one, direct[name].place)
        found = pick(one, target.machine, target.python, named.specifier, named.local)
        total += found.wheel.unzipped if found and found.fit != "far" else 0
    return total


def _resolved(imports: Imports, installed: frozenset[str]) -> bool:
    """Whether every imported name is the standard library's, the runtime's, or that of a package that is installed."""
    known = {name for one in installed | runtime_provided() for name in import_names(one)}
    return imports.roots <= sys.stdlib_module_names | known
