"""The libraries that a function's modules import, and whether all of them are seen."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from archlint.code.ml import imported_names
from archlint.code.reach import Reach
from archlint.code.units import Module

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
